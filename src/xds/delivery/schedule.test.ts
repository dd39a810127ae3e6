import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSchedule, DEBOUNCE, type Scope } from './schedule.js'

/** Plays changes at their times and gives the times of the pushes. */
function pushes(changes: readonly (readonly [number, Scope])[], until = 100_000): number[] {
  const schedule = createSchedule()
  const pushed: number[] = []
  let at: number | undefined
  const runTo = (time: number): void => {
    while (at !== undefined && at <= time) {
      const { isDue, at: later } = schedule.due(at)
      if (isDue) pushed.push(at)
      at = isDue ? undefined : later
    }
  }
  for (const [time, scope] of changes) {
    runTo(time)
    at = schedule.changed(time, scope)
  }
  runTo(until)
  return pushed
}

describe('the debounce', () => {
  it.each<[string, readonly (readonly [number, Scope])[], readonly number[]]>([
    ['sends the first change at once', [[0, 'full']], [0]],
    [
      'sends changes with quiet between them at once',
      [
        [0, 'full'],
        [100, 'full'],
        [250, 'full'],
      ],
      [0, 100, 250],
    ],
    [
      'gathers what follows soon after',
      [
        [0, 'full'],
        [10, 'full'],
        [60, 'full'],
      ],
      [0, 160],
    ],
    [
      'sends endpoints sooner',
      [
        [0, 'endpoints'],
        [10, 'endpoints'],
        [15, 'endpoints'],
      ],
      [0, 35],
    ],
    [
      'sends endpoints at once after a shorter quiet',
      [
        [0, 'full'],
        [20, 'endpoints'],
      ],
      [0, 20],
    ],
    [
      'keeps a batch full that has one full change',
      [
        [0, 'full'],
        [10, 'full'],
        [15, 'endpoints'],
      ],
      [0, 115],
    ],
    [
      'does not wait for a storm to end',
      Array.from({ length: 300 }, (_, i) => [i * 50, 'full'] as const),
      [0, 10_050, 15_050],
    ],
    ['nor for one of endpoints', Array.from({ length: 40 }, (_, i) => [i * 10, 'endpoints'] as const), [0, 210, 410]],
  ])('%s', (_, changes, expected) => {
    expect(pushes(changes)).toEqual(expected)
  })

  it('pushes every change, once, in time', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom<Scope>('full', 'endpoints')), {
      minLength: 1,
    })
    fc.assert(
      fc.property(gaps, changes => {
        let now = 0
        const timed = changes.map(([gap, scope]) => [(now += gap), scope] as const)
        const pushed = pushes(timed)
        for (const [time] of timed) {
          const next = pushed.find(at => at >= time)
          expect(next).toBeDefined()
          expect((next ?? 0) - time).toBeLessThanOrEqual(DEBOUNCE.maxMs + DEBOUNCE.quietMs)
        }
        expect(pushed.length).toBeLessThanOrEqual(timed.length)
      }),
      { seed: 4 },
    )
  })
})
