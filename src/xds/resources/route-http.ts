import type { HTTPMatchRequest, HTTPRoute } from '../../config/istio-types.generated.js'
import type { VirtualServiceConfig } from '../../mesh/index.js'
import type { Any, Metadata, Route, RouteMatch } from '../../proto/envoy-types.generated.js'
import { parseOutboundName } from './names.js'
import { forwarding, type PortFacts } from './route-action.js'
import { directResponse, redirectAction } from './route-answer.js'
import { CORS_FILTER, corsConfig } from './route-cors.js'
import { FAULT_FILTER, faultConfig } from './route-fault.js'
import { headerOperations } from './route-headers.js'
import { comesFrom, isCatchAll, type RouteSource, routeMatch } from './route-match.js'

/**
 * The routes of a VirtualService for requests from one place, in its order: conditions on the source are decided here, and what
 * stands after a route that takes every request is left out. Empty: the VirtualService says nothing about such requests.
 */
export function httpRoutes(virtual: VirtualServiceConfig, source: RouteSource, facts: PortFacts): readonly Route[] {
  return tracedRoutes(virtual, source, facts).map(({ route }) => route)
}

/** A route and what it was made of: of `virtual.spec.http`, and of that rule's `match`. */
export interface TracedRoute extends Candidate {
  readonly route: Route
}

/** The same routes, each with its rule. */
export function tracedRoutes(
  virtual: VirtualServiceConfig,
  source: RouteSource,
  facts: PortFacts,
): readonly TracedRoute[] {
  const routes: TracedRoute[] = []
  for (const { rule, match } of candidates(virtual, source)) {
    const envoyMatch = routeMatch(match)
    const route = envoyMatch === undefined ? undefined : httpRoute({ virtual, rule, match, envoyMatch }, facts)
    if (route === undefined || envoyMatch === undefined) continue
    routes.push({ route, rule, match })
    if (isCatchAll(envoyMatch)) break
  }
  return routes
}

/** Whether `httpRoutes` would give any, without making them. */
export function hasHttpRoutes(virtual: VirtualServiceConfig, source: RouteSource): boolean {
  for (const { match } of candidates(virtual, source)) if (routeMatch(match) !== undefined) return true
  return false
}

interface Candidate {
  readonly rule: HTTPRoute
  /** Undefined: the rule has none. */
  readonly match: HTTPMatchRequest | undefined
}

function* candidates({ spec }: VirtualServiceConfig, source: RouteSource): Generator<Candidate> {
  for (const rule of spec.http ?? []) {
    const matches = rule.match ?? []
    if (matches.length === 0) yield { rule, match: undefined }
    for (const match of matches) if (comesFrom(match, source)) yield { rule, match }
  }
}

interface RouteParts extends Candidate {
  readonly virtual: VirtualServiceConfig
  readonly envoyMatch: RouteMatch
}

function httpRoute({ virtual, rule, match, envoyMatch }: RouteParts, facts: PortFacts): Route | undefined {
  const name = [rule.name ?? '', ...(match?.name ? [match.name] : [])].join('.')
  const does = actionOf(rule, facts)
  if (does === undefined) return undefined
  const { statPrefix = '' } = match ?? {}
  const perFilter = perFilterConfig(rule)
  return {
    ...(name === '' ? {} : { name }),
    match: envoyMatch,
    ...does,
    metadata: configMetadata(virtual),
    decorator: { operation: operationOf(virtual, envoyMatch, does.route?.cluster, facts.port) },
    ...(statPrefix === '' ? {} : { statPrefix }),
    ...(perFilter === undefined ? {} : { typedPerFilterConfig: perFilter }),
  }
}

function actionOf(rule: HTTPRoute, facts: PortFacts): Route | undefined {
  const { redirect } = rule
  const { fields } = headerOperations(rule.headers)
  if (redirect !== undefined) {
    const action = redirectAction(redirect, facts.port, false)
    return action === undefined ? undefined : { redirect: action, ...fields }
  }
  if (rule.directResponse !== undefined) return { directResponse: directResponse(rule.directResponse), ...fields }
  if ((rule.route ?? []).length === 0) return undefined
  const { action, headers } = forwarding(rule, facts)
  return { route: action, ...headers }
}

function perFilterConfig({ fault, corsPolicy }: HTTPRoute): Readonly<Record<string, Any>> | undefined {
  const faults = fault === undefined ? undefined : faultConfig(fault)
  const config = {
    ...(faults === undefined ? {} : { [FAULT_FILTER]: faults }),
    ...(corsPolicy === undefined ? {} : { [CORS_FILTER]: corsConfig(corsPolicy) }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

/** Which object a route came from, for those who look at a proxy's configuration. */
function configMetadata({ namespace, name }: VirtualServiceConfig): Metadata {
  const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtual-service/${name}`
  return { filterMetadata: { istio: { config } } }
}

/** Name of the span: the only destination, else the VirtualService; and the path. */
function operationOf(
  virtual: VirtualServiceConfig,
  { prefix, path, safeRegex }: RouteMatch,
  cluster: string | undefined,
  port: number,
): string {
  const pattern = prefix === undefined ? (path ?? safeRegex?.regex ?? '/*') : `${prefix}*`
  const to = cluster === undefined ? undefined : parseOutboundName(cluster)
  return to === undefined ? `${virtual.name}:${port}${pattern}` : `${to.host}:${to.port}${pattern}`
}
