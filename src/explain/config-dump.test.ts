import { describe, expect, it } from 'vitest'
import type { Json } from '../lang/json.js'
import { configDump, type ProxyResources, readConfigDump } from './config-dump.js'

const resources: ProxyResources = {
  clusters: [{ version: 'c1', value: { name: 'a', connectTimeout: '1s' } }],
  endpoints: [{ version: 'e1', value: { clusterName: 'a' } }],
  listeners: [{ version: 'l1', value: { name: 'l' } }],
  routes: [{ version: 'r1', value: { name: '80' } }],
  secrets: [],
}

describe('config_dump', () => {
  it('has the shape of Envoy, and reads back', () => {
    const dump = configDump(resources)
    expect((dump['configs'] as { '@type': string }[]).map(config => config['@type'].split('.').at(-1))).toEqual([
      'ClustersConfigDump',
      'EndpointsConfigDump',
      'ListenersConfigDump',
      'RoutesConfigDump',
    ])
    expect(readConfigDump(dump)).toEqual({ ok: true, value: resources })
  })

  it('has nothing of a secret but its name', () => {
    const secret = { name: 'default', tlsCertificate: { privateKey: { inlineString: 'PRIVATE' } } }
    const text = JSON.stringify(configDump({ ...resources, secrets: [{ version: 's1', value: secret }] }))
    expect(text).toContain('"name":"default"')
    expect(text).not.toContain('PRIVATE')
    expect(text).not.toContain('tlsCertificate')
  })

  it('reads what Envoy prints: names with underscores, static and warming resources', () => {
    const dump: Json = {
      configs: [
        { '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump', bootstrap: {} },
        {
          '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
          static_clusters: [{ cluster: { '@type': 'x', name: 'xds', connect_timeout: '1s' } }],
          dynamic_warming_clusters: [
            { version_info: '2', cluster: { name: 'w', metadata: { filter_metadata: { 'a.b_c': {} } } } },
          ],
        },
        {
          '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
          dynamic_listeners: [
            { name: 'l', active_state: { version_info: '3', listener: { name: 'l' } } },
            { name: 'refused', error_state: {} },
          ],
        },
      ],
    }
    const read = readConfigDump(dump)
    expect(read.ok && read.value.clusters).toEqual([
      { version: '', value: { name: 'xds', connectTimeout: '1s' } },
      { version: '2', value: { name: 'w', metadata: { filterMetadata: { 'a.b_c': {} } } } },
    ])
    expect(read.ok && read.value.listeners).toEqual([{ version: '3', value: { name: 'l' } }])
    expect(read.ok && read.value.routes).toEqual([])
  })

  it.each<[Json]>([[null], [[]], [{}], [{ configs: {} }]])('refuses %j in a sentence', value => {
    expect(readConfigDump(value)).toMatchObject({ ok: false, error: expect.stringContaining('config_dump') })
  })
})
