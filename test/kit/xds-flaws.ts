import { isJsonObject, type Json, type JsonObject } from '../../src/lang/json.js'
import { endpointNames, routeNames } from './xds-references.js'

/** What one proxy is given, by name (proto3 JSON). */
export type Given = Readonly<Record<'clusters' | 'endpoints' | 'listeners' | 'routes', ReadonlyMap<string, JsonObject>>>

/** Static in every bootstrap. */
const BOOTSTRAP_CLUSTERS = ['xds-grpc', 'sds-grpc', 'prometheus_stats', 'agent']
/** Of the workload itself, of files, and of Kubernetes. */
const SECRETS = /^(?:default|ROOTCA|file-cert:.+~.+|file-root:.+|kubernetes:\/\/.+)$/

/**
 * What is wrong with it as a whole, whatever the configuration says: names that are given to nothing, endpoints and routes that
 * nobody asks for, and what Envoy refuses although each message by itself is valid.
 */
export function flawsOf(given: Given): string[] {
  return [
    ...misnamed(given),
    ...unlike('endpoints', endpointNames(given.clusters.values()), given.endpoints),
    ...unlike('routes', routeNames(given.listeners.values()), given.routes),
    ...unknownClusters(given),
    ...unknownSecrets(given),
    ...[...given.listeners.values()].flatMap(listenerFlaws),
    ...sharedAddresses([...given.listeners.values()]),
    ...[...given.routes.values()].flatMap(routeFlaws),
    ...[...given.endpoints.values()].flatMap(endpointFlaws),
  ]
}

function misnamed(given: Given): string[] {
  return Object.values(given).flatMap(all =>
    [...all].flatMap(([name, value]) => {
      const own = value['name'] ?? value['clusterName']
      return own === name ? [] : [`${name} says that it is ${String(own)}`]
    }),
  )
}

function unlike(kind: string, asked: readonly string[], given: ReadonlyMap<string, JsonObject>): string[] {
  return [
    ...asked.filter(name => !given.has(name)).map(name => `${kind}: ${name} is asked for and not there`),
    ...[...given.keys()].filter(name => !asked.includes(name)).map(name => `${kind}: nobody asks for ${name}`),
  ]
}

/**
 * Routes may name what the proxy cannot reach, as their configuration does: requests to it are then answered with 503. But a host
 * that it has, at another port or in another subset, must be one that this port or subset was not made for.
 */
function unknownClusters({ clusters, listeners, routes }: Given): string[] {
  const known = new Set([...clusters.keys(), ...BOOTSTRAP_CLUSTERS])
  const named = [...listeners.values(), ...routes.values()].flatMap(clusterNames)
  const isUnknown = (name: string): boolean => {
    const [direction, port, subset, host] = name.split('|')
    if (direction !== 'outbound') return true
    // The plain cluster of a port stands beside those of its subsets: where it is there, there is no such subset.
    return subset === '' && [...known].some(each => each.startsWith(`outbound|${port}|`) && each.endsWith(`|${host}`))
  }
  return [...new Set(named)].filter(name => !known.has(name) && isUnknown(name)).map(name => `no cluster ${name}`)
}

/** Fields that name a cluster, wherever they stand. */
const CLUSTER_FIELDS = new Set(['cluster', 'clusterName', 'collectorCluster'])

function clusterNames(message: JsonObject): string[] {
  return found(message, (key, value, parent) =>
    typeof value === 'string' && (CLUSTER_FIELDS.has(key) || (key === 'name' && isWeighted(parent))) ? [value] : [],
  )
}

/** An entry of `weightedClusters`. */
function isWeighted(parent: JsonObject): boolean {
  return parent['weight'] !== undefined && parent['match'] === undefined
}

function unknownSecrets({ clusters, listeners }: Given): string[] {
  const named = [...clusters.values(), ...listeners.values()].flatMap(message =>
    found(message, (key, value) => (/^(?:tlsCertificate|validationContext)Sds/.test(key) ? secretNames(value) : [])),
  )
  return [...new Set(named)].filter(name => !SECRETS.test(name)).map(name => `no secret ${name}`)
}

function secretNames(value: Json): string[] {
  const all = Array.isArray(value) ? value : [value]
  return all.map(each => (isJsonObject(each) ? String(each['name']) : ''))
}

function listenerFlaws(listener: JsonObject): string[] {
  const chains = objectsAt(listener, 'filterChains')
  const matches = chains.map(({ filterChainMatch }) => JSON.stringify(filterChainMatch ?? {}))
  const isEmpty = chains.length === 0 && listener['defaultFilterChain'] === undefined
  const isUdp = objectsAt(listener, 'listenerFilters').length > 0
  return [
    ...repeated(matches).map(match => `${String(listener['name'])}: two chains match ${match}`),
    ...(isEmpty && !isUdp ? [`${String(listener['name'])} has no filter chain`] : []),
  ]
}

function sharedAddresses(listeners: readonly JsonObject[]): string[] {
  const addresses = listeners.flatMap(listener => [
    JSON.stringify(listener['address'] ?? listener['name']),
    ...objectsAt(listener, 'additionalAddresses').map(({ address }) => JSON.stringify(address)),
  ])
  return repeated(addresses).map(address => `two listeners at ${address}`)
}

function routeFlaws(route: JsonObject): string[] {
  const hosts = objectsAt(route, 'virtualHosts')
  const name = String(route['name'])
  const domains = hosts.flatMap(host => (host['domains'] as string[]).map(domain => domain.toLowerCase()))
  const weights = found(route, (key, value) => (key === 'weightedClusters' ? [String(totalWeight(value))] : []))
  return [
    ...repeated(hosts.map(host => String(host['name']))).map(host => `${name}: two virtual hosts ${host}`),
    ...repeated(domains).map(domain => `${name}: two virtual hosts for ${domain}`),
    ...hosts
      .filter(host => objectsAt(host, 'routes').length === 0)
      .map(host => `${name}: no route in ${String(host['name'])}`),
    ...(weights.includes('0') ? [`${name}: weights add up to nothing`] : []),
  ]
}

function totalWeight(value: Json): number {
  if (!isJsonObject(value)) return 0
  return objectsAt(value, 'clusters').reduce((sum, { weight }) => sum + Number(weight ?? 0), 0)
}

function endpointFlaws(assignment: JsonObject): string[] {
  const name = String(assignment['clusterName'])
  const groups = objectsAt(assignment, 'endpoints')
  const priorities = [...new Set(groups.map(({ priority }) => Number(priority ?? 0)))].sort((a, b) => a - b)
  return [
    ...(priorities.some((priority, index) => priority !== index) ? [`${name}: priorities ${priorities.join()}`] : []),
  ]
}

function objectsAt(message: JsonObject, field: string): JsonObject[] {
  const value = message[field]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function repeated(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))]
}

type Visit = (key: string, value: Json, parent: JsonObject) => readonly string[]

/** What `visit` gives for the fields of a message and all below, metadata of filters left out. */
function found(value: Json, visit: Visit): string[] {
  if (Array.isArray(value)) return value.flatMap(item => found(item, visit))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'filterMetadata' ? [] : [...visit(key, member as Json, value), ...found(member as Json, visit)],
  )
}
