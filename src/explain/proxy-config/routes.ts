import type { JsonObject } from '../../lang/json.js'
import { columns, NOTHING } from './columns.js'
import { at, comparePorts, configOf, listAt, textAt, textsAt } from './names.js'

export interface RouteFilter {
  readonly name?: string
}

export function selectRoutes(routes: readonly JsonObject[], { name }: RouteFilter): readonly JsonObject[] {
  return routes.filter(route => name === undefined || textAt(route, 'name') === name)
}

/** Domains of a virtual host that are shown; a service has dozens of names. */
const SHOWN_DOMAINS = 2

/** A line for each route of each virtual host, in the order in which Envoy tries them. */
export function routesTable(routes: readonly JsonObject[]): string {
  const sorted = [...routes].sort((a, b) => comparePorts(textAt(a, 'name'), textAt(b, 'name')))
  return columns(
    ['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'VIRTUAL SERVICE', 'DESTINATION'],
    sorted.flatMap(configuration => {
      const name = textAt(configuration, 'name') || NOTHING
      const hosts = listAt(configuration, 'virtualHosts')
      if (hosts.length === 0) return [[name, NOTHING, NOTHING, NOTHING, '', NOTHING]]
      return hosts.flatMap(host => hostRows(name, host))
    }),
  )
}

function hostRows(name: string, host: JsonObject): readonly (readonly string[])[] {
  const start = [name, textAt(host, 'name'), domainsText(textsAt(host, 'domains'))]
  const routes = listAt(host, 'routes')
  if (routes.length === 0) return [[...start, NOTHING, '', NOTHING]]
  return routes.map(route => [...start, matchText(route), configOf(route, 'virtual-service'), routeTarget(route)])
}

function domainsText(domains: readonly string[]): string {
  const shown = domains.slice(0, SHOWN_DOMAINS).join(', ')
  return domains.length > SHOWN_DOMAINS ? `${shown} + ${domains.length - SHOWN_DOMAINS} more...` : shown
}

/** `/api*` for a prefix, `/api` for a path, `~` before a regular expression; what else must match is only counted. */
export function matchText(route: JsonObject): string {
  const match = at(route, 'match')
  const regex = textAt(match, 'safeRegex', 'regex')
  const separated = textAt(match, 'pathSeparatedPrefix')
  const path =
    textAt(match, 'path') ||
    (regex === '' ? '' : `~${regex}`) ||
    (separated === '' ? '' : `${separated}[/*]`) ||
    (at(match, 'prefix') === undefined ? '' : `${textAt(match, 'prefix')}*`)
  const more = listAt(match, 'headers').length + listAt(match, 'queryParameters').length
  return `${path || '*'}${more === 0 ? '' : ` + ${more} more`}`
}

/** Where requests go: a cluster, shares of several, a redirect, or an answer without one. */
export function routeTarget(route: JsonObject): string {
  const cluster = textAt(route, 'route', 'cluster') || textAt(route, 'route', 'clusterHeader')
  if (cluster !== '') return cluster
  const shares = listAt(route, 'route', 'weightedClusters', 'clusters')
  if (shares.length > 0)
    return shares.map(share => `${textAt(share, 'name')} (${textAt(share, 'weight') || '0'})`).join(', ')
  const status = textAt(route, 'directResponse', 'status')
  if (status !== '') return status
  return at(route, 'redirect') === undefined ? NOTHING : 'redirect'
}
