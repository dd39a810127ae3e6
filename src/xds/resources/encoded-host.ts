import { objectKey } from '../../config/object.js'
import { type Graph, keyOfObject, type Lookup, type Memo } from '../../engine/index.js'
import { type ConsolidatedRule, type RuleClient, type ScopeKey, serviceKey } from '../../mesh/index.js'
import { encode } from '../../proto/index.js'
import { type Facts, factsOf, viewOfFacts } from '../../proxy/facts.js'
import { versionOf } from './encoded.js'
import { noScope, type PartFacts, partContext, reachableIn } from './part-tables.js'
import { type RouteFacts, routeFactsOf } from './route-facts.js'
import {
  type HostPlace,
  joinVirtualHosts,
  translateVirtualHost,
  type VirtualHostPlan,
  virtualHostOf,
} from './virtual-host.js'

/** A virtual host as it is alone, encoded. */
export interface EncodedHost extends HostPlace {
  /** How many of its domains it has where no other host is in its way. */
  readonly alone: number
  /** The message; from `restAt` on what follows its name and domains. */
  readonly bytes: Uint8Array
  readonly restAt: number
  readonly version: string
}

/** Who asks for hosts: in which scope, and what is known of the proxies. */
export interface HostClient {
  readonly scope: ScopeKey
  readonly client: RuleClient
  readonly facts: Facts<'routes'>
}

interface PlainQuestion {
  readonly plan: VirtualHostPlan
  readonly rule: ConsolidatedRule | undefined
  readonly facts: Facts<'routes'>
}

interface RoutedQuestion extends HostClient {
  readonly plan: VirtualHostPlan
}

/** Virtual hosts, each translated and encoded once for all that are alike in what it is made of. */
export interface EncodedHosts {
  /** A function for one kind of clients: their host of a plan. */
  readonly of: (client: HostClient) => (read: Lookup, plan: VirtualHostPlan) => EncodedHost
}

export function declareHosts(graph: Graph, parts: PartFacts): EncodedHosts {
  const { tables } = parts
  const plain = declarePlain(graph, parts)
  const routed = declareRouted(graph, parts)
  const of = ({ scope, client, facts }: HostClient) => {
    // Only a VirtualService asks who calls.
    const plainFacts = factsOf('routes', viewOfFacts(facts), { namespace: '', labels: {} })
    return (read: Lookup, plan: VirtualHostPlan): EncodedHost => {
      const { service, virtual } = plan
      if (virtual !== undefined) {
        read.one(tables.virtual, objectKey(virtual))
        return read.memo(routed, { plan, scope, client, facts })
      }
      const { host = '', namespace = '' } = service ?? {}
      const { rule } = read.memo(tables.bestRule, { host, serviceNamespace: namespace, client })
      return read.memo(plain, { plan, rule, facts: plainFacts })
    }
  }
  return { of }
}

/** Everything to the service: the same in all scopes that have it. */
function declarePlain(graph: Graph, parts: PartFacts): Memo<PlainQuestion, EncodedHost> {
  return graph.memo(
    'plainHost',
    ({ plan, rule, facts }) => `${placeKey(plan)}@${rule === undefined ? '' : keyOfObject(rule)}@${facts.key}`,
    ({ plan, rule, facts }, read) => {
      const context = partContext(read, parts, facts, { scope: noScope, reachable: () => plan.service })
      return encodedHost(plan, { ...routeFactsOf(context), rule: () => rule })
    },
    { equals: isSameHost },
  )
}

/** By a VirtualService, which may lead to any service in scope. */
function declareRouted(graph: Graph, parts: PartFacts): Memo<RoutedQuestion, EncodedHost> {
  return graph.memo(
    'routedHost',
    ({ plan, scope, client, facts }) =>
      `${placeKey(plan)}@${scope.namespace}|${scope.sidecar}@${JSON.stringify(client)}@${facts.key}`,
    ({ plan, scope, client, facts }, read) => {
      const reachable = reachableIn(read, read.member(parts.scopes, scope))
      return encodedHost(plan, routeFactsOf(partContext(read, parts, facts, { scope: noScope, client, reachable })))
    },
    { equals: isSameHost },
  )
}

function placeKey({ host, port, isAnyPort, service, virtual }: VirtualHostPlan): string {
  const from = service === undefined ? '' : `${serviceKey(service)}#${keyOfObject(service)}`
  const by = virtual === undefined ? '' : `${objectKey(virtual)}#${keyOfObject(virtual)}`
  return `${host}:${port}${isAnyPort ? '*' : ''}@${from}@${by}`
}

function isSameHost(a: EncodedHost, b: EncodedHost): boolean {
  return a.version === b.version
}

const VIRTUAL_HOST = 'envoy.config.route.v3.VirtualHost'

function encodedHost(plan: VirtualHostPlan, facts: RouteFacts): EncodedHost {
  const host = translateVirtualHost(plan, facts)
  const { routes: _, ...place } = host
  const domains = joinVirtualHosts([place])[0]?.domains ?? []
  const head = headOf(place, domains)
  const { name: __, domains: ___, ...rest } = virtualHostOf(host, domains, facts)
  const bytes = Buffer.concat([head, encode(VIRTUAL_HOST, rest)])
  const version = versionOf(bytes, ...place.domains, ...place.short)
  return { ...place, alone: domains.length, bytes, restAt: head.length, version }
}

/** Fields of the lowest numbers: what follows them in a message is in the order of the wire. */
function headOf({ name }: HostPlace, domains: readonly string[]): Uint8Array {
  return encode(VIRTUAL_HOST, { name, domains })
}

/** The host as a message of its own, with the domains that it has in its configuration, under another name. */
export function namedHost({ bytes, restAt }: EncodedHost, name: string, domains: readonly string[]): Buffer {
  return Buffer.concat([encode(VIRTUAL_HOST, { name, domains }), bytes.subarray(restAt)])
}

/** `virtual_hosts` of a RouteConfiguration: number 2, length-delimited. */
const VIRTUAL_HOSTS_TAG = 0x12

/** The host as a field of its configuration, with the domains that it has there. */
export function hostField(host: EncodedHost, domains: readonly string[], isWhole: boolean): readonly Uint8Array[] {
  const body = isWhole ? [host.bytes] : [headOf(host, domains), host.bytes.subarray(host.restAt)]
  let length = body.reduce((sum, bytes) => sum + bytes.length, 0)
  const head = [VIRTUAL_HOSTS_TAG]
  for (; length > 0x7f; length >>>= 7) head.push((length & 0x7f) | 0x80)
  head.push(length)
  return [Uint8Array.from(head), ...body]
}
