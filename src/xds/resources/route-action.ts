import type { Destination, HTTPRoute, HTTPRouteDestination, Percent } from '../../config/istio-types.generated.js'
import type {
  RouteAction,
  RouteAction_HashPolicy,
  RouteAction_RequestMirrorPolicy,
  RuntimeFractionalPercent,
  WeightedCluster_ClusterWeight,
} from '../../proto/envoy-types.generated.js'
import { outboundClusterName } from './names.js'
import { pathRewrite } from './route-answer.js'
import type { RouteFacts } from './route-facts.js'
import { millionths } from './route-fault.js'
import { hashPolicies } from './route-hash.js'
import { type HeaderFields, headerOperations, joinHeaders } from './route-headers.js'
import { retryPolicy } from './route-retry.js'

/** Where requests of a listener's port go. */
export interface PortFacts extends RouteFacts {
  /** Of destinations that name none: the listener's; with `isAnyPort`, the only port of the destination comes first. */
  readonly port: number
  /** Of a listener that serves all ports (HTTP proxy, unix socket). */
  readonly isAnyPort: boolean
}

/** Without a limit: applications have their own. */
const NO_TIMEOUT = '0s'

export interface Forwarding {
  readonly action: RouteAction
  /** Of the route, those of its only destination added. */
  readonly headers: HeaderFields
}

/** The action of a route that forwards (reference: xds.md section 12). */
export function forwarding(route: HTTPRoute, facts: PortFacts): Forwarding {
  const { fields, authority } = headerOperations(route.headers)
  const host = route.rewrite?.authority || authority
  const mirrors = mirrorPolicies(route, facts)
  const target = targetOf(route.route ?? [], facts)
  const hostRewriteLiteral = target.authority || host
  return {
    headers: joinHeaders(fields, target.headers),
    action: {
      ...target.action,
      ...timeouts(route.timeout),
      ...pathRewrite(route.rewrite),
      ...(hostRewriteLiteral === '' ? {} : { hostRewriteLiteral }),
      ...(facts.tellsHost ? { appendXForwardedHost: true } : {}),
      ...(mirrors.length === 0 ? {} : { requestMirrorPolicies: mirrors }),
      ...retries(route.retries === undefined ? facts.defaultRetryPolicy : retryPolicy(route.retries)),
    },
  }
}

/** Everything to one cluster, as nothing else is said. */
export function plainAction(cluster: string, hash: readonly RouteAction_HashPolicy[], facts: RouteFacts): RouteAction {
  return {
    cluster,
    ...timeouts(undefined),
    ...retries(facts.defaultRetryPolicy),
    ...(hash.length === 0 ? {} : { hashPolicy: hash }),
  }
}

/** gRPC clients' own deadlines may not exceed the route's; without one they do not count. */
export function timeouts(timeout: string | undefined): RouteAction {
  return { timeout: timeout ?? NO_TIMEOUT, maxGrpcTimeout: timeout ?? NO_TIMEOUT }
}

function retries(policy: RouteAction['retryPolicy']): RouteAction {
  return policy === undefined ? {} : { retryPolicy: policy }
}

/** Name of the cluster of a destination. */
export function destinationCluster({ host = '', subset = '', port }: Destination, facts: PortFacts): string {
  return outboundClusterName(port?.number || portOf(host, facts), subset, host)
}

function portOf(host: string, { port, isAnyPort, service }: PortFacts): number {
  if (!isAnyPort) return port
  const ports = service(host)?.ports ?? []
  return ports.length === 1 ? (ports[0]?.port ?? port) : port
}

interface Target {
  readonly action: RouteAction
  readonly headers: HeaderFields
  readonly authority: string
}

function targetOf(destinations: readonly HTTPRouteDestination[], facts: PortFacts): Target {
  const [only, ...more] = destinations
  if (only === undefined) return { action: {}, headers: {}, authority: '' }
  const used = more.length === 0 ? [only] : destinations.filter(({ weight = 0 }) => weight > 0)
  const hash = used.flatMap(({ destination }) => destinationHash(destination, facts))
  const hashPolicy = hash.length === 0 ? {} : { hashPolicy: hash }
  if (more.length > 0) {
    const clusters = used.map(item => clusterWeight(item, facts))
    return { action: { weightedClusters: { clusters }, ...hashPolicy }, headers: {}, authority: '' }
  }
  const { fields, authority } = headerOperations(only.headers)
  const cluster = destinationCluster(only.destination ?? {}, facts)
  return { action: { cluster, ...hashPolicy }, headers: fields, authority }
}

function clusterWeight(item: HTTPRouteDestination, facts: PortFacts): WeightedCluster_ClusterWeight {
  const { fields, authority } = headerOperations(item.headers)
  return {
    name: destinationCluster(item.destination ?? {}, facts),
    weight: item.weight ?? 0,
    ...fields,
    ...(authority === '' ? {} : { hostRewriteLiteral: authority }),
  }
}

function destinationHash(destination: Destination | undefined, facts: PortFacts): readonly RouteAction_HashPolicy[] {
  const { host = '', subset = '', port } = destination ?? {}
  return hashPolicies(facts.rule(host), subset, port?.number || portOf(host, facts))
}

/** Copies of requests; those of zero percent are none. */
function mirrorPolicies(route: HTTPRoute, facts: PortFacts): RouteAction_RequestMirrorPolicy[] {
  const { mirror, mirrors = [], mirrorPercent, mirrorPercentage } = route
  const one = mirror === undefined ? [] : [{ destination: mirror, share: share(mirrorPercentage, mirrorPercent) }]
  const all = [
    ...one,
    ...mirrors.map(({ destination = {}, percentage }) => ({ destination, share: share(percentage) })),
  ]
  return all.flatMap(({ destination, share: runtimeFraction }) =>
    runtimeFraction === undefined
      ? []
      : [{ cluster: destinationCluster(destination, facts), runtimeFraction, ...COPY }],
  )
}

/** A copy has the name of the original in its `Host`, and is traced only if it is sampled anew. */
const COPY = { traceSampled: false, disableShadowHostSuffixAppend: true } as const

const ALL = { defaultValue: { numerator: 100 } } satisfies RuntimeFractionalPercent

function share(percentage: Percent | undefined, percent?: number): RuntimeFractionalPercent | undefined {
  if (percentage !== undefined)
    return (percentage.value ?? 0) > 0 ? { defaultValue: millionths(percentage) } : undefined
  if (percent === undefined) return ALL
  return percent > 0 ? { defaultValue: { numerator: percent } } : undefined
}
