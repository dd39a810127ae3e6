import { expect, it } from 'vitest'
import { ok } from '../lang/result.js'
import { readOrProblem } from './reading.js'

it('gives what was read', () => {
  expect(readOrProblem(() => ok(1))).toEqual(ok(1))
})

it('makes a problem of a bug, and nothing is thrown at whoever follows the files', () => {
  const read = () => {
    throw new TypeError('x is not a function')
  }
  expect(readOrProblem(read)).toMatchObject({
    ok: false,
    error: [{ code: 'internal', message: expect.stringMatching(/^internal error: .*x is not a function/) }],
  })
})
