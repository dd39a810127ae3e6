import { describe, expect, it } from 'vitest'
import type { MeshConfig_OutboundTrafficPolicy as Policy } from '../../config/istio-types.generated.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { unknownHostClusters, unknownHostFilters } from './dynamic-dns.js'

const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

function contextOf(policy: Policy, view: object = {}): ProxyContext {
  const files = { certChain: '', key: '', rootCert: '' }
  const seen = {
    type: 'sidecar',
    ipMode: 'v4',
    extensions: new Set(),
    meta: { tlsClient: files, dnsServer: '' },
    ...view,
  }
  const context = {
    mesh: { connectTimeout: '10s', outboundTrafficPolicy: policy },
    view: seen,
    scope: { outbound: { mode: policy.mode, egressProxy: undefined } },
  }
  return context as unknown as ProxyContext
}

const DYNAMIC = { mode: 'ALLOW_ANY_DYNAMIC_DNS' } as const
const meta = (dnsServer: string): object => ({ meta: { tlsClient: {}, dnsServer } })
const resolvers = (address: string, portValue: number): object => ({
  typedDnsResolverConfig: { typedConfig: { resolvers: [{ socketAddress: { address, portValue } }] } },
})

describe('hosts that nobody knows', () => {
  it.each<'ALLOW_ANY' | 'REGISTRY_ONLY'>(['ALLOW_ANY', 'REGISTRY_ONLY'])('are not asked for by %s', mode => {
    const context = contextOf({ mode })
    expect(unknownHostClusters(context)).toEqual([])
    expect(unknownHostFilters(context)).toEqual([])
  })

  it.each<[string, object, object]>([
    ['of the machine, over IPv4', {}, { dnsLookupFamily: 'V4_ONLY' }],
    ['of the machine, over IPv6', { ipMode: 'v6' }, { dnsLookupFamily: 'V6_ONLY' }],
    ['of the machine, over both', { ipMode: 'dual' }, { dnsLookupFamily: 'ALL' }],
    ['of the agent, by its usual name', meta('localhost:15053'), resolvers('127.0.0.1', 15053)],
    ['of the agent, over IPv6', { ipMode: 'v6', ...meta('localhost:15053') }, resolvers('::1', 15053)],
    ['of the agent, by an address', meta('127.0.0.2:53'), resolvers('127.0.0.2', 53)],
    ['of the agent, by an IPv6 address', meta('[::1]:53'), resolvers('::1', 53)],
  ])('are asked of DNS: %s; cluster and filter agree', (_, view, expected) => {
    const context = contextOf(DYNAMIC, view as Partial<ProxyView>)
    const [cluster] = unknownHostClusters(context)
    const [filter] = unknownHostFilters(context)
    const config = cluster?.clusterType?.typedConfig as { readonly dnsCacheConfig?: object } | undefined
    expect(config?.dnsCacheConfig).toMatchObject(expected)
    expect(filter?.typedConfig).toMatchObject({ dnsCacheConfig: config?.dnsCacheConfig })
  })

  it.each(['', 'localhost', 'dns.example:53', 'localhost:0', 'localhost:70000', ':53'])(
    'are asked of the machine where "%s" is no address of a server',
    text => {
      const [cluster] = unknownHostClusters(contextOf(DYNAMIC, meta(text)))
      expect(JSON.stringify(cluster)).not.toContain('typedDnsResolverConfig')
    },
  )

  it.each<[string, Policy['tls'], boolean, object | undefined]>([
    ['in plaintext', undefined, true, undefined],
    ['over TLS, names checked', { mode: 'SIMPLE' }, false, { autoSni: true, autoSanValidation: true }],
    ['over TLS, nothing checked', { mode: 'SIMPLE', insecureSkipVerify: true }, true, { autoSni: true }],
    ['over TLS to names that are given', { mode: 'SIMPLE', subjectAltNames: ['x'] }, true, { autoSni: true }],
    ['over TLS by a server name that is given', { mode: 'MUTUAL', sni: 'x' }, true, undefined],
  ])('are reached %s', (_, tls, isUnchecked, upstream) => {
    const [cluster] = unknownHostClusters(contextOf({ ...DYNAMIC, ...(tls === undefined ? {} : { tls }) }))
    const options = cluster?.typedExtensionProtocolOptions?.[OPTIONS] as { upstreamHttpProtocolOptions?: object }
    expect(options.upstreamHttpProtocolOptions).toEqual(upstream)
    expect(cluster?.transportSocket?.name).toBe(tls === undefined ? undefined : 'envoy.transport_sockets.tls')
    const config = cluster?.clusterType?.typedConfig as { readonly allowInsecureClusterOptions?: boolean }
    expect(config.allowInsecureClusterOptions === true).toBe(isUnchecked)
  })
})
