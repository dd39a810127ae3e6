// Whatever a mesh, its proxies and the network between them do: once all is quiet, a client that was told changes holds
// exactly what a client that comes now is sent. Seeded; PILLION_FUZZ_RUNS is the number of histories.
import fc from 'fast-check'
import { describe, it } from 'vitest'
import type { Protocol } from '../../src/xds/delivery/index.js'
import { deliveryEvents, playDeliveries } from '../kit/random-mesh/deliveries.js'
import { randomMesh } from '../kit/random-mesh/edits.js'

const numRuns = Number(process.env['PILLION_FUZZ_RUNS'] ?? 5)
/** For as many as one likes, on any machine. */
const timeout = 60_000 + numRuns * 10_000
const seed = Number(process.env['PILLION_FUZZ_SEED'] ?? 20260101)

describe('a client that discovers virtual hosts', { timeout }, () => {
  it('holds what a client that comes now is sent, and its route configurations are those of a client that does not', () => {
    const holds = fc.property(randomMesh, deliveryEvents, (mesh, events) =>
      playDeliveries('delta', mesh, events, { discoversHosts: true }),
    )
    fc.assert(holds, { seed, numRuns })
  })
})

describe.each<Protocol>(['sotw', 'delta'])('a %s client of a mesh that is edited', { timeout }, protocol => {
  it('holds what a client that comes now is sent', () => {
    const holds = fc.property(randomMesh, deliveryEvents, (mesh, events) => playDeliveries(protocol, mesh, events))
    fc.assert(holds, { seed, numRuns })
  })
})
