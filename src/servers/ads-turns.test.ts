import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createTurns } from './ads-turns.js'

function worker(work: (item: string) => void = () => {}) {
  const worked: string[] = []
  const state = { mayWork: true, done: 0 }
  const turns = createTurns<string>({
    work: item => {
      worked.push(item)
      work(item)
    },
    mayWork: () => state.mayWork,
    done: () => void state.done++,
  })
  return { turns, worked, state }
}

describe('work that waits for its turn', () => {
  it('is done in order, once each, and then it is done', async () => {
    const { turns, worked, state } = worker()
    for (const item of ['a', 'b', 'a', 'c']) turns.add(item)
    expect(worked).toEqual([])
    await turn()
    expect([worked.join(''), state.done]).toEqual(['abc', 1])
  })

  it('lets others in between when it takes long', async () => {
    const { turns, worked, state } = worker(() => {
      const until = performance.now() + 9
      while (performance.now() < until);
    })
    turns.add('a')
    turns.add('b')
    await turn()
    expect([worked.join(''), state.done]).toEqual(['a', 0])
    await turn()
    await turn()
    expect([worked.join(''), state.done]).toEqual(['ab', 1])
  })

  it('goes to the end if it comes again while it is worked on', async () => {
    let isAgain = true
    const it = worker(item => {
      if (item === 'a' && isAgain) it.turns.add('a')
      isAgain = false
    })
    it.turns.add('a')
    it.turns.add('b')
    await turn()
    expect(it.worked.join('')).toBe('aba')
  })

  it('waits where nothing may be done, until that is over', async () => {
    const { turns, worked, state } = worker()
    state.mayWork = false
    turns.add('a')
    await turn()
    expect([worked.join(''), state.done]).toEqual(['', 0])
    state.mayWork = true
    turns.resume()
    await turn()
    expect([worked.join(''), state.done]).toEqual(['a', 1])
  })

  it.each([
    ['was taken back', ({ turns }: ReturnType<typeof worker>) => turns.delete('a')],
    ['comes after the end', ({ turns }: ReturnType<typeof worker>) => turns.stop()],
  ])('is not done if it %s', async (_, act) => {
    const it = worker()
    it.turns.add('a')
    act(it)
    it.turns.resume()
    await turn()
    expect(it.worked).toEqual([])
  })
})
