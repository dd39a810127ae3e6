import { isJsonObject, type Json } from '../lang/json.js'
import type { Position } from '../lang/problem.js'
import { type ConfigOrigin, originText } from './resources.js'
import { type FieldOrigin, idOf, type ResourceOrigins } from './resources-trace.js'

/** Objects without a field of their own that are listed one by one. */
const MAX_OTHERS = 8

/** Lines for people: where each part of a resource comes from, then what else had a part in it. */
export function resourceOriginsText(
  title: string,
  resource: Json,
  { origins, meshFields, fields }: ResourceOrigins,
): string {
  const named = new Set(fields.map(({ origin }) => idOf(origin)))
  const others = origins.filter(origin => !named.has(idOf(origin)))
  const rows = wholeFirst(fields).map(field => [readable(resource, field.field), fieldText(field)] as const)
  const width = Math.max(0, ...rows.map(([field]) => field.length))
  const lines = [
    title,
    ...rows.map(([field, text], index) => {
      if (field === '') return `  ${text}`
      const isSame = index > 0 && rows[index - 1]?.[0] === field
      return `  ${(isSame ? '' : field).padEnd(width)}  ${text}`
    }),
    ...others.slice(0, MAX_OTHERS).map(origin => `  also ${originText(origin)}`),
    ...(others.length > MAX_OTHERS ? [`  also ${countText(others.slice(MAX_OTHERS))}`] : []),
    ...meshFields.map(({ field, source }) => `  also MeshConfig ${field}${placeText(source)}`),
  ]
  if (lines.length === 1) lines.push('  from no object: every proxy of this kind has it')
  return `${lines.join('\n')}\n`
}

/** What made the resource as a whole has nothing before it, and would else seem to go on about the part above. */
function wholeFirst(fields: readonly FieldOrigin[]): readonly FieldOrigin[] {
  return [...fields.filter(({ field }) => field === ''), ...fields.filter(({ field }) => field !== '')]
}

/** Lists in which a name may stand more than once, or says little. */
const NUMBERED: ReadonlySet<string> = new Set(['routes', 'filterChains'])

/** `virtualHosts[web:80].routes[0]`: what has a name or an address is called by it. */
function readable(resource: Json, field: string): string {
  let here: Json | undefined = resource
  return field.replace(
    /([A-Za-z]+)(?:\[(\d+)\])?(\.?)/g,
    (text, key: string, index: string | undefined, dot: string) => {
      const list: Json | undefined = isJsonObject(here) ? here[key] : undefined
      here = index !== undefined && Array.isArray(list) ? list[Number(index)] : list
      const name = NUMBERED.has(key) ? '' : nameOf(here)
      return name === '' ? text : `${key}[${name}]${dot}`
    },
  )
}

function nameOf(item: Json | undefined): string {
  if (!isJsonObject(item)) return ''
  const address = childOf(childOf(childOf(item, 'endpoint'), 'address'), 'socketAddress')
  const name = item['name'] ?? (isJsonObject(address) ? address['address'] : undefined)
  return typeof name === 'string' ? name : ''
}

function childOf(item: Json | undefined, key: string): Json | undefined {
  return isJsonObject(item) ? item[key] : undefined
}

function fieldText({ origin, path, source }: FieldOrigin): string {
  const { type, namespace, name } = origin
  const object = [type, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ')
  return `${object}${path === '' ? '' : ` ${path}`}${placeText(source)}`
}

/** `3 more: 2 Pod, 1 EndpointSlice` */
function countText(origins: readonly ConfigOrigin[]): string {
  const counts = new Map<string, number>()
  for (const { type } of origins) counts.set(type, (counts.get(type) ?? 0) + 1)
  return `${origins.length} more: ${[...counts].map(([type, count]) => `${count} ${type}`).join(', ')}`
}

function placeText(source: Position | undefined): string {
  return source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
}
