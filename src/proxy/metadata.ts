import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'

export type InterceptionMode = 'REDIRECT' | 'TPROXY' | 'NONE'

export interface PodPort {
  readonly name: string
  readonly containerPort: number
  readonly protocol: string
}

/** A path per file of a certificate; empty: not configured. */
export interface CertificateFiles {
  readonly certChain: string
  readonly key: string
  readonly rootCert: string
}

/** Node metadata with the types it means. Absent texts are empty, absent lists and maps too, absent switches false. */
export interface NodeMetadata {
  readonly name: string
  readonly namespace: string
  readonly owner: string
  readonly workloadName: string
  readonly serviceAccount: string
  readonly nodeName: string
  readonly clusterId: string
  readonly network: string
  readonly requestedNetworkView: readonly string[]
  readonly meshId: string
  readonly istioVersion: string
  readonly istioRevision: string
  readonly istioProxySha: string
  readonly labels: ReadonlyMap<string, string>
  readonly staticLabels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly platformMetadata: ReadonlyMap<string, string>
  /** Trimmed; not checked for being addresses. */
  readonly instanceIps: readonly string[]
  readonly appContainers: readonly string[]
  readonly pilotSan: readonly string[]
  readonly podPorts: readonly PodPort[]
  readonly interceptionMode: InterceptionMode
  /** The proxy's own part of ProxyConfig, as sent. */
  readonly proxyConfig: JsonObject | undefined
  readonly generator: string
  readonly httpProxyPort: string
  readonly stsPort: string
  readonly idleTimeout: string
  /** HTTP10 is `1` where HTTP/1.0 is to be accepted. */
  readonly http10: string
  readonly base: string
  readonly dnsProxyAddress: string
  readonly cloudrunAddress: string
  readonly outlierLogPath: string
  readonly workloadIdentitySocketFile: string
  readonly autoRegisterGroup: string
  readonly workloadEntry: string
  readonly tlsServer: CertificateFiles
  readonly tlsClient: CertificateFiles
  readonly statusPort: number | undefined
  readonly prometheusPort: number | undefined
  readonly secureMetricsPort: number | undefined
  readonly isUnprivilegedPod: boolean
  readonly hasDnsCapture: boolean
  readonly hasDnsAutoAllocate: boolean
  readonly hasHbone: boolean
  readonly isHboneSendDisabled: boolean
  readonly hasSelfDiscovery: boolean
  readonly exitsOnZeroConnections: boolean
  readonly hasInboundExactBalance: boolean
  readonly hasOutboundExactBalance: boolean
  readonly hasMetadataDiscovery: boolean
  readonly skipsDeprecatedLogs: boolean
  /** Everything, as sent: EnvoyFilter matches on any key. */
  readonly raw: JsonObject
}

/** The error names the key and what would be accepted. Unknown keys are left to `raw`. */
export function parseMetadata(raw: JsonObject): Result<NodeMetadata, string> {
  const problems: string[] = []
  const read = readerOf(raw, problems)
  const metadata: NodeMetadata = {
    name: read.text('NAME'),
    namespace: read.text('NAMESPACE'),
    owner: read.text('OWNER'),
    workloadName: read.text('WORKLOAD_NAME'),
    serviceAccount: read.text('SERVICE_ACCOUNT'),
    nodeName: read.text('NODE_NAME'),
    clusterId: read.text('CLUSTER_ID'),
    network: read.text('NETWORK'),
    requestedNetworkView: read.commaList('REQUESTED_NETWORK_VIEW'),
    meshId: read.text('MESH_ID'),
    istioVersion: read.text('ISTIO_VERSION'),
    istioRevision: read.text('ISTIO_REVISION'),
    istioProxySha: read.text('ISTIO_PROXY_SHA'),
    labels: read.textMap('LABELS'),
    staticLabels: read.textMap('STATIC_LABELS'),
    annotations: read.textMap('ANNOTATIONS'),
    platformMetadata: read.textMap('PLATFORM_METADATA'),
    instanceIps: read.commaList('INSTANCE_IPS'),
    appContainers: read.commaList('APP_CONTAINERS'),
    pilotSan: read.textList('PILOT_SAN'),
    podPorts: read.podPorts('POD_PORTS'),
    interceptionMode: interceptionModeOf(read.text('INTERCEPTION_MODE')),
    proxyConfig: read.object('PROXY_CONFIG'),
    generator: read.text('GENERATOR'),
    httpProxyPort: read.text('HTTP_PROXY_PORT'),
    stsPort: read.text('STS_PORT'),
    idleTimeout: read.text('IDLE_TIMEOUT'),
    http10: read.text('HTTP10'),
    base: read.text('BASE'),
    dnsProxyAddress: read.text('DNS_PROXY_ADDR'),
    cloudrunAddress: read.text('CLOUDRUN_ADDR'),
    outlierLogPath: read.text('OUTLIER_LOG_PATH'),
    workloadIdentitySocketFile: read.text('WORKLOAD_IDENTITY_SOCKET_FILE'),
    autoRegisterGroup: read.text('AUTO_REGISTER_GROUP'),
    workloadEntry: read.text('WORKLOAD_ENTRY'),
    tlsServer: certificateFiles(read, 'TLS_SERVER'),
    tlsClient: certificateFiles(read, 'TLS_CLIENT'),
    statusPort: read.port('ENVOY_STATUS_PORT'),
    prometheusPort: read.port('ENVOY_PROMETHEUS_PORT'),
    secureMetricsPort: read.port('ENVOY_SECURE_METRICS_PORT'),
    isUnprivilegedPod: read.flag('UNPRIVILEGED_POD'),
    hasDnsCapture: read.flag('DNS_CAPTURE'),
    hasDnsAutoAllocate: read.flag('DNS_AUTO_ALLOCATE'),
    hasHbone: read.flag('ENABLE_HBONE'),
    isHboneSendDisabled: read.flag('DISABLE_HBONE_SEND'),
    hasSelfDiscovery: read.flag('ENABLE_SELF_DISCOVERY'),
    exitsOnZeroConnections: read.flag('EXIT_ON_ZERO_ACTIVE_CONNECTIONS'),
    hasInboundExactBalance: read.flag('INBOUND_LISTENER_EXACT_BALANCE'),
    hasOutboundExactBalance: read.flag('OUTBOUND_LISTENER_EXACT_BALANCE'),
    hasMetadataDiscovery: read.flag('METADATA_DISCOVERY'),
    skipsDeprecatedLogs: read.flag('ENVOY_SKIP_DEPRECATED_LOGS'),
    raw,
  }
  return problems.length === 0 ? ok(metadata) : err(problems.join('; '))
}

/** Anything else, and nothing, is what a sidecar does by default. */
function interceptionModeOf(text: string): InterceptionMode {
  return text === 'TPROXY' || text === 'NONE' ? text : 'REDIRECT'
}

function certificateFiles(read: MetadataReader, prefix: 'TLS_SERVER' | 'TLS_CLIENT'): CertificateFiles {
  return {
    certChain: read.text(`${prefix}_CERT_CHAIN`),
    key: read.text(`${prefix}_KEY`),
    rootCert: read.text(`${prefix}_ROOT_CERT`),
  }
}

interface MetadataReader {
  text(key: string): string
  commaList(key: string): readonly string[]
  textList(key: string): readonly string[]
  textMap(key: string): ReadonlyMap<string, string>
  object(key: string): JsonObject | undefined
  port(key: string): number | undefined
  flag(key: string): boolean
  podPorts(key: string): readonly PodPort[]
}

/** How strconv.ParseBool reads: the agent sends switches as text. */
const FLAGS: ReadonlyMap<Json, boolean> = new Map<Json, boolean>([
  ...['1', 't', 'T', 'TRUE', 'true', 'True', true].map((text): [Json, boolean] => [text, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False', '', false].map((text): [Json, boolean] => [text, false]),
])

function readerOf(raw: JsonObject, problems: string[]): MetadataReader {
  const get = (key: string): Json => (Object.hasOwn(raw, key) ? (raw[key] ?? null) : null)
  const bad = (key: string, expected: string): void => void problems.push(`${key} is not ${expected}`)

  function text(key: string): string {
    const value = get(key)
    if (typeof value === 'string') return value
    // Hand-written bootstraps have numbers where the agent sends text: STS_PORT, HTTP10.
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (value !== null) bad(key, 'text')
    return ''
  }

  function commaList(key: string): readonly string[] {
    const items = text(key).split(',')
    return items.map(item => item.trim()).filter(item => item !== '')
  }

  function textList(key: string): readonly string[] {
    const value = get(key)
    if (value === null) return []
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
    bad(key, 'a list of texts')
    return []
  }

  function textMap(key: string): ReadonlyMap<string, string> {
    const value = get(key)
    const entries = isJsonObject(value) ? Object.entries(value) : []
    const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    if (texts.length !== entries.length || (value !== null && !isJsonObject(value))) bad(key, 'an object of texts')
    return new Map(texts)
  }

  function object(key: string): JsonObject | undefined {
    const value = get(key)
    if (value === null) return undefined
    if (isJsonObject(value)) return value
    bad(key, 'an object')
    return undefined
  }

  function port(key: string): number | undefined {
    const value = get(key)
    if (value === null || value === '') return undefined
    const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 65_535) return number
    bad(key, 'a port')
    return undefined
  }

  function flag(key: string): boolean {
    const value = get(key)
    if (value === null) return false
    const known = FLAGS.get(value)
    if (known === undefined) bad(key, '"true" or "false"')
    return known ?? false
  }

  function podPorts(key: string): readonly PodPort[] {
    const value = get(key)
    const list = typeof value === 'string' ? parseList(value) : value
    const ports = Array.isArray(list) ? list.map(podPort) : []
    const valid = ports.filter(each => each !== undefined)
    if (value !== null && (!Array.isArray(list) || valid.length !== ports.length)) bad(key, 'a list of container ports')
    return valid
  }

  return { text, commaList, textList, textMap, object, port, flag, podPorts }
}

function parseList(text: string): Json {
  if (text === '') return []
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

function podPort(value: Json): PodPort | undefined {
  if (!isJsonObject(value)) return undefined
  const { name = '', containerPort, protocol = 'TCP' } = value
  const isValid =
    typeof name === 'string' &&
    typeof protocol === 'string' &&
    typeof containerPort === 'number' &&
    Number.isInteger(containerPort) &&
    containerPort > 0 &&
    containerPort <= 65_535
  return isValid ? { name, containerPort, protocol } : undefined
}
