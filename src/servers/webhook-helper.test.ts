import { beforeEach, describe, expect, it } from 'vitest'
import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import { createHelper, type Helper, type Job, type ThreadEvents } from './webhook-helper.js'
import type { ThreadCall } from './webhook-thread.js'

const ONE = { name: 'one' } as unknown as InjectionInputs
const TWO = { name: 'two' } as unknown as InjectionInputs
const answered = (text: string): Admitted => ({ text, facts: {} as Admitted['facts'] })

let told: string[] = []
let calls: ThreadCall[] = []
let thread: ThreadEvents
let helper: Helper
let isStopped = false

beforeEach(() => {
  told = []
  calls = []
  isStopped = false
  helper = createHelper(
    events => {
      thread = events
      return { send: call => calls.push(call), stop: () => (isStopped = true), activeMs: () => 0 }
    },
    {
      onLost: (why, left) => told.push(`lost, ${why}: ${left.map(({ path }) => path)}`),
      onFailed: (error, { path }) => told.push(`failed, ${error}: ${path}`),
    },
  )
})

const job = (path: string): Job => ({
  body: new Uint8Array(),
  path,
  resolve: ({ text }) => told.push(`${path} ${text}`),
  reject: error => told.push(`${path} ${error}`),
})
const reply = (id: number, text: string) => thread.onReply({ kind: 'answered', id, admitted: answered(text) })
const ticks = (count: number) => {
  for (let i = 0; i < count; i++) helper.tick()
}
const configured = () => thread.onReply({ kind: 'configured' })

describe('a thread that helps', () => {
  it('is sent a configuration once, and is ready when it has taken it in', () => {
    expect([helper.isReadyFor(ONE), helper.isReadyFor(ONE)]).toEqual([false, false])
    configured()
    expect(helper.isReadyFor(ONE)).toBe(true)
    expect(calls).toEqual([{ kind: 'configure', inputs: ONE }])
  })

  it('is not ready while one of two configurations is on its way', () => {
    helper.isReadyFor(ONE)
    helper.isReadyFor(TWO)
    configured()
    expect(helper.isReadyFor(TWO)).toBe(false)
    configured()
    expect(helper.isReadyFor(TWO)).toBe(true)
    // Back again is a configuration like any other.
    expect(helper.isReadyFor(ONE)).toBe(false)
    expect(calls.map(call => call.kind === 'configure' && call.inputs)).toEqual([ONE, TWO, ONE])
  })

  it('gives each request its own answer, in whatever order', () => {
    helper.give([job('/a'), job('/b')])
    helper.give([job('/c')])
    expect(helper.pending()).toBe(3)
    reply(2, 'third')
    reply(0, 'first')
    reply(1, 'second')
    reply(1, 'once more')
    expect(told).toEqual(['/c third', '/a first', '/b second'])
    expect(helper.pending()).toBe(0)
  })

  it('hands over what it had not answered when its thread ends', () => {
    helper.give([job('/a'), job('/b')])
    reply(0, 'done')
    thread.onEnd('out of memory')
    expect(told).toEqual(['/a done', 'lost, out of memory: /b'])
  })

  it('tells a bug at one request', () => {
    helper.give([job('/a')])
    thread.onReply({ kind: 'failed', id: 0, error: 'a bug' })
    expect(told).toEqual(['failed, a bug: /a'])
    expect(helper.pending()).toBe(0)
  })

  it('returns its jobs when it is stopped', () => {
    helper.give([job('/a')])
    expect(helper.stop().map(({ path }) => path)).toEqual(['/a'])
    expect(isStopped).toBe(true)
    reply(0, 'too late')
    expect(told).toEqual([])
  })

  describe('that says nothing', () => {
    it('is left alone while it owes nothing', () => {
      ticks(1000)
      expect([told, isStopped]).toEqual([[], false])
    })

    it('is given up after five seconds when it owes an answer', () => {
      helper.give([job('/a')])
      ticks(20)
      expect(isStopped).toBe(false)
      ticks(1)
      expect([told, isStopped]).toEqual([['lost, it does not answer any more: /a'], true])
    })

    it('is given time by each answer', () => {
      helper.give([job('/a'), job('/b')])
      ticks(20)
      reply(0, 'slow')
      ticks(20)
      expect(isStopped).toBe(false)
    })

    it('has half a minute for a configuration', () => {
      helper.isReadyFor(ONE)
      ticks(120)
      expect(isStopped).toBe(false)
      ticks(1)
      expect(isStopped).toBe(true)
    })
  })
})
