import { objectKey } from '../../config/object.js'
import { type Family, type Graph, keyOfObject, type Lookup, type Memo } from '../../engine/index.js'
import { type ConsolidatedRule, type RuleClient, type ScopeKey, serviceKey } from '../../mesh/index.js'
import { encode } from '../../proto/index.js'
import { type Facts, factsOf, viewOfFacts } from '../../proxy/facts.js'
import { type GraphResource, MESSAGES, SAME_RESOURCE, versionOf } from './encoded.js'
import type { ListenerFamily } from './listener-tables.js'
import { HTTP_PROXY_ROUTE } from './names.js'
import {
  listOf,
  narrowedScope,
  noScope,
  type PartFacts,
  type PartTables,
  partContext,
  reachableIn,
  SAME_LIST,
  touchSidecar,
  wholeScope,
} from './part-tables.js'
import type { RoutesKey } from './proxy-parts.js'
import { routeFactsOf } from './route-facts.js'
import { arrangeHosts, lastHosts, planRoutes, type RoutePlan, reachOfRoute, routeShell } from './routes.js'
import {
  type HostPlace,
  joinVirtualHosts,
  translateVirtualHost,
  type VirtualHostPlan,
  virtualHostOf,
} from './virtual-host.js'
import { isNeighbour, strangersDomain } from './virtual-host-domains.js'

/** A virtual host as it is alone, encoded. */
interface EncodedHost extends HostPlace {
  /** What it has of its domains where no other is in its way. */
  readonly alone: number
  /** The message, and where in it what follows the domains begins. */
  readonly bytes: Uint8Array
  readonly restAt: number
  readonly version: string
}

interface PlainQuestion {
  readonly plan: VirtualHostPlan
  readonly rule: ConsolidatedRule | undefined
  readonly facts: Facts<'routes'>
}

interface RoutedQuestion {
  readonly plan: VirtualHostPlan
  readonly scope: ScopeKey
  readonly client: RuleClient
  readonly facts: Facts<'routes'>
}

interface Hosts {
  /** Everything to the service: the same in all scopes that have it. */
  readonly plain: Memo<PlainQuestion, EncodedHost>
  /** By a VirtualService, which may lead to any service in scope. */
  readonly routed: Memo<RoutedQuestion, EncodedHost>
}

/** Outbound routes: a row for each name, joined from virtual hosts that are translated and encoded once. */
export function declareRoutes(
  graph: Graph,
  parts: PartFacts,
  listeners: ListenerFamily,
): Family<RoutesKey, PartTables> {
  const hosts = declareHosts(graph, parts)
  return graph.family(
    'routes',
    ({ key }) => key,
    (key, inner) => routeTables(inner, key, { parts, listeners, hosts }),
  )
}

function declareHosts(graph: Graph, parts: PartFacts): Hosts {
  return {
    plain: graph.memo(
      'plainHost',
      ({ plan, rule, facts }) => `${placeOf(plan)}@${rule === undefined ? '' : keyOfObject(rule)}@${facts.key}`,
      ({ plan, rule, facts }, read) => {
        const context = partContext(read, parts, facts, { scope: noScope, reachable: () => plan.service })
        return encodedHost(plan, { ...routeFactsOf(context), rule: () => rule })
      },
      { equals: isSameHost },
    ),
    routed: graph.memo(
      'routedHost',
      ({ plan, scope, client, facts }) =>
        `${placeOf(plan)}@${scope.namespace}|${scope.sidecar}@${JSON.stringify(client)}@${facts.key}`,
      ({ plan, scope, client, facts }, read) => {
        const reachable = reachableIn(read, read.member(parts.scopes, scope))
        return encodedHost(plan, routeFactsOf(partContext(read, parts, facts, { scope: noScope, client, reachable })))
      },
      { equals: isSameHost },
    ),
  }
}

function placeOf({ host, port, isAnyPort, service, virtual }: VirtualHostPlan): string {
  const from = service === undefined ? '' : `${serviceKey(service)}#${keyOfObject(service)}`
  const by = virtual === undefined ? '' : `${objectKey(virtual)}#${keyOfObject(virtual)}`
  return `${host}:${port}${isAnyPort ? '*' : ''}@${from}@${by}`
}

function isSameHost(a: EncodedHost, b: EncodedHost): boolean {
  return a.version === b.version
}

function encodedHost(plan: VirtualHostPlan, facts: Parameters<typeof translateVirtualHost>[1]): EncodedHost {
  const host = translateVirtualHost(plan, facts)
  const { routes: _, ...place } = host
  const domains = joinVirtualHosts([place])[0]?.domains ?? []
  const head = headOf(place, domains)
  const { name: __, domains: ___, ...rest } = virtualHostOf(host, domains, facts)
  const bytes = Buffer.concat([head, encode(VIRTUAL_HOST, rest)])
  const version = versionOf(bytes, ...place.domains, ...place.short)
  return { ...place, alone: domains.length, bytes, restAt: head.length, version }
}

const VIRTUAL_HOST = 'envoy.config.route.v3.VirtualHost'

/** Fields of the lowest numbers: whatever follows them in a message is in the order of the wire. */
function headOf({ name }: HostPlace, domains: readonly string[]): Uint8Array {
  return encode(VIRTUAL_HOST, { name, domains })
}

interface RouteParts {
  readonly parts: PartFacts
  readonly listeners: ListenerFamily
  readonly hosts: Hosts
}

function routeTables(graph: Graph, key: RoutesKey, { parts, listeners, hosts }: RouteParts): PartTables {
  const { tables, scopes } = parts
  const { settings } = tables.inputs
  const scope = graph.member(scopes, key.scope)
  const { routeName } = graph.member(listeners, key.listeners)
  const ofProxy = graph.derive('proxyRouteName', settings, () =>
    key.hasHttpProxy ? [[HTTP_PROXY_ROUTE, HTTP_PROXY_ROUTE] as const] : [],
  )
  const facts = variantsOf(key.facts)
  const planOf = (read: Lookup, name: string): RoutePlan | undefined => {
    const at = reachOfRoute(name)
    const table = at === 'one host' ? scope.hostPort : scope.port
    const context = partContext(read, parts, key.facts, {
      client: key.client,
      scope: () =>
        at === 'whole scope'
          ? wholeScope(read, scope)
          : narrowedScope(read, scope, read.one(table, name)?.egress ?? []),
      reachable: reachableIn(read, scope),
    })
    return planRoutes(context, name)
  }
  const hostOf = (read: Lookup, plan: VirtualHostPlan): EncodedHost => {
    const { service, virtual } = plan
    const place = isNear(plan, key.facts) ? 'near' : 'far'
    if (virtual !== undefined) {
      read.one(tables.virtual, objectKey(virtual))
      return read.memo(hosts.routed, { plan, scope: key.scope, client: key.client, facts: facts.routed[place] })
    }
    const { host = '', namespace = '' } = service ?? {}
    const { rule } = read.memo(tables.bestRule, { host, serviceNamespace: namespace, client: key.client })
    return read.memo(hosts.plain, { plan, rule, facts: facts.plain[place] })
  }
  const route = graph.derive(
    'route',
    graph.union('name', [routeName, ofProxy]),
    (name, _, read) => {
      touchSidecar(read, parts, key.scope)
      const plan = planOf(read, name)
      return plan === undefined
        ? []
        : [
            [
              name,
              joined(
                plan,
                plan.hosts.map(host => hostOf(read, host)),
              ),
            ],
          ]
    },
    SAME_RESOURCE,
  )
  return {
    resource: { RDS: route },
    list: {
      RDS: graph.derive('list/RDS', settings, (_, id, read) => [[id, listOf(read.all(route).values())]], SAME_LIST),
    },
  }
}

type Variants = Readonly<Record<'plain' | 'routed', Readonly<Record<'near' | 'far', Facts<'routes'>>>>>

/** Only a VirtualService asks who calls, and only names of the own namespace have forms of their own there. */
function variantsOf(facts: Facts<'routes'>): Variants {
  const view = viewOfFacts(facts)
  const nobody = { namespace: '', labels: {} }
  const far = { dnsDomain: strangersDomain(view.dnsDomain) }
  return {
    plain: { near: factsOf('routes', view, nobody), far: factsOf('routes', view, { ...nobody, ...far }) },
    routed: { near: facts, far: factsOf('routes', view, far) },
  }
}

function isNear({ host, service }: VirtualHostPlan, { view }: Facts<'routes'>): boolean {
  const names = [host, ...(service?.aliases ?? []).map(alias => alias.host)]
  return names.some(name => isNeighbour(name, view.dnsDomain))
}

/** The configuration, from parts that are encoded already: only a virtual host that lost a domain to another is written anew. */
function joined(plan: RoutePlan, hosts: readonly EncodedHost[]): GraphResource {
  const { name } = plan
  const chunks: Uint8Array[] = [encode(MESSAGES.RDS, { name })]
  const versions: string[] = []
  for (const { host, domains } of arrangeHosts(plan, hosts)) {
    const isWhole = !plan.isSniffed && domains.length === host.alone
    const body = isWhole ? [host.bytes] : [headOf(host, domains), host.bytes.subarray(host.restAt)]
    chunks.push(lengthOf(body), ...body)
    versions.push(isWhole ? host.version : `${host.version}${domains.join()}`)
  }
  const { name: _, ...rest } = routeShell(plan)
  const end = [encode(MESSAGES.RDS, { virtualHosts: lastHosts(plan) }), encode(MESSAGES.RDS, rest)]
  return { name, version: versionOf(name, versions.join(' '), ...end), bytes: Buffer.concat([...chunks, ...end]) }
}

/** `virtual_hosts` of a RouteConfiguration: number 2, length-delimited. */
const VIRTUAL_HOSTS_TAG = 0x12

function lengthOf(body: readonly Uint8Array[]): Uint8Array {
  let length = body.reduce((sum, bytes) => sum + bytes.length, 0)
  const out = [VIRTUAL_HOSTS_TAG]
  for (; length > 0x7f; length >>>= 7) out.push((length & 0x7f) | 0x80)
  out.push(length)
  return Uint8Array.from(out)
}
