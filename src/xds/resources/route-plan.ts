import { type Graph, isSameData, type Lookup, type Table } from '../../engine/index.js'
import type { OutlinedListener, ScopeKey, ScopeTables } from '../../mesh/index.js'
import type { VirtualHost } from '../../proto/envoy-types.generated.js'
import { encode } from '../../proto/index.js'
import { MESSAGES } from './encoded.js'
import type { EncodedHost, HostClient, HostsOf, RoutedPlan } from './encoded-host.js'
import { HTTP_PROXY_ROUTE } from './names.js'
import { narrowedScope, type PartFacts, partContext, reachableIn, touchSidecar } from './part-tables.js'
import { type RouteFacts, routeFactsOf } from './route-facts.js'
import { lastHosts, planHosts, reachOfRoute, routeNamesAt, routeShell } from './routes.js'
import type { VirtualHostPlan } from './virtual-host.js'

/** Of a configuration all that does not hang on what VirtualServices say, but for whom and where they speak. */
export interface BasePlan {
  readonly shell: Shell
  readonly hosts: readonly (PlannedHost | RoutedHost)[]
}

export interface PlannedHost {
  readonly host: EncodedHost
  readonly plan: VirtualHostPlan<unknown>
}

/** What its VirtualService makes of it is not known yet. */
export interface RoutedHost {
  readonly plan: RoutedPlan
}

export function isPlanned(host: PlannedHost | RoutedHost): host is PlannedHost {
  return 'host' in host
}

/** What goes before and after the hosts. */
export interface Shell {
  readonly name: string
  readonly isSniffed: boolean
  /** For requests that are for no other host. */
  readonly last: readonly VirtualHost[]
  /** Encoded. */
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

export interface PlanKey extends HostClient {
  readonly scope: ScopeKey
  readonly hasHttpProxy: boolean
}

export interface Planning {
  readonly key: PlanKey
  readonly parts: PartFacts
  readonly scope: ScopeTables
  readonly hostsOf: HostsOf
}

/** By name: the plans of all configurations that listeners of a scope may refer to. */
export function planTable(graph: Graph, planning: Planning): Table<string, BasePlan> {
  const { key, parts } = planning
  return graph.derive(
    'plan',
    routeNames(graph, planning),
    (name, _, read) => {
      touchSidecar(read, parts, key.scope)
      const found = basePlan(read, name, planning)
      return found === undefined ? [] : [[name, found]]
    },
    { equals: isSamePlan },
  )
}

function routeNames(graph: Graph, { key, parts: { tables }, scope: { port } }: Planning): Table<string, string> {
  const names = graph.derive('nameAt', port, row => routeNamesAt(row).map(name => [name, name] as const))
  if (!key.hasHttpProxy) return names
  const ofProxy = graph.derive('proxyName', tables.once, () => [[HTTP_PROXY_ROUTE, HTTP_PROXY_ROUTE] as const])
  return graph.union('name', [names, ofProxy])
}

function basePlan(read: Lookup, name: string, { key, parts, scope, hostsOf }: Planning): BasePlan | undefined {
  const listeners = listenersOf(read, name, scope)
  const plan = planHosts(listeners, name, (virtual, at) => hostsOf.speaks(read, virtual, at))
  if (plan === undefined) return undefined
  const context = partContext(read, parts, key.facts, {
    client: key.client,
    scope: () => narrowedScope(read, parts, scope, []),
    reachable: reachableIn(read, scope),
  })
  const hosts = plan.hosts.map((each): PlannedHost | RoutedHost => {
    const { virtual } = each
    return virtual === undefined ? { plan: each, host: hostsOf.plain(read, each) } : { plan: { ...each, virtual } }
  })
  return { shell: shellOf(name, plan.isSniffed, routeFactsOf(context)), hosts }
}

function listenersOf(read: Lookup, name: string, scope: ScopeTables): readonly OutlinedListener[] {
  const at = reachOfRoute(name)
  if (at === 'whole scope') return read.one(scope.scope, 'mesh')?.egress ?? []
  return read.one(at === 'one host' ? scope.hostPort : scope.port, name)?.egress ?? []
}

function isSamePlan(a: BasePlan, b: BasePlan): boolean {
  const isSameHost = (one: PlannedHost | RoutedHost, at: number): boolean => {
    const other = b.hosts[at]
    if (other === undefined || isPlanned(one) !== isPlanned(other)) return false
    if (isPlanned(one) && isPlanned(other) && one.host !== other.host) return false
    const { host, port, isAnyPort, service, virtual } = one.plan
    const { plan } = other
    return (
      host === plan.host &&
      port === plan.port &&
      isAnyPort === plan.isAnyPort &&
      service === plan.service &&
      virtual === plan.virtual
    )
  }
  return isSameData(a.shell, b.shell) && a.hosts.length === b.hosts.length && a.hosts.every(isSameHost)
}

function shellOf(name: string, isSniffed: boolean, facts: RouteFacts): Shell {
  const head = encode(MESSAGES.RDS, { name })
  const last = lastHosts({ isSniffed, facts })
  const tail = Buffer.concat([encode(MESSAGES.RDS, { virtualHosts: last }), restOfShell()])
  return { name, isSniffed, last, head, tail }
}

let shellRest: Uint8Array | undefined

/** What all configurations have in common: it follows the hosts on the wire. */
function restOfShell(): Uint8Array {
  const { name: _, ...rest } = routeShell({ name: '' })
  shellRest ??= encode(MESSAGES.RDS, rest)
  return shellRest
}
