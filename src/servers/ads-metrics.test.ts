import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { CDS } from '../xds/delivery/index.js'
import { createAdsMetrics } from './ads-metrics.js'

describe('series of types', () => {
  it('are as many as there are types, whatever clients ask for', async () => {
    const registry = new Registry()
    const metrics = createAdsMetrics(registry, () => 0)
    const sent = {
      kind: 'sent',
      connection: 'a-1',
      resources: 0,
      removed: 0,
      bytes: 10,
      queuedMs: undefined,
      isTaken: true,
    } as const
    for (let i = 0; i < 100; i++) {
      const type = `type.googleapis.com/made.up.${i}`
      metrics.on({ ...sent, type })
      metrics.on({ kind: 'stale-nonce', connection: 'a-1', type })
      metrics.on({
        ...{ kind: 'nack', connection: 'a-1', type },
        nack: { nonce: '1', message: 'no', resources: [], version: '', at: 0 },
      } as never)
    }
    metrics.on({ ...sent, type: CDS })
    const text = await registry.metrics()
    expect(text.split('\n').filter(line => line.startsWith('pilot_xds_pushes{'))).toEqual([
      'pilot_xds_pushes{type="other"} 100',
      'pilot_xds_pushes{type="cds"} 1',
    ])
    expect(text).not.toContain('made.up')
  })
})

describe('the time that proxies take', () => {
  it.each([
    ['from the oldest change that it had not answered', 1, 4, '2'],
    ['from the newest alone, where it had answered the others', 3, 4, '0.5'],
    ['is not counted for what is not remembered', 4, 4, '0'],
    ['is not counted for changes that come later', 0, 1, '0'],
  ])('is counted %s', async (_, since, revision, sum) => {
    let now = 0
    const registry = new Registry()
    const metrics = createAdsMetrics(registry, () => now)
    for (const [at, changed] of [
      [1000, 2],
      [1500, 3],
      [2500, 4],
    ] as const) {
      now = at
      metrics.changed(changed, ['endpoint'])
    }
    now = 3000
    metrics.on({ kind: 'settled', connection: 'a-1', since, revision })
    const text = await registry.metrics()
    expect(/^pilot_proxy_convergence_time_sum (.*)$/m.exec(text)?.[1]).toBe(sum)
  })
})
