import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import type { ProxyResources } from './config-dump.js'
import { asInline, assembled } from './discovered-hosts.js'
import { compareDumps } from './dump-comparison.js'
import { proxyStatusTable } from './proxy-status.js'

const host = (name: string, cluster = 'a'): JsonObject => ({ name, domains: [name], routes: [{ route: { cluster } }] })
const row = (value: JsonObject, version = '1') => ({ version, value })
const shell: JsonObject = { name: '80', vhds: { configSource: {} } }

describe('virtual hosts that are discovered', () => {
  it('stand in their route configurations, by name; others have their own', () => {
    const routes = [
      row(shell, 's'),
      row({ name: 'unix:///a', vhds: {} }),
      row({ name: '81', virtualHosts: [host('in')] }),
    ]
    const found = assembled(routes, [row(host('80/b')), row(host('unix:///a/c')), row(host('80/a'))])
    expect(found).toEqual([
      row({ ...shell, virtualHosts: [host('80/a'), host('80/b')] }, 's'),
      row({ name: 'unix:///a', vhds: {}, virtualHosts: [host('unix:///a/c')] }),
      routes[2],
    ])
  })

  it('are as inside without the name of their configuration', () => {
    expect(asInline(host('80/web:80'))).toEqual({
      name: '80',
      virtualHosts: [{ ...host('80/web:80'), name: 'web:80' }],
    })
  })

  it.each([
    ['the same in another order', [host('80/b'), host('80/a')], []],
    ['another content', [host('80/a'), host('80/b', 'other')], ['80']],
    ['one that is missing', [host('80/a')], ['80']],
  ])('are compared by content, not by the version of the last change: %s', (_, hosts, different) => {
    const held = (value: JsonObject, version: string): ProxyResources => ({
      ...{ clusters: [], endpoints: [], listeners: [], secrets: [] },
      routes: [row(value, version)],
    })
    const server = held({ ...shell, virtualHosts: [host('80/a'), host('80/b')] }, 'x+vhds')
    const compared = compareDumps(server, held({ ...shell, virtualHosts: hosts }, 's17'), 'delta')
    expect(compared.find(({ kind }) => kind === 'routes')).toEqual({
      kind: 'routes',
      missing: [],
      extra: [],
      different,
    })
  })
})

describe('the table of streams', () => {
  const stream = (proxy: string, ...types: readonly string[]): JsonObject => ({
    ...{ proxy, cluster_id: 'Kubernetes', istio_version: '1.32.0' },
    types: types.map(short => ({ short, state: 'SYNCED' })),
  })
  const head = (...connections: readonly JsonObject[]): string =>
    proxyStatusTable({ control_plane: { id: 'x' }, connections: [...connections] }).split('\n')[0] ?? ''

  it('has a column for them where some proxy has them', () => {
    const usual = stream('a.shop', 'CDS', 'RDS')
    expect(head(usual).split(/\s+/)).toEqual([
      'NAME',
      'CLUSTER',
      'CDS',
      'LDS',
      'EDS',
      'RDS',
      'ECDS',
      'ISTIOD',
      'VERSION',
    ])
    expect(head(usual, stream('b.shop', 'RDS', 'VHDS'))).toMatch(/RDS +VHDS +ECDS/)
  })
})
