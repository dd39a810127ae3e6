import type { Endpoint, MeshLookup, MeshSettings, OwnTarget, Service } from '../mesh/index.js'
import type { ProxyContext } from '../proxy/view.js'

/** What a translator asked of its context, and got. */
export interface Reads {
  readonly services: ReadonlySet<Service>
  readonly endpoints: ReadonlySet<Endpoint>
  /** `<namespace>/<name>` of objects, by kind. */
  readonly objects: ReadonlyMap<string, ReadonlySet<string>>
  /** Fields of the mesh config. */
  readonly fields: ReadonlySet<string>
  /** Services and endpoints whose mutual TLS was asked for. */
  readonly mtlsOf: ReadonlySet<Service | Endpoint>
  /** Services whose identities were asked for: those of all endpoints, ready or not. */
  readonly accountsOf: ReadonlySet<Service>
  /** It was asked which services select the workload, and some do. */
  readonly isServing: boolean
}

export interface Recorder {
  /** Answers as the context does, and remembers what was asked. */
  readonly context: ProxyContext
  /** What was asked since the last time. */
  readonly take: () => Reads
}

interface Notes {
  services: Set<Service>
  endpoints: Set<Endpoint>
  objects: Map<string, Set<string>>
  fields: Set<string>
  mtlsOf: Set<Service | Endpoint>
  accountsOf: Set<Service>
  isServing: boolean
}

/**
 * A translator is a pure function of its context, and each question it asks makes the resource depend on the answer; so what it
 * asked is what the resource was made from. Only the scope is not noted: it is a list of everything in reach.
 */
export function recordReads(context: ProxyContext): Recorder {
  let notes = emptyNotes()
  const now = (): Notes => notes
  const reachable = context.reachable ?? lazyServices(context)
  const recording: ProxyContext = {
    view: context.view,
    identity: context.identity,
    mesh: recordFields(context.mesh, now),
    lookup: recordLookup(context.lookup, now),
    reachable: host => noteService(reachable(host), now),
    get scope() {
      return context.scope
    },
    get own() {
      return noteOwn(context.own, now)
    },
    get mtls() {
      for (const key of context.mtls.from) noteObject('PeerAuthentication', key, now)
      return context.mtls
    },
    get authorization() {
      return noteObjects('AuthorizationPolicy', context.authorization, now)
    },
    get tokens() {
      return noteObjects('RequestAuthentication', context.tokens, now)
    },
    get telemetry() {
      return noteObjects('Telemetry', context.telemetry, now)
    },
  }
  const take = (): Reads => {
    const taken = notes
    notes = emptyNotes()
    return taken
  }
  return { context: recording, take }
}

/** The first of a host, as translators find them in a scope. */
function lazyServices(context: ProxyContext): (host: string) => Service | undefined {
  let byHost: Map<string, Service> | undefined
  return host => {
    byHost ??= new Map([...context.scope.services].reverse().map(service => [service.host, service]))
    return byHost.get(host)
  }
}

function emptyNotes(): Notes {
  return {
    services: new Set(),
    endpoints: new Set(),
    objects: new Map(),
    fields: new Set(),
    mtlsOf: new Set(),
    accountsOf: new Set(),
    isServing: false,
  }
}

function recordFields(mesh: MeshSettings, now: () => Notes): MeshSettings {
  return new Proxy(mesh, {
    get: (target, field) => {
      if (typeof field === 'string') now().fields.add(field)
      return Reflect.get(target, field) as unknown
    },
  })
}

function recordLookup(lookup: MeshLookup, now: () => Notes): MeshLookup {
  return {
    isMutualThroughout: (service, portName) => lookup.isMutualThroughout(service, portName),
    gateways: network => lookup.gateways(network),
    weightScale: () => lookup.weightScale(),
    namespaceLabels: namespace => lookup.namespaceLabels(namespace),
    service: (host, namespace) => noteService(lookup.service(host, namespace), now),
    bestRule: (host, namespace) => {
      const rule = lookup.bestRule(host, namespace)
      for (const key of rule?.from ?? []) noteObject('DestinationRule', key, now)
      return rule
    },
    endpoints: service => noteEndpoints(lookup.endpoints(service), now),
    headless: service => noteEndpoints(lookup.headless(service), now),
    accounts: service => {
      now().accountsOf.add(service)
      return lookup.accounts(service)
    },
    serviceMtls: (service, port) => {
      now().mtlsOf.add(service)
      return lookup.serviceMtls(service, port)
    },
    endpointMtls: endpoint => {
      now().mtlsOf.add(endpoint)
      return lookup.endpointMtls(endpoint)
    },
  }
}

function noteService(service: Service | undefined, now: () => Notes): Service | undefined {
  if (service !== undefined) now().services.add(service)
  return service
}

function noteOwn(own: readonly OwnTarget[], now: () => Notes): readonly OwnTarget[] {
  const notes = now()
  for (const { service } of own) {
    notes.services.add(service)
    notes.isServing = true
  }
  return own
}

function noteEndpoints(endpoints: readonly Endpoint[], now: () => Notes): readonly Endpoint[] {
  for (const endpoint of endpoints) now().endpoints.add(endpoint)
  return endpoints
}

interface Named {
  readonly namespace: string
  readonly name: string
}

function noteObjects<T extends Named>(type: string, objects: readonly T[], now: () => Notes): readonly T[] {
  for (const { namespace, name } of objects) noteObject(type, `${namespace}/${name}`, now)
  return objects
}

function noteObject(type: string, key: string, now: () => Notes): void {
  const { objects } = now()
  const known = objects.get(type)
  if (known === undefined) objects.set(type, new Set([key]))
  else known.add(key)
}
