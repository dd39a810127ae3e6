import type { HTTPMatchRequest, StringMatch } from '../../config/istio-types.generated.js'
import type { Labels } from '../../config/object.js'
import type { HeaderMatcher, QueryParameterMatcher, RouteMatch } from '../../proto/envoy-types.generated.js'
import { isUsablePattern, matchesAnything, stringMatcher } from './route-string-match.js'

/** Where requests come from, as far as matches ask: known when routes are made, so Envoy is not asked again. */
export interface RouteSource {
  readonly labels: Labels
  readonly namespace: string
  /** `mesh`, or `<namespace>/<name>` of the Gateways that these routes are for. */
  readonly gateways: ReadonlySet<string>
  /** Of the listener. */
  readonly port: number
}

/** Whether requests from there can meet the conditions on port, gateway and source (reference: xds.md section 8). */
export function comesFrom(match: HTTPMatchRequest, source: RouteSource): boolean {
  const { port = 0, gateways = [], sourceLabels = {}, sourceNamespace = '' } = match
  if (port !== 0 && port !== source.port) return false
  if (!hasLabels(source.labels, sourceLabels)) return false
  if (gateways.length > 0) return gateways.some(gateway => source.gateways.has(gateway))
  return sourceNamespace === '' || sourceNamespace === source.namespace
}

function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

/** Every request. */
const ANY_PATH = { prefix: '/' } satisfies RouteMatch

/** Conditions that Envoy checks; undefined: a pattern that no Envoy compiles. Lists are sorted by name, methods and alike last. */
export function routeMatch(match: HTTPMatchRequest | undefined): RouteMatch | undefined {
  if (match === undefined) return ANY_PATH
  if (!patternsOf(match).every(isUsablePattern)) return undefined
  const headers = [...headerMatchers(match), ...pseudoHeaders(match)]
  const queryParameters = byName(match.queryParams).map(([name, text]) => queryMatcher(name, text))
  return {
    ...pathOf(match.uri),
    caseSensitive: match.ignoreUriCase !== true,
    ...(headers.length === 0 ? {} : { headers }),
    ...(queryParameters.length === 0 ? {} : { queryParameters }),
  }
}

/** Whether no request gets past a route with this match. */
export function isCatchAll({ prefix, safeRegex, headers, queryParameters }: RouteMatch): boolean {
  const isAnyPath = prefix === '/' || safeRegex?.regex === '*'
  return isAnyPath && headers === undefined && queryParameters === undefined
}

function patternsOf(match: HTTPMatchRequest): string[] {
  const { uri, method, authority, scheme, headers, withoutHeaders, queryParams } = match
  const maps = [headers, withoutHeaders, queryParams].flatMap(map => Object.values(map ?? {}))
  return [uri, method, authority, scheme, ...maps].flatMap(text => (text?.regex === undefined ? [] : [text.regex]))
}

function pathOf(uri: StringMatch | undefined): RouteMatch {
  if (uri?.exact !== undefined) return { path: uri.exact }
  if (uri?.regex !== undefined) return { safeRegex: { regex: uri.regex } }
  return uri?.prefix === undefined ? ANY_PATH : { prefix: uri.prefix }
}

function headerMatchers({ headers, withoutHeaders }: HTTPMatchRequest): HeaderMatcher[] {
  const wanted = byName(headers).map(([name, text]) => headerMatcher(name, text))
  const unwanted = byName(withoutHeaders).map(([name, text]) => inverted(headerMatcher(name, text)))
  return [...wanted, ...unwanted].sort((a, b) => compare(a.name ?? '', b.name ?? ''))
}

/** A request without the header has not the unwanted value either. */
function inverted(matcher: HeaderMatcher): HeaderMatcher {
  const isValue = matcher.presentMatch === undefined
  return { ...matcher, invertMatch: true, ...(isValue ? { treatMissingHeaderAsEmpty: true } : {}) }
}

function pseudoHeaders({ method, authority, scheme }: HTTPMatchRequest): HeaderMatcher[] {
  const asked = [
    [':method', method],
    [':authority', authority],
    [':scheme', scheme],
  ] as const
  return asked.flatMap(([name, text]) => (text === undefined ? [] : [headerMatcher(name, text)]))
}

function headerMatcher(name: string, text: StringMatch): HeaderMatcher {
  const stringMatch = matchesAnything(text) ? undefined : stringMatcher(text)
  return stringMatch === undefined ? { name, presentMatch: true } : { name, stringMatch }
}

function queryMatcher(name: string, text: StringMatch): QueryParameterMatcher {
  const stringMatch = matchesAnything(text) ? undefined : stringMatcher(text)
  return stringMatch === undefined ? { name, presentMatch: true } : { name, stringMatch }
}

function byName(map: Readonly<Record<string, StringMatch>> | undefined): [string, StringMatch][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => compare(a, b))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
