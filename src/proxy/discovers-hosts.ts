import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { MeshSettings } from '../mesh/index.js'
import type { ProxyNode } from './node.js'

/** What proxies are told by that virtual hosts are resources of their own, as `true` or `false` (docs/adr/0009-vhds.md). */
export const VHDS_SWITCH = 'PILLION_VHDS'

/** The first release that asks for virtual hosts on its ADS stream; those before refuse the route configuration. */
const FIRST_ENVOY = { major: 1, minor: 37 } as const

/** How a proxy gets virtual hosts. */
export type HostDiscovery =
  /** In their route configurations: nobody asked for anything else, or it is no sidecar. */
  | { readonly kind: 'inline' }
  | { readonly kind: 'discovered' }
  /** In their route configurations, though the switch is on; why, as a sentence. */
  | { readonly kind: 'impossible'; readonly reason: string }

/**
 * The switch stands in the environment of the proxy's agent (`proxyMetadata` of its ProxyConfig, which comes with the node) or in the
 * node's metadata itself; a proxy that sends no ProxyConfig has that of the mesh.
 */
export function hostDiscovery(
  { type, metadata, envoy }: Pick<ProxyNode, 'type' | 'metadata' | 'envoy'>,
  protocol: 'delta' | 'sotw',
  mesh: Pick<MeshSettings, 'defaultConfig'>,
): HostDiscovery {
  const { raw, proxyConfig } = metadata
  const own = ownSwitch(raw)
  const common = proxyConfig === undefined ? mesh.defaultConfig?.proxyMetadata : undefined
  if (type !== 'sidecar' || (own ?? valueAt(common, VHDS_SWITCH)) !== 'true') return { kind: 'inline' }
  if (protocol === 'sotw') return impossible('it needs a delta stream, and this one is state of the world')
  if (envoy !== undefined && isOlder(envoy))
    return impossible(
      `it needs Envoy ${FIRST_ENVOY.major}.${FIRST_ENVOY.minor} or later, and this is ${envoy.major}.${envoy.minor}`,
    )
  return { kind: 'discovered' }
}

/** Whether a Node (proto3 JSON) has the switch on by itself. */
export function asksForDiscovery({ metadata }: JsonObject): boolean {
  return isJsonObject(metadata ?? null) && ownSwitch(metadata as JsonObject) === 'true'
}

function ownSwitch(metadata: JsonObject): string | undefined {
  const { PROXY_CONFIG: config = null } = metadata
  return valueAt(metadata, VHDS_SWITCH) ?? valueAt(isJsonObject(config) ? config['proxyMetadata'] : null, VHDS_SWITCH)
}

function impossible(why: string): HostDiscovery {
  return { kind: 'impossible', reason: `${VHDS_SWITCH} is on, but ${why}` }
}

function isOlder({ major, minor }: NonNullable<ProxyNode['envoy']>): boolean {
  return major < FIRST_ENVOY.major || (major === FIRST_ENVOY.major && minor < FIRST_ENVOY.minor)
}

/** YAML that is no text is taken by its letters: `true` without quotes is what people write. */
function valueAt(values: Json | Readonly<Record<string, unknown>> | undefined, key: string): string | undefined {
  if (typeof values !== 'object' || values === null || !Object.hasOwn(values, key)) return undefined
  const value = (values as Readonly<Record<string, unknown>>)[key]
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined
}
