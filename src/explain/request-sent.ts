import type { Json, JsonObject } from '../lang/json.js'
import { objectAt, objectsAt, textAt, textsAt } from './request-json.js'
import type { SimulatedRequest } from './request-match.js'

/** A request on its way behind a proxy, which may have changed it. */
export interface SentRequest extends SimulatedRequest {
  /** Headers, `:path` and `:authority` that were changed to something that is not known here. */
  readonly unknown: ReadonlySet<string>
}

/** The request as a route sends it on. `changes` are the virtual host, the route and the weighted cluster: whoever may name headers. */
export function sentBy(request: SimulatedRequest, route: JsonObject, changes: readonly JsonObject[]): SentRequest {
  const action = objectAt(route, 'route')
  const headers = new Map(request.headers)
  const unknown = new Set<string>()
  for (const change of changes) changeHeaders(headers, unknown, change)
  if (typeof action['hostRewriteLiteral'] === 'string') headers.set('host', action['hostRewriteLiteral'])
  if (HOST_REWRITES.some(field => action[field] !== undefined)) unknown.add(':authority')
  if (action['regexRewrite'] !== undefined || action['pathRewritePolicy'] !== undefined) unknown.add(':path')
  return { ...request, path: rewritten(request.path, objectAt(route, 'match'), action), headers, unknown }
}

/** To a host that is known only when the request is under way. */
const HOST_REWRITES = ['autoHostRewrite', 'hostRewriteHeader', 'hostRewritePathRegex'] as const

function rewritten(path: string, match: JsonObject, action: JsonObject): string {
  const prefix = textAt(action, 'prefixRewrite')
  if (prefix === '') return path
  const matched = ['prefix', 'path', 'pathSeparatedPrefix'].map(field => textAt(match, field)).find(Boolean) ?? ''
  return `${prefix}${path.slice(matched.length)}`
}

function changeHeaders(headers: Map<string, string>, unknown: Set<string>, change: JsonObject): void {
  for (const item of objectsAt(change, 'requestHeadersToAdd')) addHeader(headers, unknown, item)
  for (const name of textsAt(change, 'requestHeadersToRemove')) headers.delete(name.toLowerCase())
}

function addHeader(headers: Map<string, string>, unknown: Set<string>, item: JsonObject): void {
  const header = objectAt(item, 'header')
  const key = textAt(header, 'key').toLowerCase()
  const name = key === ':authority' ? 'host' : key
  const value = textAt(header, 'value')
  // %…% is filled in when the request is there.
  if (/%./.test(value)) unknown.add(name === 'host' ? ':authority' : name)
  const before = headers.get(name)
  if (before === undefined || isOverwriting(item['appendAction'])) headers.set(name, value)
  else if (item['appendAction'] !== 'ADD_IF_ABSENT') headers.set(name, `${before},${value}`)
}

function isOverwriting(action: Json | undefined): boolean {
  return action === 'OVERWRITE_IF_EXISTS_OR_ADD' || action === 'OVERWRITE_IF_EXISTS'
}
