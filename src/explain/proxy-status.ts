import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { columns, NOTHING } from './proxy-config/columns.js'
import { at, listAt, textAt, textsAt } from './proxy-config/names.js'
import { suspectText } from './refusal.js'

/** `SYNCED`: acknowledged. `STALE`: sent, not answered yet. `NACKED`: refused. `NOT SENT`: not asked for, or not sent yet. */
export type SyncState = 'SYNCED' | 'STALE' | 'NACKED' | 'NOT SENT'

/** Columns of the table; other types are shown only for one proxy. */
const TYPES: readonly string[] = ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS']

/** Shown where some proxy discovers virtual hosts. */
const HOSTS = 'VHDS'

/** One line for each stream, from the JSON of `/debug/syncz`. */
export function proxyStatusTable(syncz: Json): string {
  const controlPlane = textAt(syncz, 'control_plane', 'id') || NOTHING
  const connections = listAt(syncz, 'connections')
  const isDiscovered = connections.some(connection => typeNamed(connection, HOSTS) !== undefined)
  const types = isDiscovered ? TYPES.flatMap(type => (type === 'RDS' ? [type, HOSTS] : [type])) : TYPES
  const rows = connections.map(connection => [
    textAt(connection, 'proxy'),
    textAt(connection, 'cluster_id') || NOTHING,
    ...types.map(type => stateOf(typeNamed(connection, type))),
    controlPlane,
    textAt(connection, 'istio_version') || textAt(connection, 'proxy_version') || NOTHING,
  ])
  return columns(['NAME', 'CLUSTER', ...types, 'ISTIOD', 'VERSION'], rows)
}

/** Whether some proxy refused something. */
export function hasRefusals(syncz: Json): boolean {
  return listAt(syncz, 'connections').some(connection => listAt(connection, 'types').some(isRefused))
}

/** Everything that `/debug/syncz?proxyID=…` tells of one proxy: its streams, what is out of sync, what it refused and why. */
export function proxyStatusText(syncz: Json): string {
  const newest = textAt(syncz, 'revision')
  return listAt(syncz, 'connections')
    .map(connection => connectionText(connection, newest))
    .join('\n')
}

function connectionText(connection: JsonObject, newest: string): string {
  const revision = textAt(connection, 'revision')
  const version = textAt(connection, 'istio_version') || textAt(connection, 'proxy_version')
  const what = [textAt(connection, 'proxy_type'), version, `cluster ${textAt(connection, 'cluster_id') || NOTHING}`]
  const types = [...listAt(connection, 'types')].sort((a, b) => rankOf(a) - rankOf(b))
  const lines = [
    `${textAt(connection, 'proxy')} (${what.filter(Boolean).join(', ')})`,
    `  ${textAt(connection, 'protocol')} stream ${textAt(connection, 'connection')} from ${textAt(connection, 'peer')} since ${textAt(connection, 'connectedAt')}`,
    revision === newest
      ? `  has everything up to revision ${newest}, which is the newest`
      : `  has everything up to revision ${revision}; the newest is ${newest}`,
    '',
  ]
  const table = columns(
    ['TYPE', 'STATUS', 'ASKED FOR', 'SENT', 'ACKNOWLEDGED'],
    types.map(type => [
      textAt(type, 'short'),
      stateOf(type),
      at(type, 'isWildcard') === true ? 'all' : `${textAt(type, 'names') || '0'} by name`,
      textAt(type, 'versionSent') || NOTHING,
      textAt(type, 'versionAcked') || NOTHING,
    ]),
  )
  return `${lines.join('\n')}\n${table}${types.filter(isRefused).map(refusalText).join('')}`
}

function refusalText(type: JsonObject): string {
  const causes = listAt(type, 'nack', 'causes').flatMap(causeLines)
  const named = textsAt(type, 'nack', 'resources')
  const unnamed =
    named.length === 0 ? ['  The message names no resource, so no configuration can be named either.'] : []
  const lines = [
    `${textAt(type, 'short')} refused at ${textAt(type, 'nack', 'at')}; what was acknowledged before stays in use:`,
    `  ${textAt(type, 'nack', 'message').trim()}`,
    ...unnamed,
    ...causes,
  ]
  return `\n${lines.join('\n')}\n`
}

function causeLines(cause: JsonObject): readonly string[] {
  const origins = listAt(cause, 'origins').map(origin => {
    const source = at(origin, 'source')
    const file = textAt(source, 'file')
    const position = { ...(file === '' ? {} : { file }), line: Number(textAt(source, 'line')), column: 1 }
    return suspectText({
      ...{ type: textAt(origin, 'type'), cluster: textAt(origin, 'cluster') },
      ...{ namespace: textAt(origin, 'namespace'), name: textAt(origin, 'name') },
      source: isJsonObject(source) ? position : undefined,
      path: textAt(origin, 'path'),
    })
  })
  const name = textAt(cause, 'name')
  if (name === '' && origins.length === 0) return ['  No configuration holds what it quotes either.']
  if (origins.length === 0) return [`  ${name}: from no configuration that is known`]
  return [
    name === '' ? '  This holds what it quotes:' : `  ${name} comes from`,
    ...origins.map(origin => `    ${origin}`),
  ]
}

function stateOf(type: JsonObject | undefined): SyncState {
  if (type === undefined) return 'NOT SENT'
  if (isRefused(type)) return 'NACKED'
  const state = textAt(type, 'state')
  return state === 'SYNCED' || state === 'STALE' ? state : 'NOT SENT'
}

function isRefused(type: JsonObject): boolean {
  return isJsonObject(at(type, 'nack'))
}

function typeNamed(connection: JsonObject, short: string): JsonObject | undefined {
  return listAt(connection, 'types').find(type => textAt(type, 'short') === short)
}

function rankOf(type: JsonObject): number {
  const short = textAt(type, 'short')
  // Virtual hosts beside their routes.
  const index = short === HOSTS ? TYPES.indexOf('RDS') + 0.5 : TYPES.indexOf(short)
  return index === -1 ? TYPES.length : index
}
