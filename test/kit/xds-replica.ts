import type { JsonObject } from '../../src/lang/json.js'
import { decode } from '../../src/proto/index.js'
import {
  CDS,
  createStream,
  type DeliveryStream,
  EDS,
  LDS,
  NDS,
  type Outgoing,
  type Protocol,
  RDS,
  type ResourceSource,
  VHDS,
  type XdsRequest,
} from '../../src/xds/delivery/index.js'
import { endpointNames, routeNames } from './xds-references.js'

export interface Held {
  /** As sent; empty over SotW, which has none. */
  readonly version: string
  readonly value: JsonObject
}

/**
 * A client that behaves as Envoy does, on a network that delivers when it is told to: it keeps what it was sent, asks for the
 * endpoints of its clusters and the routes of its listeners, and drops them with what named them. Virtual hosts it takes for the
 * route configurations that it has; of others it only remembers that it was sent them.
 */
export interface Replica {
  readonly stream: DeliveryStream
  /** Takes at most so many messages that the server has for it, and prepares what it says to them. */
  read(most: number): number
  /** At most so many of its requests reach the server. */
  answer(most: number): number
  /** The next message is refused: what it says is not taken. */
  refuse(): void
  /** The connection broke: what was under way is lost. Over delta it says what it still has. */
  reconnect(source: ResourceSource): void
  held(type: string): ReadonlyMap<string, Held>
  /** Names that it asks for, of types that are asked for by name. */
  wanted(type: string): ReadonlySet<string>
  /** Names of what it refused, and was not sent anew since: it holds what it held before. */
  refused(type: string): ReadonlySet<string>
  /** Virtual hosts in use, by route configuration: of those that have them discovered. */
  hosts(): ReadonlyMap<string, ReadonlyMap<string, JsonObject>>
}

const WILD = [CDS, LDS, NDS]
const KNOWN = [...WILD, EDS, RDS, VHDS]
/** Which names a type refers to, and of which type. */
const REFERENCES = new Map([
  [CDS, { type: EDS, names: endpointNames }],
  [LDS, { type: RDS, names: routeNames }],
])

export function openReplica(protocol: Protocol, first: ResourceSource): Replica {
  const held = new Map<string, Map<string, Held>>(KNOWN.map(type => [type, new Map()]))
  const wanted = new Map<string, Set<string>>([EDS, RDS].map(type => [type, new Set()]))
  const refused = new Map<string, Set<string>>(KNOWN.map(type => [type, new Set()]))
  const hosts = new Map<string, Map<string, JsonObject>>()
  /** All of them are asked for at once, when the first route configuration wants some. */
  let isDiscovering = false
  let connections = 0
  const nonces = new Map<string, string>()
  let stream: DeliveryStream
  let isRefusing = false
  /** Made when they are sent: a SotW request has all names of that moment. */
  let requests: (() => XdsRequest)[] = []
  const heldOf = (type: string) => held.get(type) as Map<string, Held>
  const wantedOf = (type: string) => wanted.get(type) as Set<string>
  const refusedOf = (type: string) => refused.get(type) as Set<string>

  const request = (type: string, more: Partial<XdsRequest> = {}): XdsRequest => ({
    type,
    node: undefined,
    nonce: protocol === 'sotw' ? (nonces.get(type) ?? '') : '',
    error: undefined,
    version: '',
    names: protocol === 'sotw' ? [...(wanted.get(type) ?? [])] : [],
    unsubscribe: [],
    initialVersions: new Map(),
    ...more,
  })

  function connect(source: ResourceSource): void {
    stream = createStream({ protocol, source })
    requests = []
    nonces.clear()
    isRefusing = false
    for (const names of refused.values()) names.clear()
    // In which order Envoy asks is nobody's promise.
    const types = connections++ % 2 === 0 ? [...held] : [...held].reverse()
    for (const [type, have] of types) {
      const names = [...(wanted.get(type) ?? [])]
      if ((wanted.has(type) && names.length === 0) || (type === VHDS && !isDiscovering)) continue
      const versions = new Map([...have].map(([name, { version }]) => [name, version]))
      requests.push(() => request(type, { names, initialVersions: protocol === 'delta' ? versions : new Map() }))
    }
  }

  function read(most: number): number {
    for (let count = 0; count < most; count++) {
      const next = stream.next()
      if (next === undefined) return count
      take(next)
    }
    return most
  }

  function take({ type, nonce, parts }: Outgoing): void {
    const message = protocol === 'sotw' ? 'DiscoveryResponse' : 'DeltaDiscoveryResponse'
    const { resources = [], removedResources = [] } = decode(
      `envoy.service.discovery.v3.${message}`,
      Buffer.concat(parts),
    ) as { resources?: JsonObject[]; removedResources?: string[] }
    const isWhole = protocol === 'sotw' && WILD.includes(type)
    const values = resources.map(each => (protocol === 'sotw' ? each : (each['resource'] as JsonObject)))
    const names = resources.map((each, index) => nameOf(protocol === 'sotw' ? (values[index] as JsonObject) : each))
    nonces.set(type, nonce)
    const answer = { nonce: protocol === 'sotw' ? (nonces.get(type) ?? '') : nonce }
    const have = heldOf(type)
    if (isRefusing) {
      isRefusing = false
      for (const name of [...names, ...removedResources, ...(isWhole ? have.keys() : [])]) refusedOf(type).add(name)
      requests.push(() => request(type, { ...answer, error: 'refused, as a test wants it' }))
      return
    }
    if (isWhole) have.clear()
    for (const name of isWhole ? [...refusedOf(type)] : [...names, ...removedResources]) refusedOf(type).delete(name)
    for (const [index, name] of names.entries()) {
      const value = values[index] as JsonObject
      // What came for a name that was dropped meanwhile is of no use to anybody.
      if (wanted.get(type)?.has(name) !== false)
        have.set(name, { version: String(resources[index]?.['version'] ?? ''), value })
    }
    for (const name of removedResources) have.delete(name)
    requests.push(() => request(type, protocol === 'sotw' ? { nonce: nonces.get(type) ?? '' } : answer))
    if (type === RDS) for (const name of names) discover(name)
    if (type === VHDS) host(values, removedResources)
    refer(type)
  }

  function discover(route: string): void {
    if (heldOf(RDS).get(route)?.value['vhds'] === undefined) {
      hosts.delete(route)
      return
    }
    if (!hosts.has(route)) hosts.set(route, new Map())
    if (isDiscovering) return
    isDiscovering = true
    requests.push(() => request(VHDS))
  }

  function host(values: readonly JsonObject[], removed: readonly string[]): void {
    const routeOf = (name: string) => hosts.get(name.slice(0, name.lastIndexOf('/')))
    for (const value of values) routeOf(nameOf(value))?.set(nameOf(value), value)
    for (const name of removed) routeOf(name)?.delete(name)
  }

  function refer(type: string): void {
    const reference = REFERENCES.get(type)
    if (reference === undefined) return
    const before = wantedOf(reference.type)
    const now = new Set(reference.names([...heldOf(type).values()].map(({ value }) => value)))
    const names = [...now].filter(name => !before.has(name))
    const unsubscribe = [...before].filter(name => !now.has(name))
    if (names.length === 0 && unsubscribe.length === 0) return
    wanted.set(reference.type, now)
    for (const name of unsubscribe) {
      if (reference.type === RDS) hosts.delete(name)
      heldOf(reference.type).delete(name)
      refusedOf(reference.type).delete(name)
    }
    requests.push(() => request(reference.type, protocol === 'sotw' ? {} : { names, unsubscribe }))
  }

  function answer(most: number): number {
    const sent = requests.splice(0, most)
    for (const make of sent) stream.receive(make())
    return sent.length
  }

  connect(first)
  return {
    get stream() {
      return stream
    },
    read,
    answer,
    refuse: () => {
      isRefusing = true
    },
    reconnect: connect,
    held: heldOf,
    wanted: wantedOf,
    refused: refusedOf,
    hosts: () => hosts,
  }
}

function nameOf(resource: JsonObject): string {
  return String(resource['name'] ?? resource['clusterName'] ?? '')
}
