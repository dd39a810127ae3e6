import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'

/** A resource with the version under which it was sent; empty: not known. */
export interface VersionedResource {
  readonly version: string
  readonly value: JsonObject
}

/** What a proxy holds, by kind, in proto3 JSON. */
export type ProxyResources = Readonly<Record<ResourceKind, readonly VersionedResource[]>>

export type ResourceKind = 'clusters' | 'endpoints' | 'listeners' | 'routes' | 'secrets'

const ADMIN = 'type.googleapis.com/envoy.admin.v3.'

interface Section {
  readonly kind: ResourceKind
  readonly dump: string
  /** Field of the dump that lists what came by xDS, and those that Envoy has besides. */
  readonly dynamic: string
  readonly others: readonly string[]
  /** Field of an entry that has the resource, and the message. */
  readonly field: string
  readonly type: string
}

/** In Envoy's order. */
const SECTIONS: readonly Section[] = [
  {
    kind: 'clusters',
    dump: 'ClustersConfigDump',
    dynamic: 'dynamicActiveClusters',
    others: ['staticClusters', 'dynamicWarmingClusters'],
    field: 'cluster',
    type: 'envoy.config.cluster.v3.Cluster',
  },
  {
    kind: 'endpoints',
    dump: 'EndpointsConfigDump',
    dynamic: 'dynamicEndpointConfigs',
    others: ['staticEndpointConfigs'],
    field: 'endpointConfig',
    type: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  },
  {
    kind: 'listeners',
    dump: 'ListenersConfigDump',
    dynamic: 'dynamicListeners',
    others: ['staticListeners'],
    field: 'listener',
    type: 'envoy.config.listener.v3.Listener',
  },
  {
    kind: 'routes',
    dump: 'RoutesConfigDump',
    dynamic: 'dynamicRouteConfigs',
    others: ['staticRouteConfigs'],
    field: 'routeConfig',
    type: 'envoy.config.route.v3.RouteConfiguration',
  },
  {
    kind: 'secrets',
    dump: 'SecretsConfigDump',
    dynamic: 'dynamicActiveSecrets',
    others: ['staticSecrets'],
    field: 'secret',
    type: 'envoy.extensions.transport_sockets.tls.v3.Secret',
  },
]

/** `envoy.admin.v3.ConfigDump` as Envoy's admin interface prints it. Of secrets nothing is left but their names. */
export function configDump(resources: ProxyResources): JsonObject {
  return {
    configs: SECTIONS.filter(({ kind }) => kind !== 'secrets' || resources.secrets.length > 0).map(section =>
      sectionOf(section, resources[section.kind]),
    ),
  }
}

function sectionOf(section: Section, resources: readonly VersionedResource[]): JsonObject {
  return {
    '@type': `${ADMIN}${section.dump}`,
    [section.dynamic]: resources.map(resource => entryOf(section, resource)),
  }
}

function entryOf({ kind, field, type }: Section, { version, value }: VersionedResource): JsonObject {
  const name = nameOf(value)
  const content = kind === 'secrets' ? { name } : value
  const entry = { versionInfo: version, [field]: { '@type': `type.googleapis.com/${type}`, ...content } }
  if (kind === 'listeners') return { name, activeState: entry }
  return kind === 'secrets' ? { name, ...entry } : entry
}

function nameOf(value: JsonObject): string {
  const name = value['name'] ?? value['clusterName']
  return typeof name === 'string' ? name : ''
}

/**
 * A dump of Pillion's or of Envoy's own (`/config_dump?include_eds`), whose names are written with underscores: both come back
 * as lowerCamelCase. The error is one sentence.
 */
export function readConfigDump(json: Json): Result<ProxyResources, string> {
  const configs = isJsonObject(json) ? json['configs'] : undefined
  if (!Array.isArray(configs)) return err('it is no config_dump of Envoy: it has no list "configs"')
  const sections = configs.filter(isJsonObject).map(config => camelCase(config) as JsonObject)
  const found = SECTIONS.map(section => [
    section.kind,
    sections
      .filter(config => config['@type'] === `${ADMIN}${section.dump}`)
      .flatMap(config => entriesOf(section, config)),
  ])
  return ok(Object.fromEntries(found) as unknown as ProxyResources)
}

function entriesOf({ dynamic, others, field }: Section, config: JsonObject): readonly VersionedResource[] {
  return [...others, dynamic]
    .flatMap(list => (Array.isArray(config[list]) ? config[list] : []))
    .filter(isJsonObject)
    .map(entry => (isJsonObject(entry['activeState'] ?? null) ? (entry['activeState'] as JsonObject) : entry))
    .flatMap(entry => {
      const value = entry[field]
      if (!isJsonObject(value ?? null)) return []
      const { '@type': _, ...rest } = value as JsonObject
      return [
        { version: typeof entry['versionInfo'] === 'string' ? entry['versionInfo'] : '', value: rest as JsonObject },
      ]
    })
}

/** Names with underscores, as Envoy prints them; those of extensions and labels, which hold dots or slashes, stay. */
function camelCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(camelCase)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(key)
        ? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
        : key,
      camelCase(item),
    ]),
  )
}
