import type { Histogram, Registry } from 'prom-client'

/** Counts values by size. */
export interface Series {
  observe(value: number): void
}

export interface HistogramSettings {
  readonly name: string
  readonly help: string
  /** Upper bounds, rising. */
  readonly buckets: readonly number[]
}

interface Counts {
  /** By bucket, each without those below it; the last is beyond all bounds. */
  readonly counts: number[]
  sum: number
}

/** One line of the text that is scraped. */
interface Line {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/**
 * A histogram for what happens a thousand times in a push: a value costs two additions. prom-client's own hashes labels and makes
 * closures for each, which is as dear as sending the message that is counted.
 */
export function declareHistogram(registry: Registry, settings: HistogramSettings): Series {
  const { buckets } = settings
  const counts = emptyCounts(buckets)
  register(registry, settings, () => linesOf(settings, {}, counts))
  return { observe: value => add(buckets, counts, value) }
}

/** The same for each value of one label; a series begins with the first that asks for it. */
export function declareLabelledHistogram(
  registry: Registry,
  settings: HistogramSettings,
  label: string,
): (value: string) => Series {
  const { buckets } = settings
  const all = new Map<string, Counts>()
  register(registry, settings, () =>
    [...all].flatMap(([value, counts]) => linesOf(settings, { [label]: value }, counts)),
  )
  return value => {
    const counts = all.get(value) ?? emptyCounts(buckets)
    all.set(value, counts)
    return { observe: size => add(buckets, counts, size) }
  }
}

function emptyCounts(buckets: readonly number[]): Counts {
  return { counts: [...buckets, 0].map(() => 0), sum: 0 }
}

function add(buckets: readonly number[], into: Counts, value: number): void {
  let i = 0
  while (i < buckets.length && value > (buckets[i] as number)) i++
  into.counts[i] = (into.counts[i] as number) + 1
  into.sum += value
}

function linesOf({ name, buckets }: HistogramSettings, labels: Line['labels'], { counts, sum }: Counts): Line[] {
  let count = 0
  const lines = [...buckets, '+Inf'].map((le, i): Line => {
    count += counts[i] as number
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
  })
  return [
    ...lines,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

/** A registry asks what it was given for its lines, and for nothing else; its types know only the library's own classes. */
function register(registry: Registry, { name, help }: HistogramSettings, lines: () => readonly Line[]): void {
  const metric = { name, help, type: 'histogram', aggregator: 'sum' }
  const get = async (): Promise<object> => ({ ...metric, values: lines() })
  registry.registerMetric({ ...metric, get } as unknown as Histogram)
}
