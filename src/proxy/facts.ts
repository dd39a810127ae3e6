import { hash } from 'node:crypto'
import { keepRecent } from '../lang/recent.js'
import type { ProxyView, ViewMetadata } from './view.js'

interface Reads {
  readonly view: readonly (keyof ProxyView)[]
  readonly meta: readonly (keyof ViewMetadata)[]
}

/**
 * What each part of the translation may know of a proxy. Proxies that are alike in it share the part, so a fact that is added here
 * makes sharing worse, and one that is read but not listed throws ({@link viewOfFacts}).
 */
const READS = {
  /** Clusters of services. */
  clusters: {
    view: ['type', 'ipMode', 'extensions'],
    meta: ['tlsClient', 'hasSelfDiscovery', 'clusterSettings'],
  },
  /** Clusters that depend on no service. */
  fixed: { view: ['type', 'ipMode', 'extensions'], meta: ['tlsClient', 'dnsServer', 'clusterSettings'] },
  /** Clusters that ask DNS have their endpoints inside. */
  dnsClusters: {
    view: ['type', 'ipMode', 'extensions', 'cluster', 'network', 'networkView', 'locality', 'nodeName', 'labels'],
    meta: ['tlsClient', 'hasSelfDiscovery', 'clusterSettings'],
  },
  /** Endpoints of services, in EDS or inside clusters that ask DNS. */
  endpoints: {
    view: ['type', 'cluster', 'network', 'networkView', 'locality', 'nodeName', 'labels'],
    meta: ['hasSelfDiscovery'],
  },
  /** Outbound listeners. Of addresses the own one, for services that are called by those of their pods. */
  listeners: {
    view: ['type', 'namespace', 'labels', 'cluster', 'network', 'interception', 'ipMode', 'addresses', 'extensions'],
    meta: [
      'meshId',
      'httpProxyPort',
      'idleTimeout',
      'acceptsHttp10',
      'hasDnsCapture',
      'hasDnsAutoAllocate',
      'dnsServer',
      'isUnprivilegedPod',
      'hasOutboundExactBalance',
      'statusPort',
      'prometheusPort',
      'proxyConfig',
    ],
  },
  routes: {
    view: ['type', 'namespace', 'labels', 'cluster', 'dnsDomain', 'ipMode'],
    meta: ['hasDnsCapture', 'hasDnsAutoAllocate', 'proxyConfig'],
  },
  /** What depends on no service but the workload's own: inbound clusters and listeners. */
  inbound: {
    view: ['type', 'namespace', 'labels', 'cluster', 'interception', 'ipMode', 'addresses', 'extensions'],
    meta: [
      'meshId',
      'idleTimeout',
      'acceptsHttp10',
      'dnsServer',
      'isUnprivilegedPod',
      'hasInboundExactBalance',
      'statusPort',
      'prometheusPort',
      'tlsServer',
      'clusterSettings',
      'proxyConfig',
    ],
  },
  names: { view: ['type', 'cluster', 'network', 'ipMode'], meta: ['hasDnsCapture', 'hasDnsAutoAllocate'] },
} as const satisfies Record<string, Reads>

export type Part = keyof typeof READS

type ViewKeys<P extends Part> = (typeof READS)[P]['view'][number]
type MetaKeys<P extends Part> = (typeof READS)[P]['meta'][number]

/** The view as far as a part knows it: a translator whose argument is of this type cannot name another fact. */
export type PartView<P extends Part> = Pick<ProxyView, ViewKeys<P>> & {
  readonly meta: Pick<ViewMetadata, MetaKeys<P>>
}

/** Facts of one part, and their name: equal names, equal facts. */
export interface Facts<P extends Part> {
  readonly part: P
  readonly view: PartView<P>
  readonly key: string
}

/** Facts of whichever part. */
export interface SomeFacts {
  readonly view: object
  readonly key: string
}

/** Extensions that translation asks about: the others of the long list that Envoy sends tell nobody anything. */
const KNOWN_EXTENSIONS = [
  'envoy.filters.http.alpn',
  'envoy.filters.http.istio_stats',
  'envoy.filters.http.peer_metadata',
  'envoy.filters.network.metadata_exchange',
  'envoy.filters.network.upstream.metadata_exchange',
  'istio.alpn',
  'istio.metadata_exchange',
  'istio.stats',
]

/** More than the proxies that connect at a time differ in; each is some KiB. */
const MAX_KEPT = 512

const kept = keepRecent<SomeFacts & { readonly part: Part }>(MAX_KEPT)

/**
 * The part's share of a view, to be narrowed further by `overrides`: facts that nobody in this mesh asks about. Proxies that are alike
 * in it are given the same object, as far as that is known.
 */
export function factsOf<P extends Part>(part: P, view: ProxyView, overrides: Partial<ProxyView> = {}): Facts<P> {
  const whole = { ...view, ...overrides }
  const reads: Reads = READS[part]
  const known: Partial<ProxyView> = pick(whole, reads.view)
  const meta = pick(whole.meta, reads.meta)
  const asked = known.extensions && KNOWN_EXTENSIONS.filter(name => known.extensions?.has(name))
  const text = JSON.stringify([part, known, asked ?? null, meta])
  return kept(text, () => {
    const narrowed = asked === undefined ? known : { ...known, extensions: new Set(asked) }
    return { part, view: guarded(part, narrowed, meta), key: keyOf(part, text) }
  }) as Facts<P>
}

/** Short, as it stands in keys of many rows. */
function keyOf(part: Part, text: string): string {
  return `${part}.${hash('sha256', text, 'base64url').slice(0, KEY_LENGTH)}`
}

/** Of base64 digits: enough that no two of some millions of facts share it. */
const KEY_LENGTH = 16

function pick<T extends object>(from: T, keys: readonly (keyof T)[]): Partial<T> {
  const found: Partial<T> = {}
  for (const key of keys) found[key] = from[key]
  return found
}

/** For translators that take any proxy's view: it throws where a fact is read that the part does not have. */
export function viewOfFacts({ view }: SomeFacts): ProxyView {
  return view as ProxyView
}

const VIEW_KEYS = Object.keys({
  type: 0,
  namespace: 0,
  labels: 0,
  serviceAccount: 0,
  cluster: 0,
  network: 0,
  networkView: 0,
  locality: 0,
  nodeName: 0,
  dnsDomain: 0,
  interception: 0,
  ipMode: 0,
  addresses: 0,
  version: 0,
  extensions: 0,
  meta: 0,
} satisfies Record<keyof ProxyView, 0>)

const META_KEYS = Object.keys({
  workloadName: 0,
  name: 0,
  instance: 0,
  serviceCluster: 0,
  meshId: 0,
  httpProxyPort: 0,
  idleTimeout: 0,
  acceptsHttp10: 0,
  generator: 0,
  hasDnsCapture: 0,
  hasDnsAutoAllocate: 0,
  dnsServer: 0,
  hasSelfDiscovery: 0,
  isTunnelCapable: 0,
  isUnprivilegedPod: 0,
  hasInboundExactBalance: 0,
  hasOutboundExactBalance: 0,
  hasMetadataDiscovery: 0,
  statusPort: 0,
  prometheusPort: 0,
  tlsServer: 0,
  tlsClient: 0,
  outlierLogPath: 0,
  podPorts: 0,
  clusterSettings: 0,
  proxyConfig: 0,
} satisfies Record<keyof ViewMetadata, 0>)

function guarded(part: Part, view: object, meta: object): object {
  // What a literal has stands before its prototype; assigned to, the prototype would be asked first.
  const own = { __proto__: guard(part, 'meta.', META_KEYS), ...meta }
  return { __proto__: guard(part, '', VIEW_KEYS), ...view, meta: own }
}

/** A prototype on which every fact throws: what the part has stands before it. */
function guard(part: Part, path: string, keys: readonly string[]): object {
  const known = guards.get(`${part} ${path}`)
  if (known !== undefined) return known
  const refusal = (key: string) => ({
    get(): never {
      throw new Error(`${part} may not read ${path}${key} of a proxy: it is not among the facts that it is shared by`)
    },
    enumerable: false,
  })
  const made = Object.defineProperties({}, Object.fromEntries(keys.map(key => [key, refusal(key)]))) as object
  guards.set(`${part} ${path}`, made)
  return made
}

const guards = new Map<string, object>()
