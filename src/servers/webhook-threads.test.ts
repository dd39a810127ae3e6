import { beforeEach, describe, expect, it } from 'vitest'
import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import type { Log, LogFields } from './log.js'
import type { ThreadEvents } from './webhook-helper.js'
import type { ThreadCall } from './webhook-thread.js'
import { createWebhookThreads, type WebhookThreads } from './webhook-threads.js'

const answered = (text: string): Admitted => ({ text, facts: {} as Admitted['facts'] })

interface FakeThread extends ThreadEvents {
  readonly calls: ThreadCall[]
  activeMs: number
  isStopped: boolean
}

let threads: FakeThread[] = []
let lines: [string, LogFields | undefined][] = []
let counts: number[] = []
let inputs = {} as InjectionInputs
let step: (() => void) | undefined
let turns: (() => void)[] = []
let time = { total: 0, active: 0 }
let now = 0
let webhook: WebhookThreads

function create(max: number): void {
  const note = (message: string, fields?: LogFields) => lines.push([message, fields])
  webhook = createWebhookThreads({
    max,
    start: events => {
      const thread: FakeThread = { ...events, calls: [], activeMs: 0, isStopped: false }
      threads.push(thread)
      const stop = () => {
        thread.isStopped = true
      }
      return { send: call => thread.calls.push(call), stop, activeMs: () => thread.activeMs }
    },
    own: (_, path) => {
      now += 100
      return answered(`own ${path}`)
    },
    inputs: () => inputs,
    log: { error: note, warn: note, info: note, debug: note, flush: () => {} } satisfies Log,
    onGiven: () => {},
    onCount: count => counts.push(count),
    clock: {
      every: (_, callback) => {
        step = callback
        return () => (step = undefined)
      },
      later: callback => turns.push(callback),
      now: () => now,
      time: () => time,
    },
  })
}

beforeEach(() => {
  threads = []
  lines = []
  counts = []
  turns = []
  step = undefined
  time = { total: 0, active: 0 }
  inputs = {} as InjectionInputs
  create(1)
})

const ask = (path = '/') => webhook.admit(new Uint8Array(1), path)
const turn = () => {
  for (const callback of turns.splice(0)) callback()
}
/** So many steps, in each one call (100 ms), this thread at work for a part of the time, and so the others. */
function steps(count: number, { busy = 1, calls = 1, others = 1 } = {}): void {
  for (let i = 0; i < count && step !== undefined; i++) {
    for (let call = 0; call < calls; call++) void ask()
    turn()
    time = { total: time.total + 250, active: time.active + 250 * busy }
    for (const thread of threads) thread.activeMs += 250 * others
    step()
  }
}
const firstLoad = (): FakeThread => {
  void ask()
  steps(4)
  return threads[0]!
}
const ready = (thread: FakeThread) => thread.onReply({ kind: 'configured' })
const requestsOf = ({ calls }: FakeThread) =>
  calls.flatMap(call => (call.kind === 'answer' ? call.requests.map(({ path }) => path) : []))

describe('threads of the webhook', () => {
  it('are not there without a load, and neither is a timer without calls', () => {
    expect(step).toBeUndefined()
    void ask()
    steps(100, { busy: 0.85 })
    expect(threads).toEqual([])
    steps(1, { busy: 0, calls: 0 })
    expect(step).toBeUndefined()
  })

  it('are not there for a load that is another one', () => {
    void ask()
    steps(100, { calls: 0 })
    expect(threads).toEqual([])
  })

  it('start when a load lasts for a second, and no more than allowed', () => {
    void ask()
    steps(3)
    expect(threads).toEqual([])
    steps(1)
    expect([threads.length, counts]).toEqual([1, [1]])
    steps(100)
    expect(threads.length).toBe(1)
    expect(lines).toEqual([['the webhook is loaded: another thread answers too', { threads: 1 }]])
  })

  it('become more when all of them are at work', () => {
    create(2)
    const first = firstLoad()
    ready(first)
    steps(10, { others: 0.5 })
    expect(threads.length).toBe(1)
    steps(4)
    expect(counts).toEqual([1, 2])
  })

  it('get the configuration before any request, and none until they have it', async () => {
    const thread = firstLoad()
    const early = ask('/early')
    turn()
    expect(thread.calls).toEqual([{ kind: 'configure', inputs }])
    expect(await early).toEqual(answered('own /early'))
    ready(thread)
    void ask('/late')
    turn()
    expect(requestsOf(thread)).toEqual(['/late'])
  })

  it('answer nothing by an older configuration than the newest', async () => {
    const thread = firstLoad()
    ready(thread)
    inputs = { ...inputs }
    const between = ask('/between')
    turn()
    expect(await between).toEqual(answered('own /between'))
    expect(thread.calls.at(-1)).toEqual({ kind: 'configure', inputs })
    ready(thread)
    void ask('/after')
    turn()
    expect(requestsOf(thread)).toEqual(['/after'])
  })

  it('get no requests while there is no load, and end after half a minute of that', () => {
    const thread = firstLoad()
    ready(thread)
    steps(1, { busy: 0.5, others: 0, calls: 0 })
    expect(ask()).toEqual(answered('own /'))
    steps(118, { busy: 0.5, others: 0 })
    expect(thread.isStopped).toBe(false)
    steps(1, { busy: 0.5, others: 0 })
    expect([thread.isStopped, counts]).toEqual([true, [1, 0]])
    steps(4)
    expect(threads.length).toBe(2)
  })

  it('that end by themselves leave nothing unanswered, and come again after a while, each time a longer one', async () => {
    const thread = firstLoad()
    ready(thread)
    const answers = [ask('/a'), ask('/b'), ask('/c')]
    turn()
    expect(requestsOf(thread)).toEqual(['/a', '/b'])
    thread.onEnd('out of memory')
    turn()
    turn()
    expect(await Promise.all(answers)).toEqual(['/a', '/b', '/c'].map(path => answered(`own ${path}`)))
    expect(lines.at(-1)).toEqual([
      'a thread of the webhook is lost; its requests are answered by the main thread',
      { why: 'out of memory', requests: 2, nextAfter: '1s' },
    ])
    steps(3)
    expect(threads.length).toBe(1)
    steps(5)
    expect(threads.length).toBe(2)
    threads[1]!.onEnd('again')
    expect(lines.at(-1)?.[1]).toMatchObject({ nextAfter: '2s' })
  })

  it('that hang are ended, and their requests answered', async () => {
    const thread = firstLoad()
    ready(thread)
    const answer = ask('/a')
    turn()
    steps(21, { calls: 0 })
    expect(thread.isStopped).toBe(true)
    turn()
    expect(await answer).toEqual(answered('own /a'))
    expect(lines.at(-1)?.[1]).toMatchObject({ why: 'it does not answer any more', requests: 1 })
  })

  it('that fail at a request leave it to this one', async () => {
    const thread = firstLoad()
    ready(thread)
    const answer = ask('/a')
    turn()
    thread.onReply({ kind: 'failed', id: 0, error: 'a bug' })
    turn()
    expect(await answer).toEqual(answered('own /a'))
    expect([thread.isStopped, lines.at(-1)?.[1]]).toEqual([false, { error: 'a bug' }])
  })

  it('end when the server does, which leaves no timer', () => {
    const thread = firstLoad()
    webhook.close()
    expect([thread.isStopped, step, counts.at(-1)]).toEqual([true, undefined, 0])
  })
})
