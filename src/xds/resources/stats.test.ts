import { describe, expect, it } from 'vitest'
import type { Metrics, MetricsOverrides } from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import { statsFilters } from './stats.js'

const EXTENSION_PROVIDERS = [
  { name: 'prometheus', prometheus: {} },
  { name: 'logs', envoyFileAccessLog: {} },
]

function statsOf(
  levels: readonly (readonly Metrics[])[],
  mesh: MeshSettings = {},
  mode: 'CLIENT' | 'SERVER' = 'CLIENT',
) {
  const telemetry = levels.map(metrics => ({ spec: { metrics } }) as unknown as TelemetryObject)
  const settings = { extensionProviders: EXTENSION_PROVIDERS, ...mesh }
  return statsFilters({ view: { extensions: undefined }, mesh: settings, telemetry, mode })
}

const BY_DEFAULT: MeshSettings = { defaultProviders: { metrics: ['prometheus'] } }
const USED: Metrics = { providers: [{ name: 'prometheus' }] }
const changed = (...overrides: MetricsOverrides[]): Metrics => ({ overrides })
const TYPE = { '@type': 'type.googleapis.com/stats.PluginConfig' }

describe('statsFilters', () => {
  it.each<[string, Metrics[][], MeshSettings, 'CLIENT' | 'SERVER', object | undefined]>([
    ['nothing is asked for', [], {}, 'CLIENT', undefined],
    ['the mesh has a provider', [], BY_DEFAULT, 'CLIENT', {}],
    ['a server does not look at headers', [], BY_DEFAULT, 'SERVER', { disableHostHeaderFallback: true }],
    ['a provider that measures nothing', [[{ providers: [{ name: 'logs' }] }]], {}, 'CLIENT', undefined],
    ['a provider that is not there', [[{ providers: [{ name: 'gone' }] }]], {}, 'CLIENT', undefined],
    ['a level replaces the providers of wider ones', [[{ providers: [{ name: 'logs' }] }], [USED]], {}, 'CLIENT', {}],
    [
      'a level without providers changes what wider ones use',
      [[USED], [{ reportingInterval: '15s', ...changed({ match: { metric: 'REQUEST_SIZE' }, disabled: true }) }]],
      {},
      'CLIENT',
      { tcpReportingDuration: '15s', metrics: [{ name: 'request_bytes', drop: true }] },
    ],
    [
      'a narrower level undoes a wider one, tag by tag',
      [
        [
          {
            ...USED,
            ...changed({
              match: { metric: 'REQUEST_COUNT' },
              disabled: true,
              tagOverrides: { a: { value: '1' }, b: {} },
            }),
          },
        ],
        [
          changed({
            match: { metric: 'REQUEST_COUNT' },
            disabled: false,
            tagOverrides: { b: { operation: 'REMOVE' } },
          }),
        ],
      ],
      {},
      'CLIENT',
      { metrics: [{ name: 'requests_total', tagsToRemove: ['b'], dimensions: { a: '1' } }] },
    ],
    [
      'of the other direction',
      [[changed({ match: { metric: 'REQUEST_SIZE', mode: 'SERVER' }, disabled: true })]],
      BY_DEFAULT,
      'CLIENT',
      {},
    ],
    ['all are switched off', [[changed({ disabled: true })]], BY_DEFAULT, 'CLIENT', undefined],
    [
      'all are switched off for clients',
      [[changed({ match: { mode: 'CLIENT' }, disabled: true })]],
      BY_DEFAULT,
      'SERVER',
      { disableHostHeaderFallback: true },
    ],
    [
      "the user's own metric",
      [[changed({ match: { customMetric: 'my_metric' }, tagOverrides: { a: { value: 'request.host' } } })]],
      BY_DEFAULT,
      'CLIENT',
      { metrics: [{ name: 'my_metric', dimensions: { a: 'request.host' } }] },
    ],
  ])('%s', (_, levels, mesh, mode, expected) => {
    const { http, tcp } = statsOf(levels, mesh, mode)
    const filter = expected === undefined ? [] : [{ name: 'istio.stats', typedConfig: { ...TYPE, ...expected } }]
    expect(http).toEqual(filter)
    expect(tcp).toEqual(filter)
  })

  it('a tag of all metrics is one of each', () => {
    const [filter] = statsOf([[changed({ tagOverrides: { a: { value: '1' } } })]], BY_DEFAULT).http
    expect(filter?.typedConfig).toMatchObject({
      metrics: Array.from({ length: 10 }, () => ({ dimensions: { a: '1' } })),
    })
  })

  it('an Envoy without the filter has none', () => {
    const mesh = { extensionProviders: EXTENSION_PROVIDERS, ...BY_DEFAULT }
    const extensions = new Set(['envoy.filters.http.router'])
    expect(statsFilters({ view: { extensions }, mesh, telemetry: [], mode: 'CLIENT' }).http).toEqual([])
  })
})
