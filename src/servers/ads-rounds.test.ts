import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createRounds } from './ads-rounds.js'

type Step = readonly string[] | (() => readonly string[])

/** Rounds over steps that are set before each. */
function rounds() {
  const visits: string[] = []
  const broken: unknown[] = []
  const state = { steps: [] as readonly Step[], now: 0 }
  const made = createRounds<string>({
    *news() {
      for (const step of state.steps) yield typeof step === 'function' ? step() : step
    },
    visit: (who, { revision, toldBefore }) => void visits.push(`${who}:${toldBefore}-${revision}`),
    broken: error => void broken.push(error),
    now: () => state.now,
  })
  const begin = (revision: number, ...steps: readonly Step[]): void => {
    state.steps = steps
    made.begin(revision)
  }
  /** A step that takes so long, in ms: 8 are one turn. */
  const slow =
    (ms: number, ...who: string[]): Step =>
    () => {
      state.now += ms
      return who
    }
  return { made, begin, broken, slow, visits: () => visits.splice(0) }
}

describe('rounds', () => {
  it('visit those that are concerned, and know what was told to all', () => {
    const { made, begin, visits } = rounds()
    begin(3, ['a', 'b'], [], ['c'])
    expect(visits()).toEqual(['a:0-3', 'b:0-3', 'c:0-3'])
    expect(made.told).toBe(3)
    begin(5)
    begin(7, ['b'])
    expect(visits()).toEqual(['b:5-7'])
  })

  it('let others in between, and visit at the end', async () => {
    const { made, begin, slow, visits } = rounds()
    begin(3, slow(9, 'a'), ['b'])
    expect([visits(), made.told]).toEqual([[], 0])
    await turn()
    expect([visits(), made.told]).toEqual([['a:0-3', 'b:0-3'], 3])
  })

  it('do not keep anybody waiting for a long time', async () => {
    const { made, begin, slow, visits } = rounds()
    begin(3, slow(51, 'a'), ['b'])
    expect([visits(), made.told]).toEqual([['a:0-3'], 0])
    await turn()
    expect([visits(), made.told]).toEqual([['b:0-3'], 3])
  })

  it('give way to the next, and forget nobody', async () => {
    const { made, begin, slow, visits } = rounds()
    begin(3, slow(9, 'a'), ['b'])
    begin(4, ['a', 'c'])
    await turn()
    expect([visits(), made.told]).toEqual([['a:0-4', 'a:0-4', 'c:0-4'], 4])
  })

  it('end with a bug, and the next one begins', () => {
    const { made, begin, visits, broken } = rounds()
    const bug = new Error('bug')
    begin(3, ['a'], () => {
      throw bug
    })
    expect([visits(), broken, made.told]).toEqual([['a:0-3'], [bug], 3])
    begin(4, ['a'])
    expect(visits()).toEqual(['a:3-4'])
  })

  it('stop', async () => {
    const { made, begin, slow, visits } = rounds()
    begin(3, slow(9, 'a'), ['b'])
    made.stop()
    await turn()
    expect(visits()).toEqual([])
  })
})
