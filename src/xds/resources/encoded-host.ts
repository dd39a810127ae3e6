import { objectKey } from '../../config/object.js'
import { type Graph, keyOfObject, type Lookup, type Memo } from '../../engine/index.js'
import {
  type ConsolidatedRule,
  type Hostname,
  type RuleClient,
  type ScopeTables,
  type Service,
  serviceKey,
  type VirtualOutline,
  type VirtualServiceConfig,
} from '../../mesh/index.js'
import { encode } from '../../proto/index.js'
import { type Facts, factsOf, viewOfFacts } from '../../proxy/facts.js'
import { versionOf } from './encoded.js'
import { noScope, type PartFacts, partContext, reachableIn, virtualOf } from './part-tables.js'
import { type RouteFacts, routeFactsOf } from './route-facts.js'
import { hasHttpRoutes } from './route-http.js'
import {
  type HostPlace,
  hostPlace,
  joinVirtualHosts,
  sourceAt,
  translateVirtualHost,
  type VirtualHostPlan,
  virtualHostOf,
} from './virtual-host.js'

/** A virtual host as it is alone, encoded. */
export interface EncodedHost extends HostPlace {
  /** The same object for all hosts of one service and port, and clients that are alike. */
  readonly place: HostPlace
  /** How many of its domains it has where no other host is in its way. */
  readonly alone: number
  /** As a field of its configuration; from `restAt` on what follows its name and domains. */
  readonly field: Buffer
  readonly restAt: number
  readonly version: string
}

/** Who asks for hosts. */
export interface HostClient {
  readonly client: RuleClient
  readonly facts: Facts<'routes'>
}

interface PlainQuestion {
  readonly plan: VirtualHostPlan
  readonly rule: ConsolidatedRule | undefined
  readonly facts: Facts<'routes'>
}

/** A host that requests may be sent to: as it is for who asks. */
interface Target {
  readonly service: Service | undefined
  readonly rule: ConsolidatedRule | undefined
}

interface RoutedQuestion {
  readonly plan: VirtualHostPlan
  readonly facts: Facts<'routes'>
  readonly targets: ReadonlyMap<Hostname, Target>
}

/** Of a host that requests reach by a VirtualService. */
export type RoutedPlan = VirtualHostPlan<VirtualOutline> & { readonly virtual: VirtualOutline }

/** The virtual hosts of one kind of clients in a scope. */
export interface HostsOf {
  readonly speaks: (read: Lookup, virtual: VirtualOutline, at: { readonly port: number }) => boolean
  /** Of a plan without a VirtualService. */
  readonly plain: (read: Lookup, plan: VirtualHostPlan<VirtualOutline>) => EncodedHost
  readonly routed: (read: Lookup, plan: RoutedPlan) => EncodedHost
}

/** Virtual hosts, each translated and encoded once for all that are alike in what it is made of. */
export interface EncodedHosts {
  readonly of: (client: HostClient, scope: ScopeTables) => HostsOf
}

export function declareHosts(graph: Graph, parts: PartFacts): EncodedHosts {
  const { tables } = parts
  const plain = declarePlain(graph, parts)
  const routed = declareRouted(graph, parts)
  const speaks = declareSpeaks(graph, parts)
  const of = ({ client, facts }: HostClient, scope: ScopeTables): HostsOf => {
    // Only a VirtualService asks who calls.
    const plainFacts = factsOf('routes', viewOfFacts(facts), { namespace: '', labels: {} })
    const ruleOf = (read: Lookup, service: Service | undefined): ConsolidatedRule | undefined => {
      const { host = '', namespace = '' } = service ?? {}
      return read.memo(tables.bestRule, { host, serviceNamespace: namespace, client }).rule
    }
    const targetsOf = (read: Lookup, virtual: VirtualServiceConfig): RoutedQuestion['targets'] => {
      const reachable = reachableIn(read, scope)
      const found = destinationHosts(virtual).map((host): readonly [Hostname, Target] => {
        const service = reachable(host)
        return [host, { service, rule: service && ruleOf(read, service) }]
      })
      return new Map(found)
    }
    return {
      speaks: (read, virtual, { port }) =>
        virtual.hasHttp && read.memo(speaks, { virtual: objectKey(virtual), port, facts }),
      plain: (read, plan) =>
        read.memo(plain, {
          plan: { ...plan, virtual: undefined },
          rule: ruleOf(read, plan.service),
          facts: plainFacts,
        }),
      routed: (read, plan) => {
        const virtual = virtualOf(read, tables, plan.virtual)
        return read.memo(routed, { plan: { ...plan, virtual }, facts, targets: targetsOf(read, virtual) })
      },
    }
  }
  return { of }
}

interface SpeaksQuestion {
  readonly virtual: string
  readonly port: number
  readonly facts: Facts<'routes'>
}

/** Whether a VirtualService has any route for clients at a port: asked again when it changes, and hardly ever another answer. */
function declareSpeaks(graph: Graph, { tables }: PartFacts): Memo<SpeaksQuestion, boolean> {
  return graph.memo(
    'speaks',
    ({ virtual, port, facts }) => `${virtual}:${port}@${facts.key}`,
    ({ virtual, port, facts }, read) => {
      const row = read.one(tables.virtual, virtual)
      return row !== undefined && hasHttpRoutes(row, sourceAt({ port }, viewOfFacts(facts)))
    },
  )
}

/** Everything to the service: the same in all scopes that have it. */
function declarePlain(graph: Graph, parts: PartFacts): Memo<PlainQuestion, EncodedHost> {
  return graph.memo(
    'plainHost',
    ({ plan, rule, facts }) => `${placeKey(plan)}@${rule === undefined ? '' : keyOfObject(rule)}@${facts.key}`,
    ({ plan, rule, facts }, read) => {
      const context = partContext(read, parts, facts, { scope: noScope, reachable: () => plan.service })
      return encodedHost(plan, { ...routeFactsOf(context), rule: () => rule }, facts.key)
    },
    { equals: isSameHost },
  )
}

/** By a VirtualService: the same in all scopes in which what it leads to is the same. */
function declareRouted(graph: Graph, parts: PartFacts): Memo<RoutedQuestion, EncodedHost> {
  return graph.memo(
    'routedHost',
    ({ plan, facts, targets }) => `${placeKey(plan)}@${[...targets].map(targetKey).join()}@${facts.key}`,
    ({ plan, facts, targets }, read) => {
      const target = (host: Hostname): Target => {
        const found = targets.get(host)
        if (found === undefined) throw new Error(`routes of ${plan.host} may not depend on ${host}`)
        return found
      }
      const context = partContext(read, parts, facts, { scope: noScope, reachable: host => target(host).service })
      return encodedHost(plan, { ...routeFactsOf(context), rule: host => target(host).rule }, facts.key)
    },
    { equals: isSameHost },
  )
}

function targetKey([host, { service, rule }]: readonly [Hostname, Target]): string {
  return `${host}#${service === undefined ? '' : keyOfObject(service)}#${rule === undefined ? '' : keyOfObject(rule)}`
}

const destinations = new WeakMap<VirtualServiceConfig, readonly Hostname[]>()

/** Hosts that requests, or copies of them, may be sent to. */
function destinationHosts(virtual: VirtualServiceConfig): readonly Hostname[] {
  const known = destinations.get(virtual)
  if (known !== undefined) return known
  const all = (virtual.spec.http ?? []).flatMap(({ route = [], mirror, mirrors = [] }) => [
    ...route.map(({ destination }) => destination),
    mirror,
    ...mirrors.map(({ destination }) => destination),
  ])
  const hosts = [...new Set(all.map(destination => destination?.host ?? ''))]
  destinations.set(virtual, hosts)
  return hosts
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

const places = new WeakMap<Service, Map<string, HostPlace>>()

function placeOf(plan: VirtualHostPlan, { context: { view } }: RouteFacts, client: string): HostPlace {
  const { service, port, isAnyPort } = plan
  if (service === undefined) return hostPlace(plan, view)
  const known = places.get(service) ?? new Map<string, HostPlace>()
  places.set(service, known)
  const key = `${port}${isAnyPort ? '*' : ''}@${client}`
  const place = known.get(key) ?? hostPlace(plan, view)
  known.set(key, place)
  return place
}

/** `client`: names what is known of who asks. */
function encodedHost(plan: VirtualHostPlan, facts: RouteFacts, client: string): EncodedHost {
  const host = translateVirtualHost(plan, facts)
  const place = placeOf(plan, facts, client)
  const domains = joinVirtualHosts([place])[0]?.domains ?? []
  const { name: __, domains: ___, ...rest } = virtualHostOf(host, domains, facts)
  const [head, tail] = [headOf(place.name, domains), encode(VIRTUAL_HOST, rest)]
  const tag = tagOf(head.length + tail.length)
  const field = Buffer.concat([tag, head, tail])
  const version = versionOf(field, ...place.domains, ...place.short)
  return { ...place, place, alone: domains.length, field, restAt: tag.length + head.length, version }
}

/** The host as a message of its own, with the domains that it has in its configuration, under another name. */
export function namedHost({ field, restAt }: EncodedHost, name: string, domains: readonly string[]): Buffer {
  return Buffer.concat([headOf(name, domains), field.subarray(restAt)])
}

/** `virtual_hosts` of a RouteConfiguration: number 2, length-delimited. */
const VIRTUAL_HOSTS_TAG = 0x12

interface Variant {
  readonly domains: string
  readonly chunks: readonly Uint8Array[]
}

/** Few hosts have other domains for some clients, and those the same ones whatever else changes. */
const variants = new WeakMap<EncodedHost, Variant>()

/** The host as a field of its configuration, with the domains that it has there. */
export function hostField(host: EncodedHost, domains: readonly string[], isWhole: boolean): readonly Uint8Array[] {
  if (isWhole) return [host.field]
  const key = domains.join(' ')
  const known = variants.get(host)
  if (known?.domains === key) return known.chunks
  const [head, rest] = [headOf(host.name, domains), host.field.subarray(host.restAt)]
  const chunks = [Buffer.concat([tagOf(head.length + rest.length), head]), rest]
  variants.set(host, { domains: key, chunks })
  return chunks
}

function tagOf(size: number): Buffer {
  const tag = [VIRTUAL_HOSTS_TAG]
  let length = size
  for (; length > 0x7f; length >>>= 7) tag.push((length & 0x7f) | 0x80)
  tag.push(length)
  return Buffer.from(tag)
}

/** Fields of the lowest numbers: what follows them in a message is in the order of the wire. */
function headOf(name: string, domains: readonly string[]): Uint8Array {
  return encode(VIRTUAL_HOST, { name, domains })
}
