// Whatever happened to a mesh before, what its proxies are given is what they would be given had it been so from the start;
// what is invalid leaves what was there before, and harms nothing else; it does not matter which files the objects stand in; and
// whatever is named is there. Seeded; PILLION_FUZZ_RUNS is the number of histories.
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { randomMesh } from '../kit/random-mesh/edits.js'
import { arrangement, history, playArrangement, playHistory } from '../kit/random-mesh/histories.js'

const numRuns = Number(process.env['PILLION_FUZZ_RUNS'] ?? 5)
/** For as many as one likes, on any machine. */
const timeout = 60_000 + numRuns * 10_000
const seed = Number(process.env['PILLION_FUZZ_SEED'] ?? 20260101)

describe('a mesh that is edited', { timeout }, () => {
  it('is what it would be from scratch', () => {
    fc.assert(fc.property(randomMesh, history, playHistory), { seed, numRuns })
  })

  it('does not depend on which files objects stand in, and in what order', () => {
    fc.assert(fc.property(randomMesh, arrangement, playArrangement), { seed, numRuns })
  })
})
