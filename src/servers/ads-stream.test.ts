import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemorySource } from '../../test/kit/memory-source.js'
import { ok } from '../lang/result.js'
import { encode } from '../proto/index.js'
import { CDS, createStream, EDS, RDS } from '../xds/delivery/index.js'
import type { AdsEvent } from './ads.js'
import type { Push } from './ads-rounds.js'
import { openAdsStream } from './ads-stream.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A delta stream to a client whose every move is made by the test. */
function stream() {
  const source = createMemorySource()
  const sent: string[] = []
  const cluster = (name: string) => ({ name, type: 'EDS', edsClusterConfig: {} })
  const shorts: Readonly<Record<string, string>> = { [CDS]: 'CDS', [EDS]: 'EDS', [RDS]: 'RDS' }
  const settled: string[] = []
  const ended: string[] = []
  const note = (event: AdsEvent): void => {
    if (event.kind === 'settled') settled.push(`${event.since}-${event.revision}`)
    if (event.kind === 'sent') sent.push(shorts[event.type] ?? event.type)
  }
  const ads = openAdsStream(
    {
      peer: { address: 'test', metadata: new Map() },
      isWritable: () => true,
      write: () => true,
      end: status => void ended.push(`${status.code}: ${status.message}`),
    },
    {
      protocol: 'delta',
      connect: () => ok({ connection: 'test', source, release: () => {} }),
      createDelivery: source => createStream({ protocol: 'delta', source }),
      now: () => 0,
      on: note,
      wake: () => ads.pump(),
      bufferedBy: () => {},
      closed: () => {},
    },
  )
  let nonces = 0
  const request = (message: object): void => {
    ads.message(encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', { node: { id: 'a' }, ...message }))
  }
  const push = (revision: number, toldBefore = 0): Push => ({ revision, toldBefore, dueAt: 0 })
  return {
    /** What was sent since it was asked last. */
    sent: () => sent.splice(0),
    ask: (typeUrl: string, names: readonly string[]) => request({ typeUrl, resourceNamesSubscribe: names }),
    /** Acknowledges the next message that was not. */
    acknowledge: (typeUrl: string) => request({ typeUrl, responseNonce: (++nonces).toString(36) }),
    ended: () => ended,
    /** What was answered, from which revision to which. */
    settled: () => settled.splice(0),
    /** Something that nobody asked for. */
    changeNothing: () => {
      ads.pushTo(push(source.set({})))
      ads.pump()
    },
    /** Others were told something up to here, and this one was not asked. */
    passOver: () => source.set({}),
    status: (told: number) => ads.status(told)?.revision,
    /** Adds a cluster, and has the route lead to it. */
    switchTo: (name: string, toldBefore?: number) => {
      const endpoints = { [name]: { clusterName: name } }
      const revision = source.set({
        [CDS]: { [name]: cluster(name) },
        [EDS]: endpoints,
        [RDS]: { r: { name: 'r', virtualHosts: [{ name }] } },
      })
      ads.pushTo(push(revision, toldBefore))
      ads.pump()
    },
  }
}

describe('a route waits for its clusters', () => {
  it('half a second from the last that the client was sent, whatever was waited for before', () => {
    const { sent, ask, acknowledge, switchTo } = stream()
    switchTo('one')
    ask(CDS, ['*'])
    ask(EDS, ['one'])
    ask(RDS, ['r'])
    expect(sent()).toEqual(['CDS', 'EDS', 'RDS'])
    for (const type of [CDS, EDS, RDS]) acknowledge(type)

    switchTo('two')
    expect(sent()).toEqual(['CDS'])
    vi.advanceTimersByTime(400)
    acknowledge(CDS)
    ask(EDS, ['two'])
    expect(sent()).toEqual(['EDS'])
    acknowledge(EDS)
    expect(sent()).toEqual(['RDS'])
    acknowledge(RDS)

    switchTo('three')
    expect(sent()).toEqual(['CDS'])
    vi.advanceTimersByTime(400)
    expect(sent()).toEqual([])
  })

  it('and no longer, where a client does not say what it has', () => {
    const { sent, ask, acknowledge, switchTo } = stream()
    ask(CDS, ['*'])
    ask(RDS, ['r'])
    acknowledge(CDS)
    acknowledge(RDS)
    sent()
    switchTo('one')
    expect(sent()).toEqual(['CDS'])
    vi.advanceTimersByTime(499)
    expect(sent()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(sent()).toEqual(['RDS'])
  })
})

describe('that all is answered', () => {
  it('is told once, of changes that the client was sent', () => {
    const { ask, acknowledge, switchTo, changeNothing, settled } = stream()
    switchTo('one')
    ask(CDS, ['*'])
    acknowledge(CDS)
    expect(settled(), 'what came with the connection').toEqual([])
    changeNothing()
    expect(settled(), 'what means nothing for it').toEqual([])
    switchTo('two')
    expect(settled()).toEqual([])
    acknowledge(CDS)
    expect(settled()).toEqual(['3-4'])
    acknowledge(CDS)
    expect(settled()).toEqual([])
  })

  it('takes no time for changes that did not concern the client', () => {
    const { ask, acknowledge, switchTo, passOver, settled, status } = stream()
    switchTo('one')
    ask(CDS, ['*'])
    acknowledge(CDS)
    const passed = passOver()
    expect(status(passed)).toBe(passed)
    switchTo('two', passed)
    expect(status(passed), 'while it is not').toBe(passed)
    acknowledge(CDS)
    expect(settled()).toEqual([`${passed}-${passed + 1}`])
    expect(status(passed)).toBe(passed + 1)
  })
})

describe('a client that opens a stream', () => {
  it('has half a minute to say who it is', () => {
    const silent = stream()
    const quick = stream()
    vi.advanceTimersByTime(29_999)
    quick.ask(CDS, ['*'])
    vi.advanceTimersByTime(600_000)
    expect([silent.ended(), quick.ended()]).toEqual([
      ['DEADLINE_EXCEEDED: no request with a node has come within 30 s'],
      [],
    ])
  })
})
