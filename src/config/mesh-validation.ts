import { parseDuration } from '../lang/duration.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { parseLabelSelector } from '../lang/selector.js'
import type { MeshConfig } from './mesh-config.js'
import type { ProtoError } from './proto-json.js'
import type { ProxyConfig } from './proxy-config.js'

/** Rules that the reference puts on a mesh config beyond its types; all that are broken, in field order. */
export function validateMeshConfig(mesh: MeshConfig): ProtoError[] {
  return [
    ...portRule(['proxyListenPort'], 'proxy listen port', mesh.proxyListenPort ?? 0),
    ...durationRule(['connectTimeout'], 'connect timeout', mesh.connectTimeout),
    ...providerRules(mesh.extensionProviders ?? []),
    ...validateProxyConfig(mesh.defaultConfig ?? {}).map(({ path, message }) => ({
      path: ['defaultConfig', ...path],
      message,
    })),
    ...selectorRules(mesh),
    ...trustDomainRules(mesh),
  ]
}

/** Rules on an effective ProxyConfig (defaults included). */
export function validateProxyConfig(config: ProxyConfig): ProtoError[] {
  return [
    ...textRule(['configPath'], 'config path must be set', config.configPath),
    ...textRule(['binaryPath'], 'binary path must be set', config.binaryPath),
    ...clusterNameRule(config),
    ...drainRules(config.drainDuration),
    ...addressRule(['discoveryAddress'], 'discovery address', config.discoveryAddress),
    ...tracingRules(config.tracing),
    ...addressRule(['statsdUdpAddress'], 'statsd udp address', config.statsdUdpAddress),
    ...serviceAddressRule('envoyMetricsService', 'envoy metrics service address', config.envoyMetricsService),
    ...serviceAddressRule('envoyAccessLogService', 'envoy access log service address', config.envoyAccessLogService),
    ...portRule(['proxyAdminPort'], 'proxy admin port', config.proxyAdminPort ?? 0),
    ...authPolicyRule(config.controlPlaneAuthPolicy),
    ...portRule(['statusPort'], 'status port', config.statusPort ?? 0),
  ]
}

const NANOS_PER_MS = 1_000_000n
const NANOS_PER_S = 1_000_000_000n

function portRule(path: readonly string[], what: string, port: number): ProtoError[] {
  if (port >= 1 && port <= 65_535) return []
  return [{ path, message: `invalid ${what}: port number ${port} must be in the range 1..65535` }]
}

function textRule(path: readonly string[], message: string, value: string | undefined): ProtoError[] {
  return value === undefined || value === '' ? [{ path, message }] : []
}

function clusterNameRule(config: ProxyConfig): ProtoError[] {
  if (config.tracingServiceName !== undefined) return []
  return textRule(['serviceCluster'], 'service cluster must be specified', config.serviceCluster)
}

function durationRule(path: readonly string[], what: string, text: string | undefined): ProtoError[] {
  const nanos = nanosOf(text)
  if (nanos < NANOS_PER_MS) return [{ path, message: `invalid ${what}: duration must be greater than 1ms` }]
  if (nanos % NANOS_PER_MS === 0n) return []
  return [{ path, message: `invalid ${what}: only durations to ms precision are supported` }]
}

function nanosOf(text: string | undefined): bigint {
  const nanos = parseDuration(text ?? '0s')
  return nanos.ok ? nanos.value : 0n
}

function drainRules(text: string | undefined): ProtoError[] {
  const path = ['drainDuration']
  const invalid = durationRule(path, 'drain duration', text)
  if (invalid.length > 0) return invalid
  if (nanosOf(text) % NANOS_PER_S === 0n) return []
  return [{ path, message: 'drain time only supports durations to seconds precision' }]
}

function addressRule(path: readonly string[], what: string, address: Json | undefined): ProtoError[] {
  if (address === undefined || address === '') return []
  const broken = brokenAddress(String(address))
  return broken === undefined ? [] : [{ path, message: `invalid ${what}: ${broken}` }]
}

function serviceAddressRule(field: string, what: string, service: JsonObject | undefined): ProtoError[] {
  const address = service?.['address']
  if (service === undefined || address === undefined || address === '') return []
  const broken = brokenAddress(String(address))
  return broken === undefined ? [] : [{ path: [field, 'address'], message: `invalid ${what} "${address}": ${broken}` }]
}

/** `host:port`, the host a name or address, brackets around IPv6; undefined when it is fine. */
function brokenAddress(address: string): string | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(.*)$/.exec(address)
  if (match === null) return `unable to split "${address}": missing port in address`
  const host = match[1] ?? match[2] ?? ''
  const port = match[3] ?? ''
  if (!/^[-+]?[0-9]+$/.test(port)) return `port (${port}) is not a number`
  if (Number(port) < 1 || Number(port) > 65_535) return `port number ${port} must be in the range 1..65535`
  const isAddress = match[1] !== undefined || /^[0-9.]+$/.test(host)
  return isAddress || isDomain(host) ? undefined : `"${host}" is not a valid hostname or an IP address`
}

/** A domain name as the reference accepts it: DNS-1123 labels, a final dot allowed. */
function isDomain(text: string): boolean {
  if (text === '' || text.length > 255) return false
  const labels = text.replace(/\.$/, '').split('.')
  return labels.every(label => /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(label))
}

/** Tracers that are reached at an address of their own. */
const ADDRESSED_TRACERS = ['zipkin', 'lightstep', 'datadog'] as const

function tracingRules(tracing: JsonObject | undefined): ProtoError[] {
  if (tracing === undefined) return []
  return ADDRESSED_TRACERS.flatMap(name => {
    const tracer = tracing[name]
    if (!isJsonObject(tracer)) return []
    const path = ['tracing', name, 'address']
    // Agents on the node are written with the variable that the proxy's environment resolves.
    const broken = brokenAddress(String(tracer['address'] ?? '').replace('$(HOST_IP)', '127.0.0.1'))
    const errors = broken === undefined ? [] : [{ path, message: `invalid ${name} address: ${broken}` }]
    if (name !== 'lightstep' || tracer['accessToken'] !== undefined) return errors
    return [...errors, { path: ['tracing', name, 'accessToken'], message: 'access token is required' }]
  })
}

function authPolicyRule(policy: string | number | undefined): ProtoError[] {
  if (policy === undefined || policy === 'NONE' || policy === 'MUTUAL_TLS') return []
  return [{ path: ['controlPlaneAuthPolicy'], message: `unrecognized control plane auth policy ${policy}` }]
}

function providerRules(providers: readonly JsonObject[]): ProtoError[] {
  const seen = new Set<string>()
  return providers.flatMap((provider, index) => {
    const name = String(provider['name'] ?? '')
    const path = ['extensionProviders', index]
    if (name === '') return [{ path, message: 'empty extension provider name' }]
    if (seen.has(name)) return [{ path, message: `invalid duplicate extension provider name ${name}` }]
    seen.add(name)
    const kinds = Object.keys(provider).filter(key => key !== 'name')
    return kinds.length > 0 ? [] : [{ path, message: `extension provider ${name} has no kind` }]
  })
}

/** Selectors of namespaces. One that cannot be read would hide, or show, what it was not meant to. */
function selectorRules(mesh: MeshConfig): ProtoError[] {
  const visibility = mesh.serviceEntryVisibility
  const policies = objectsIn(visibility, 'policies')
  return [
    ...(mesh.discoverySelectors ?? []).flatMap((selector, i) => selectorRule(['discoverySelectors', i], selector)),
    ...policies.flatMap((policy, i) =>
      objectsIn(policy, 'matchingRules').flatMap((rule, j) => {
        const path = ['serviceEntryVisibility', 'policies', i, 'matchingRules', j, 'namespaceSelector']
        return selectorRule(path, rule['namespaceSelector'] ?? null)
      }),
    ),
  ]
}

function selectorRule(path: ProtoError['path'], selector: Json): ProtoError[] {
  const parsed = parseLabelSelector(selector)
  return parsed.ok ? [] : [{ path, message: parsed.error }]
}

function objectsIn(object: JsonObject | undefined, field: string): readonly JsonObject[] {
  const list = object?.[field]
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function trustDomainRules(mesh: MeshConfig): ProtoError[] {
  const domains = [
    ...(mesh.trustDomain === undefined ? [] : [{ path: ['trustDomain'], domain: mesh.trustDomain }]),
    ...(mesh.trustDomainAliases ?? []).map((domain, i) => ({ path: ['trustDomainAliases', i], domain })),
  ]
  return domains.flatMap(({ path, domain }) =>
    isTrustDomain(domain) ? [] : [{ path, message: `invalid trust domain "${domain}"` }],
  )
}

function isTrustDomain(domain: string): boolean {
  return domain.length > 0 && domain.length <= 255 && /^[-a-zA-Z0-9._*/:]+$/.test(domain)
}
