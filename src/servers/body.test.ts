import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type BodyBudget, readBody } from './body.js'
import type { NodeRequest } from './router.js'

/** A request as far as reading its body goes: a stream with headers. */
function requestOf(headers: Record<string, string> = {}) {
  const stream = new PassThrough()
  return { stream, request: Object.assign(stream, { headers }) as unknown as NodeRequest }
}
const budgetOf = (limit = 1000): BodyBudget => ({ held: 0, limit })

describe('readBody', () => {
  it('joins chunks and gives the budget back', async () => {
    const { stream, request } = requestOf()
    const budget = budgetOf()
    const body = readBody(request, 10, budget)
    stream.write('abc')
    await new Promise(resolve => setImmediate(resolve))
    expect(budget.held).toBe(3)
    stream.end('def')
    expect(await body).toEqual({ ok: true, value: Buffer.from('abcdef') })
    expect(budget.held).toBe(0)
  })

  it.each<[string, Record<string, string>, string]>([
    ['announced', { 'content-length': '11' }, ''],
    ['found', {}, 'x'.repeat(11)],
  ])('refuses a body whose size is %s to be too large', async (_, headers, text) => {
    const { stream, request } = requestOf(headers)
    const budget = budgetOf()
    const body = readBody(request, 10, budget)
    stream.write(text)
    expect(await body).toEqual({ ok: false, error: 'too-large' })
    expect(budget.held).toBe(0)
    // What still comes is taken off the wire, so that the answer can be read.
    stream.end('y'.repeat(100_000))
    await new Promise(resolve => stream.once('end', resolve))
  })

  it('refuses what would exceed the budget of all, and only that', async () => {
    const budget = budgetOf(15)
    const [first, second] = [requestOf(), requestOf()]
    const bodies = [readBody(first.request, 10, budget), readBody(second.request, 10, budget)]
    first.stream.write('x'.repeat(9))
    second.stream.write('x'.repeat(9))
    expect(await bodies[1]).toEqual({ ok: false, error: 'busy' })
    first.stream.end()
    expect(await bodies[0]).toMatchObject({ ok: true })
    expect(budget.held).toBe(0)
  })

  it('tells a connection that broke', async () => {
    const { stream, request } = requestOf()
    const body = readBody(request, 10, budgetOf())
    stream.destroy(new Error('reset'))
    expect(await body).toEqual({ ok: false, error: 'aborted' })
  })
})
