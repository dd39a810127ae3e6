import type { Family, Graph, Table } from '../../engine/index.js'
import type { ProxyView } from '../../proxy/view.js'
import { type GraphResource, versionOf } from './encoded.js'
import { declareHosts, type EncodedHost, type EncodedHosts, hostField } from './encoded-host.js'
import type { PartFacts } from './part-tables.js'
import { isPlanned, type PlanKey, type PlannedHost, planTable, type Shell } from './route-plan.js'
import { arrangeHosts } from './routes.js'
import { type HostPlace, hostPlace, meansPort, type VirtualHostPlan } from './virtual-host.js'
import { homeOf } from './virtual-host-domains.js'

/** Proxies whose routes differ only in the names that services of their own namespace have there. */
export interface BaseKey extends PlanKey {
  readonly key: string
}

/**
 * A route configuration as a client of no namespace would have it: what nearly all of it is for everybody. `nearBase` gives it to a
 * client of a namespace.
 */
export interface RouteBase {
  readonly resource: GraphResource
  readonly plan: Shell
  readonly arrangement: Arrangement
  /** In the order in which they come to domains. */
  readonly all: readonly PlannedHost[]
  readonly hosts: readonly BaseHost[]
  /** In the resource's bytes, by the position in `hosts`: where each ends. The first begins at `start`. */
  readonly start: number
  readonly ends: readonly number[]
  /** Positions of hosts that clients of a namespace know by further names; -1: of one that has no domain in the base. */
  readonly homes: ReadonlyMap<string, readonly number[]>
  /** Who has a domain, in lower case: positions. */
  readonly owners: ReadonlyMap<string, number>
  /** Names in full, which no short form takes. */
  readonly full: ReadonlySet<string>
}

/** In the order of the wire; `order`: in which hosts come first come to domains. */
interface BaseHost {
  readonly host: EncodedHost
  readonly domains: readonly string[]
  readonly plan: VirtualHostPlan<unknown> | undefined
  readonly order: number
}

export type BaseFamily = Family<BaseKey, Table<string, RouteBase>>

/** By name: all configurations that listeners of a scope may refer to. */
export function declareRouteBases(graph: Graph, parts: PartFacts): BaseFamily {
  const hosts = declareHosts(graph, parts)
  return graph.family(
    'routeBase',
    ({ key }) => key,
    (key, inner) => baseTable(inner, key, parts, hosts),
  )
}

function baseTable(graph: Graph, key: BaseKey, parts: PartFacts, hosts: EncodedHosts): Table<string, RouteBase> {
  const scope = graph.member(parts.scopes, key.scope)
  const hostsOf = hosts.of(key, scope)
  const arrangements: Arrangements = new Map()
  return graph.derive(
    'base',
    planTable(graph, { key, parts, scope, hostsOf }),
    ({ shell, hosts }, name, read) => {
      const all = hosts.map(each =>
        isPlanned(each) ? each : { plan: each.plan, host: hostsOf.routed(read, each.plan) },
      )
      return [[name, assembled(shell, all, arrangements)]]
    },
    { equals: (a, b) => a.resource.version === b.resource.version },
  )
}

/** Which host has which domains, in the order of the wire: nothing that its routes would change. */
interface Arrangement {
  readonly places: readonly HostPlace[]
  readonly order: readonly Pick<BaseHost, 'domains' | 'order'>[]
  readonly names: Names
}

/** The last one of each configuration. */
type Arrangements = Map<string, Arrangement>

function arranged(shell: Shell, all: readonly PlannedHost[], known?: Arrangements): Arrangement {
  const places = all.map(({ host }) => host.place)
  const last = known?.get(shell.name)
  if (last?.places.length === places.length && last.places.every((place, index) => place === places[index])) return last
  const orders = new Map(all.map(({ host }, order) => [host, order]))
  const joined = arrangeHosts(
    shell,
    all.map(({ host }) => host),
  )
  const order = joined.map(({ host, domains }) => ({ host, domains, order: orders.get(host) ?? 0 }))
  const names = shell.isSniffed ? NO_NAMES : namesOf(order, all)
  const found = { places, order: order.map(({ domains, order: at }) => ({ domains, order: at })), names }
  known?.set(shell.name, found)
  return found
}

/** `all`: in the order in which they come to domains. */
function assembled(shell: Shell, all: readonly PlannedHost[], known?: Arrangements): RouteBase {
  const { name, isSniffed, head, tail } = shell
  const arrangement = arranged(shell, all, known)
  const { order, names } = arrangement
  const hosts = order.map(({ domains, order: at }) => ({ ...(all[at] as PlannedHost), domains, order: at }))
  const chunks: Uint8Array[] = [head]
  const versions: string[] = []
  const ends: number[] = []
  let at = head.length
  for (const { host, domains } of hosts) {
    const isAlone = !isSniffed && domains.length === host.alone
    for (const chunk of hostField(host, domains, isAlone)) {
      chunks.push(chunk)
      at += chunk.length
    }
    ends.push(at)
    versions.push(isAlone ? host.version : `${host.version}${domains.join()}`)
  }
  const version = versionOf(name, versions.join(' '), tail)
  const bytes = Buffer.concat([...chunks, tail])
  const resource = { name, version, bytes }
  return { resource, plan: shell, arrangement, all, hosts, start: head.length, ends, ...names }
}

type Names = Pick<RouteBase, 'homes' | 'owners' | 'full'>

const NO_NAMES: Names = { homes: new Map(), owners: new Map(), full: new Set() }

function namesOf(hosts: readonly Pick<BaseHost, 'host' | 'domains'>[], all: readonly PlannedHost[]): Names {
  const homes = new Map<string, number[]>()
  const owners = new Map<string, number>()
  const full = new Set(all.flatMap(({ host }) => [host.host, host.name]))
  const positions = new Map(hosts.map(({ host }, position) => [host, position]))
  for (const [position, { domains }] of hosts.entries())
    for (const domain of domains) owners.set(domain.toLowerCase(), position)
  for (const { host, plan } of all)
    for (const home of homesOf(plan)) {
      // A host that is left without domains is at no position: what it might have here has to be worked out.
      const position = positions.get(host) ?? -1
      const there = homes.get(home)
      if (there === undefined) homes.set(home, [position])
      else there.push(position)
    }
  return { homes, owners, full }
}

function homesOf({ host, service }: VirtualHostPlan<unknown>): readonly string[] {
  if (service === undefined) return []
  const names = [host, ...service.aliases.map(alias => alias.host)]
  return [...new Set(names.map(homeOf))].filter(home => home !== '')
}

/** A base with other domains for the hosts at some positions. */
export interface NearBase {
  readonly base: RouteBase
  readonly domains: ReadonlyMap<number, readonly string[]>
  /** Names what differs. */
  readonly version: string
}

interface NearDomains {
  /** Undefined: a host that comes later, or another near one, has a name that is now asked for. */
  readonly domains: NearBase['domains'] | undefined
  readonly version: string
}

const NOTHING_NEAR = { domains: new Map(), version: '' } as const

/** For clients of a namespace, where services of their own have further names; `namespace` undefined: of none. */
export function nearBase(base: RouteBase, namespace: string | undefined, view: ProxyView): NearBase {
  const positions = namespace === undefined ? undefined : base.homes.get(namespace)
  if (namespace === undefined || positions === undefined) return { base, ...NOTHING_NEAR }
  const { domains, version } = knownDomains(base, positions, view)
  return domains === undefined
    ? { base: arrangedAnew(base, namespace, view), ...NOTHING_NEAR }
    : { base, domains, version }
}

/** By who asks: routes that change leave them as they are. */
const knownNear = new WeakMap<Arrangement, WeakMap<ProxyView, NearDomains>>()

function knownDomains(base: RouteBase, positions: readonly number[], view: ProxyView): NearDomains {
  const ofViews = knownNear.get(base.arrangement) ?? new WeakMap<ProxyView, NearDomains>()
  knownNear.set(base.arrangement, ofViews)
  const known = ofViews.get(view)
  if (known !== undefined) return known
  const domains = nearDomains(base, positions, view)
  const differing = [...(domains ?? [])].map(([position, own]) => `${position}=${own.join()}`)
  const found = { domains, version: versionOf(differing.join(' ')) }
  ofViews.set(view, found)
  return found
}

/** The configuration with all of its virtual hosts. */
export function nearRoutes(near: NearBase): GraphResource {
  return near.domains.size === 0 ? near.base.resource : rewritten(near)
}

/** By position, in that order. */
function nearDomains(
  base: RouteBase,
  positions: readonly number[],
  view: ProxyView,
): ReadonlyMap<number, readonly string[]> | undefined {
  const near = new Map<number, readonly string[]>()
  const owners = new Map<string, number>()
  for (const position of positions) {
    const found = base.hosts[position]
    if (found?.plan === undefined) return undefined
    const { plan, order } = found
    const { domains, short, port } = placeFor(found.host, plan, view)
    const mine: string[] = []
    for (const domain of domains) {
      const key = domain.toLowerCase()
      if (short.has(domain) && base.full.has(domain)) continue
      const owner = owners.get(key) ?? base.owners.get(key)
      if (owner !== undefined && owner !== position) {
        if (owners.has(key) || base.hosts[owner]!.order > order) return undefined
        continue
      }
      if (owners.has(key)) continue
      owners.set(key, position)
      if (port === undefined || meansPort(domain, port)) mine.push(domain)
    }
    near.set(position, mine)
  }
  return new Map([...near].sort(([a], [b]) => a - b))
}

interface KnownPlace {
  readonly view: ProxyView
  readonly place: HostPlace
}

const places = new WeakMap<EncodedHost, KnownPlace>()

/** The host tells all that its names depend on but who asks: in most meshes those are of one namespace. */
function placeFor(host: EncodedHost, plan: VirtualHostPlan<unknown>, view: ProxyView): HostPlace {
  const known = places.get(host)
  if (known?.view === view) return known.place
  const place = hostPlace(plan, view)
  places.set(host, { view, place })
  return place
}

/** All other hosts as they are encoded in the base. */
function rewritten({ base, domains, version: near }: NearBase): GraphResource {
  const { resource, hosts, ends, start } = base
  const chunks: Uint8Array[] = []
  let from = 0
  for (const [position, own] of domains) {
    chunks.push(resource.bytes.subarray(from, position === 0 ? start : ends[position - 1]))
    chunks.push(...hostField(hosts[position]!.host, own, false))
    from = ends[position] ?? 0
  }
  chunks.push(resource.bytes.subarray(from))
  const version = versionOf(`${resource.version} ${near}`)
  const list = chunks.filter(({ length }) => length > 0)
  const size = list.reduce((sum, { length }) => sum + length, 0)
  return {
    name: resource.name,
    version,
    pieces: { size, list },
    /** For who looks at it; not kept, as nearly all of it is the base's, and namespaces are many. */
    get bytes() {
      return Buffer.concat(list, size)
    },
  }
}

/** As if there were no base: names are claimed by one host after the other. */
function arrangedAnew(base: RouteBase, namespace: string, view: ProxyView): RouteBase {
  const encoded = base.all.map(({ host, plan }) => {
    const isNear = homesOf(plan).includes(namespace)
    return { host: isNear ? { ...host, ...hostPlace(plan, view), alone: -1 } : host, plan }
  })
  return assembled(base.plan, encoded)
}
