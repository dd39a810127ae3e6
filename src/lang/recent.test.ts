import { expect, test } from 'vitest'
import { keepRecent } from './recent.js'

test('what is asked for again stays, and what is not for long is made anew', () => {
  const made: string[] = []
  const kept = keepRecent<{ readonly name: string }>(2)
  const ask = (name: string) =>
    kept(name, () => {
      made.push(name)
      return { name }
    })
  const [a] = ['a', 'b', 'a', 'c', 'a', 'd'].map(ask)
  expect(ask('a')).toBe(a)
  expect(made).toEqual(['a', 'b', 'c', 'd'])
  for (const name of ['e', 'f', 'g', 'h']) ask(name)
  expect(ask('a')).toEqual(a)
  expect(made).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a'])
})
