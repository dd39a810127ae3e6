import { type IpAddress, parseIp } from '../lang/cidr.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { type NodeMetadata, parseMetadata } from './metadata.js'

const NODE_TYPES = ['sidecar', 'router', 'waypoint', 'ztunnel', 'agentgateway'] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** What a proxy says of itself: the xDS Node, read and checked (reference: xds.md section 1). */
export interface ProxyNode {
  /** As sent. */
  readonly id: string
  readonly type: NodeType
  /** INSTANCE_IPS if all of them are addresses, else the one in the id. At least one; the first is the proxy's own. */
  readonly addresses: readonly string[]
  /**
   * Families of its addresses. `dual`: both, and its configuration asks for it, so that it listens on both; `both`: it does not, so
   * IPv4 is where it listens (https://istio.io/latest/docs/setup/additional-setup/dual-stack/).
   */
  readonly ipMode: 'v4' | 'v6' | 'both' | 'dual'
  /** Third part of the id, `<name>.<namespace>`: connections are named after it. */
  readonly instance: string
  readonly dnsDomain: string
  /** Metadata NAMESPACE, else the first label of the DNS domain: whose configuration applies. */
  readonly configNamespace: string
  /** `service-cluster` of the bootstrap. */
  readonly cluster: string
  /** As sent; labels of the workload may say otherwise. */
  readonly locality: NodeLocality
  readonly metadata: NodeMetadata
  /** From ISTIO_VERSION; undefined: none that can be read, which counts as the newest. */
  readonly version: IstioVersion | undefined
  /** Names of the extensions that its Envoy was built with; undefined: it does not list them. */
  readonly extensions: ReadonlySet<string> | undefined
  readonly userAgent: string
  /** Release of its Envoy; undefined: it does not say. */
  readonly envoy: { readonly major: number; readonly minor: number } | undefined
}

export interface NodeLocality {
  readonly region: string
  readonly zone: string
  readonly subZone: string
}

export interface IstioVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** Characters of a node id: it is in names of connections, logs and metrics, and names of Kubernetes have 253 at most. */
const MAX_ID = 1_024

/** The error is one sentence for the client: gRPC INVALID_ARGUMENT. `node` is proto3 JSON. */
export function parseNode(node: JsonObject): Result<ProxyNode, string> {
  const id = textOf(node, 'id')
  const parts = id.split('~')
  const [type = '', ip = '', instance = '', dnsDomain = ''] = parts
  if (id.length > MAX_ID) return err(`the node id ${quote(id)} has ${id.length} characters, more than ${MAX_ID}`)
  if (parts.length !== 4) {
    return err(`the node id ${quote(id)} has ${parts.length} parts, not the 4 of type~ip~name.namespace~domain`)
  }
  if (!isNodeType(type))
    return err(`the node id ${quote(id)} has the type ${quote(type)}, not one of ${NODE_TYPES.join(', ')}`)
  const metadata = parseMetadata(objectOf(node, 'metadata'))
  if (!metadata.ok) return err(`the metadata of node ${quote(id)}: ${metadata.error}`)
  const addresses = addressesOf(ip, metadata.value.instanceIps)
  if (addresses.length === 0) return err(`the node id ${quote(id)} has no valid address, and nor has INSTANCE_IPS`)
  return ok({
    id,
    type,
    addresses: addresses.map(({ text }) => text),
    ipMode: ipModeOf(addresses, isDualStack(metadata.value.proxyConfig)),
    instance,
    dnsDomain,
    configNamespace: metadata.value.namespace || (dnsDomain.split('.')[0] ?? ''),
    cluster: textOf(node, 'cluster'),
    locality: localityOf(objectOf(node, 'locality')),
    metadata: metadata.value,
    version: parseIstioVersion(metadata.value.istioVersion),
    extensions: extensionsOf(node['extensions']),
    userAgent: [textOf(node, 'userAgentName'), textOf(node, 'userAgentVersion')].filter(Boolean).join('/'),
    envoy: envoyOf(objectOf(objectOf(node, 'userAgentBuildVersion'), 'version')),
  })
}

/** Numbers that are 0 are left out of proto3 JSON; of no release both would be. */
function envoyOf({ majorNumber: major, minorNumber: minor = 0 }: JsonObject): ProxyNode['envoy'] {
  return typeof major === 'number' && typeof minor === 'number' ? { major, minor } : undefined
}

/** `1.32.0`, `1.32-alpha.abc`, `1.32`: what follows the numbers does not count. */
export function parseIstioVersion(text: string): IstioVersion | undefined {
  const match = /^v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?(?![\d])/.exec(text)
  if (match === null) return undefined
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) }
}

interface Address {
  readonly text: string
  readonly ip: IpAddress
}

function addressesOf(ip: string, instanceIps: readonly string[]): readonly Address[] {
  const listed = instanceIps.map(parseAddress)
  const valid = listed.filter(address => address !== undefined)
  if (valid.length > 0 && valid.length === listed.length) return valid
  const own = parseAddress(ip)
  return own === undefined ? [] : [own]
}

function parseAddress(text: string): Address | undefined {
  const ip = parseIp(text)
  return ip.ok ? { text, ip: ip.value } : undefined
}

/** In the environment of its agent, which stands in its ProxyConfig. */
const DUAL_STACK = 'ISTIO_DUAL_STACK'

function isDualStack(proxyConfig: JsonObject | undefined): boolean {
  return textOf(objectOf(proxyConfig ?? {}, 'proxyMetadata'), DUAL_STACK) === 'true'
}

function ipModeOf(addresses: readonly Address[], isDual: boolean): ProxyNode['ipMode'] {
  const hasV6 = addresses.some(({ ip }) => ip.family === 6)
  const hasV4 = addresses.some(({ ip }) => ip.family === 4)
  if (hasV4 && hasV6) return isDual ? 'dual' : 'both'
  return hasV6 ? 'v6' : 'v4'
}

function localityOf(locality: JsonObject): NodeLocality {
  return { region: textOf(locality, 'region'), zone: textOf(locality, 'zone'), subZone: textOf(locality, 'subZone') }
}

function extensionsOf(value: Json | undefined): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined
  const enabled = value.filter(isJsonObject).filter(extension => extension['disabled'] !== true)
  return new Set(enabled.map(extension => textOf(extension, 'name')))
}

function isNodeType(text: string): text is NodeType {
  return NODE_TYPES.some(type => type === text)
}

function textOf(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : ''
}

function objectOf(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : {}
}

/** What a client sent, in a message that goes back to it and into logs. */
function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
