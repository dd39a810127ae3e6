import { Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { declareHistogram, declareLabelledHistogram } from './histogram.js'

const SETTINGS = { name: 'sizes', help: 'Of things.', buckets: [1, 10, 100] }
const VALUES = [0, 1, 1.5, 10, 11, 1000, 0.25]

/** What prom-client's own would say. */
async function reference(observe: (histogram: Histogram) => void, labelNames: string[] = []): Promise<string> {
  const registry = new Registry()
  observe(new Histogram({ ...SETTINGS, labelNames, registers: [registry] }))
  return registry.metrics()
}

describe('a histogram', () => {
  it.each([[[]], [VALUES]])("says what prom-client's says of %j", async values => {
    const registry = new Registry()
    const series = declareHistogram(registry, SETTINGS)
    for (const value of values) series.observe(value)
    expect(await registry.metrics()).toBe(
      await reference(histogram => {
        for (const value of values) histogram.observe(value)
      }),
    )
  })

  it('has a series for each value of its label, and none before', async () => {
    const registry = new Registry()
    const series = declareLabelledHistogram(registry, SETTINGS, 'type')
    expect(await registry.metrics()).toBe(await reference(() => {}, ['type']))
    const types = ['cds', 'eds', 'cds']
    for (const [i, value] of VALUES.entries()) series(types[i % 3] as string).observe(value)
    expect(await registry.metrics()).toBe(
      await reference(
        histogram => {
          for (const [i, value] of VALUES.entries()) histogram.observe({ type: types[i % 3] as string }, value)
        },
        ['type'],
      ),
    )
  })

  it('is known to the registry by its name', () => {
    const registry = new Registry()
    declareHistogram(registry, SETTINGS)
    expect(() => declareHistogram(registry, SETTINGS)).toThrow(/sizes/)
  })
})
