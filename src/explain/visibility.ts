import type { Position } from '../lang/problem.js'
import {
  type EgressHost,
  hostCovers,
  importOf,
  isExportedTo,
  parseEgressHosts,
  type Service,
  type SidecarObject,
  type SidecarScope,
} from '../mesh/index.js'
import type { FindPlace } from './places.js'
import type { ConfigOrigin } from './resources.js'
import { changeFor } from './visibility-change.js'
import { type Precedence, precedenceOf } from './visibility-precedence.js'

/** Everything that decides whether proxies of a scope know a host; gathered by the caller, so that explaining is pure. */
export interface VisibilityFacts {
  readonly scope: SidecarScope
  /** The Sidecar that applies; undefined: none does. */
  readonly sidecar: SidecarObject | undefined
  /** Every service of that host, of any namespace. */
  readonly candidates: readonly Service[]
  readonly host: string
  /** 0: whichever. */
  readonly port: number
  /** The Service or ServiceEntry that a service was made from. */
  readonly originOf: (service: Service) => ConfigOrigin | undefined
  /** Whether the mesh lets it be seen less far than is written in it (`serviceEntryVisibility`). */
  readonly isLimited: (service: Service) => boolean
  readonly place: FindPlace
  /** Where the mesh config sets a field; undefined: it does not. */
  readonly meshField: (field: string) => Position | undefined
}

export type VisibilityReason =
  | 'imported'
  | 'default-scope'
  | 'virtual-service-destination'
  | 'virtual-service-host'
  | 'unknown-host'
  | 'not-exported'
  | 'not-imported'
  | 'excluded'
  | 'no-such-port'
  | 'listener-port'
  | 'other-namespace-preferred'

/** Something that is written somewhere. */
export interface Written {
  readonly text: string
  /** In the object, such as `spec.egress[0].hosts[1]`. */
  readonly path: string
  readonly source: Position | undefined
}

/** One service of the host, and what became of it. */
export interface CandidateVerdict {
  readonly namespace: string
  readonly registry: string
  readonly origin: ConfigOrigin | undefined
  readonly ports: readonly number[]
  readonly exportTo: readonly string[]
  /** Where that is said; undefined: nowhere, so it is the default. */
  readonly exportSource: Position | undefined
  /** The mesh config narrows what the object says. */
  readonly isLimited: boolean
  readonly reason: VisibilityReason
  /** The egress host that brings it, or that excludes it. */
  readonly egress: Written | undefined
  /** Why another service of that host goes before it. */
  readonly precedence: Precedence | undefined
}

export interface VisibilityAnswer {
  readonly host: string
  readonly port: number
  /** Whether the proxy knows the host as a service or by a VirtualService. */
  readonly isReachable: boolean
  readonly reason: VisibilityReason
  /** Namespace of the service that is reached. */
  readonly namespace: string | undefined
  readonly sidecar: { readonly key: string; readonly source: Position | undefined } | undefined
  readonly candidates: readonly CandidateVerdict[]
  /** VirtualServices in reach that have the host, the first that counts first. */
  readonly virtualServices: readonly { readonly key: string; readonly source: Position | undefined }[]
  /** What happens to traffic for what is not reachable. */
  readonly otherwise: SidecarScope['outbound']['mode']
  /** Where that is said; undefined: nowhere, so it is the default. */
  readonly otherwiseSource: Position | undefined
  /** The smallest change that would make it reachable; undefined when it is, or when there is nothing to change. */
  readonly change: { readonly text: string; readonly source: Position | undefined } | undefined
}

export function explainVisibility(facts: VisibilityFacts): VisibilityAnswer {
  const { scope, sidecar, host, port } = facts
  const reached = scope.services.find(service => service.host === host && hasPort(service, port))
  const candidates = facts.candidates.map(candidate => judge(candidate, facts, reached))
  const virtualServices = virtualServicesOf(facts)
  const isVirtual = reached === undefined && virtualServices.length > 0 && (port === 0 || port === VIRTUAL_PORT)
  const winner = candidates.find(({ namespace }) => namespace === reached?.namespace)
  const reason = isVirtual ? 'virtual-service-host' : (winner?.reason ?? nearest(candidates))
  return {
    host,
    port,
    isReachable: reached !== undefined || isVirtual,
    reason,
    namespace: reached?.namespace,
    sidecar:
      sidecar === undefined ? undefined : { key: `${sidecar.namespace}/${sidecar.name}`, source: sidecar.source },
    candidates,
    virtualServices,
    otherwise: scope.outbound.mode,
    otherwiseSource: policySource(facts),
    change: reached === undefined && !isVirtual ? changeFor(reason, facts, candidates) : undefined,
  }
}

/** The only port where a host is served that a VirtualService has and no service. */
const VIRTUAL_PORT = 80

function virtualServicesOf({ scope, host }: VisibilityFacts): VisibilityAnswer['virtualServices'] {
  const found = new Map<string, Position | undefined>()
  for (const { virtualServices } of scope.egress)
    for (const { namespace, name, spec, source } of virtualServices) {
      const isRouted = (spec.http ?? []).length + (spec.tls ?? []).length + (spec.tcp ?? []).length > 0
      if (isRouted && (spec.hosts ?? []).some(own => hostCovers(own, host))) found.set(`${namespace}/${name}`, source)
    }
  return [...found].map(([key, source]) => ({ key, source }))
}

function policySource({ sidecar, place, meshField }: VisibilityFacts): Position | undefined {
  return sidecar?.spec.outboundTrafficPolicy === undefined
    ? meshField('outboundTrafficPolicy')
    : place(sidecar.source, 'spec.outboundTrafficPolicy')
}

/** The reasons against, the one that is closest to success first. */
const BY_NEARNESS: readonly VisibilityReason[] = [
  'no-such-port',
  'listener-port',
  'excluded',
  'not-imported',
  'not-exported',
  'other-namespace-preferred',
]

function nearest(candidates: readonly CandidateVerdict[]): VisibilityReason {
  return BY_NEARNESS.find(reason => candidates.some(candidate => candidate.reason === reason)) ?? 'unknown-host'
}

function judge(service: Service, facts: VisibilityFacts, reached: Service | undefined): CandidateVerdict {
  const { namespace, registry, exportTo } = service
  const origin = facts.originOf(service)
  const isLimited = facts.isLimited(service)
  const found = egressOf(service, facts)
  const reason = reasonFor(service, facts, reached, found)
  return {
    namespace,
    registry,
    origin,
    ports: service.ports.map(({ port }) => port),
    exportTo,
    exportSource: isLimited ? facts.meshField('serviceEntryVisibility') : exportSource(origin, facts),
    isLimited,
    reason,
    egress: found?.egress,
    precedence:
      reason === 'other-namespace-preferred' && reached !== undefined
        ? precedenceOf(reached, service, facts)
        : undefined,
  }
}

function reasonFor(
  service: Service,
  facts: VisibilityFacts,
  reached: Service | undefined,
  found: FoundEgress | undefined,
): VisibilityReason {
  const isDefault = isDefaultScope(facts)
  if (reached !== undefined && reached.namespace === service.namespace)
    return found?.kind === 'imports' ? 'imported' : isDefault ? 'default-scope' : 'virtual-service-destination'
  if (!isExportedTo(service.exportTo, facts.scope.namespace)) return 'not-exported'
  if (!isDefault && found === undefined) return 'not-imported'
  if (found?.kind === 'excludes') return 'excluded'
  if (!hasPort(service, facts.port)) return 'no-such-port'
  if (found?.kind === 'other-port') return 'listener-port'
  return reached === undefined ? 'no-such-port' : 'other-namespace-preferred'
}

function hasPort(service: Service, port: number): boolean {
  return port === 0 || service.ports.some(own => own.port === port)
}

export function isDefaultScope({ sidecar }: Pick<VisibilityFacts, 'sidecar'>): boolean {
  return (sidecar?.spec.egress ?? []).length === 0
}

interface FoundEgress {
  /** `other-port`: the listener is for a port that was not asked for, or that the service has not. */
  readonly kind: 'imports' | 'other-port' | 'excludes'
  readonly egress: Written
}

/** The egress host that decides: of the listeners one that imports the service for the port; else one that nearly does. */
function egressOf(service: Service, facts: VisibilityFacts): FoundEgress | undefined {
  const found = (facts.sidecar?.spec.egress ?? []).flatMap((_, index) => inListener(service, index, facts) ?? [])
  return found.find(({ kind }) => kind === 'imports') ?? found.find(({ kind }) => kind === 'other-port') ?? found[0]
}

function inListener(service: Service, index: number, facts: VisibilityFacts): FoundEgress | undefined {
  const { sidecar, scope, port: wanted, place } = facts
  const listener = sidecar?.spec.egress?.[index]
  const written = listener?.hosts ?? []
  const hosts = parseEgressHosts(written, scope.namespace)
  const result = (kind: FoundEgress['kind'], position: number): FoundEgress => {
    const path = `spec.egress[${index}].hosts[${position}]`
    return { kind, egress: { text: written[position] ?? '', path, source: place(sidecar?.source, path) } }
  }
  const found = importOf(service, hosts)
  if (found === undefined) {
    const isNamed = importOf(service, { ...hosts, excludes: [] }) !== undefined
    return isNamed
      ? result(
          'excludes',
          written.findIndex(text => excludes(text, service.host)),
        )
      : undefined
  }
  const number = listener?.port?.protocol?.toUpperCase() === 'HTTP_PROXY' ? 0 : (listener?.port?.number ?? 0)
  const isServed = number === 0 || (hasPort(service, number) && (wanted === 0 || wanted === number))
  const position = written.findIndex(text => isSameHost(text, found, scope.namespace))
  return result(isServed ? 'imports' : 'other-port', position)
}

function excludes(text: string, host: string): boolean {
  return parseEgressHosts([text], '').excludes.some(excluded => hostCovers(excluded.host, host))
}

function isSameHost(text: string, found: EgressHost, namespace: string): boolean {
  const [parsed] = parseEgressHosts([text], namespace).imports
  return parsed?.namespace === found.namespace && parsed.host === found.host
}

const EXPORT_PATHS: Readonly<Record<string, string>> = {
  Service: 'metadata.annotations["networking.istio.io/exportTo"]',
  ServiceEntry: 'spec.exportTo',
}

/** The field of the object, else of the mesh config. */
function exportSource(origin: ConfigOrigin | undefined, { place, meshField }: VisibilityFacts): Position | undefined {
  const path = origin === undefined ? undefined : EXPORT_PATHS[origin.type]
  const found = path === undefined ? undefined : place(origin?.source, path, 'exact')
  return found ?? meshField('defaultServiceExportTo')
}
