import { isJsonObject, type Json, type JsonObject } from '../../src/lang/json.js'

/** What Envoy asks EDS for once it has these clusters (proto3 JSON). */
export function endpointNames(clusters: Iterable<JsonObject>): string[] {
  return [...clusters].flatMap(cluster => {
    if (cluster['type'] !== 'EDS') return []
    const config = cluster['edsClusterConfig'] ?? null
    const name = isJsonObject(config) ? config['serviceName'] : undefined
    return [String(name ?? cluster['name'])]
  })
}

/** What Envoy asks RDS for once it has these listeners: every `routeConfigName` anywhere below, once. */
export function routeNames(listeners: Iterable<JsonObject>): string[] {
  return [...new Set([...listeners].flatMap(listener => valuesAt(listener, 'routeConfigName')))]
}

function valuesAt(value: Json, field: string): string[] {
  if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, field))
  if (!isJsonObject(value)) return []
  return Object.keys(value).flatMap(key => {
    const member = value[key] ?? null
    return key === field && typeof member === 'string' ? [member] : valuesAt(member, field)
  })
}
