import type { Position } from '../lang/problem.js'
import {
  type EgressHost,
  importOf,
  isExportedTo,
  isPublic,
  parseEgressHosts,
  type Service,
  type SidecarObject,
  type SidecarScope,
} from '../mesh/index.js'

/** Everything that decides whether proxies of a scope reach a host; gathered by the caller, so that explaining is pure. */
export interface VisibilityFacts {
  readonly scope: SidecarScope
  /** The Sidecar that applies; undefined: none does. */
  readonly sidecar: SidecarObject | undefined
  /** Every service of that host, of any namespace. */
  readonly candidates: readonly Service[]
  readonly host: string
  /** 0: whichever. */
  readonly port: number
}

export type VisibilityReason =
  | 'imported'
  | 'default-scope'
  | 'virtual-service-destination'
  | 'unknown-host'
  | 'not-exported'
  | 'not-imported'
  | 'no-such-port'
  | 'other-namespace-preferred'

/** One service of the host, and what became of it. */
export interface CandidateVerdict {
  readonly namespace: string
  readonly registry: string
  readonly exportTo: readonly string[]
  readonly reason: VisibilityReason
  /** The egress host that brings it, with its path in the Sidecar. */
  readonly egress: { readonly text: string; readonly path: string } | undefined
}

export interface VisibilityAnswer {
  readonly host: string
  readonly port: number
  readonly isReachable: boolean
  readonly reason: VisibilityReason
  /** Namespace of the service that is reached. */
  readonly namespace: string | undefined
  readonly sidecar: { readonly key: string; readonly source: Position | undefined } | undefined
  readonly candidates: readonly CandidateVerdict[]
  /** What happens to traffic for what is not reachable. */
  readonly otherwise: SidecarScope['outbound']['mode']
  /** The smallest change that would make it reachable; undefined when it is, or when there is nothing to change. */
  readonly change: string | undefined
}

export function explainVisibility(facts: VisibilityFacts): VisibilityAnswer {
  const { scope, sidecar, host, port } = facts
  const reached = scope.services.find(service => service.host === host && hasPort(service, port))
  const candidates = facts.candidates.map(candidate => judge(candidate, facts, reached))
  const winner = candidates.find(({ namespace }) => namespace === reached?.namespace)
  const reason = winner?.reason ?? nearest(candidates)
  return {
    host,
    port,
    isReachable: reached !== undefined,
    reason,
    namespace: reached?.namespace,
    sidecar:
      sidecar === undefined ? undefined : { key: `${sidecar.namespace}/${sidecar.name}`, source: sidecar.source },
    candidates,
    otherwise: scope.outbound.mode,
    change: reached === undefined ? changeFor(reason, facts) : undefined,
  }
}

/** The reasons against, the one that is closest to success first. */
const BY_NEARNESS: readonly VisibilityReason[] = [
  'no-such-port',
  'not-imported',
  'not-exported',
  'other-namespace-preferred',
]

function nearest(candidates: readonly CandidateVerdict[]): VisibilityReason {
  return BY_NEARNESS.find(reason => candidates.some(candidate => candidate.reason === reason)) ?? 'unknown-host'
}

function judge(service: Service, facts: VisibilityFacts, reached: Service | undefined): CandidateVerdict {
  const { namespace, registry, exportTo } = service
  const egress = egressOf(service, facts)
  const verdict = (reason: VisibilityReason): CandidateVerdict => ({ namespace, registry, exportTo, reason, egress })
  if (reached !== undefined && reached.namespace === namespace) {
    if (egress !== undefined) return verdict('imported')
    return verdict(isDefaultScope(facts) ? 'default-scope' : 'virtual-service-destination')
  }
  if (!isExportedTo(exportTo, facts.scope.namespace)) return verdict('not-exported')
  if (egress === undefined && !isDefaultScope(facts)) return verdict('not-imported')
  if (!hasPort(service, facts.port)) return verdict('no-such-port')
  return verdict(reached === undefined ? 'no-such-port' : 'other-namespace-preferred')
}

function hasPort(service: Service, port: number): boolean {
  return port === 0 || service.ports.some(own => own.port === port)
}

function isDefaultScope({ sidecar }: VisibilityFacts): boolean {
  return (sidecar?.spec.egress ?? []).length === 0
}

function egressOf(service: Service, { sidecar, scope }: VisibilityFacts): CandidateVerdict['egress'] {
  for (const [index, listener] of (sidecar?.spec.egress ?? []).entries()) {
    const written = listener.hosts ?? []
    const found = importOf(service, parseEgressHosts(written, scope.namespace))
    const position = found === undefined ? -1 : written.findIndex(text => isSameHost(text, found, scope.namespace))
    if (position !== -1) return { text: written[position] ?? '', path: `spec.egress[${index}].hosts[${position}]` }
  }
  return undefined
}

function isSameHost(text: string, found: EgressHost, namespace: string): boolean {
  const [parsed] = parseEgressHosts([text], namespace).imports
  return parsed?.namespace === found.namespace && parsed.host === found.host
}

function changeFor(
  reason: VisibilityReason,
  { scope, sidecar, candidates, host, port }: VisibilityFacts,
): string | undefined {
  const service = candidates.find(({ namespace }) => namespace === scope.namespace) ?? candidates[0]
  if (service === undefined) return undefined
  const owner =
    service.registry === 'Kubernetes' ? `Service ${service.namespace}/${service.name}` : `ServiceEntry of ${host}`
  switch (reason) {
    case 'not-imported':
      return `add "${service.namespace}/${host}" to the egress hosts of Sidecar ${sidecar?.namespace}/${sidecar?.name}`
    case 'not-exported':
      return `export ${owner} to namespace ${scope.namespace}${isPublic(service.exportTo) ? '' : `: it is exported to ${service.exportTo.join(', ')}`}`
    case 'no-such-port':
      return port === 0
        ? `give ${owner} a port that an egress listener of the Sidecar has`
        : `call one of the ports ${service.ports.map(own => own.port).join(', ')}, or add port ${port} to ${owner}`
    default:
      return undefined
  }
}

const SENTENCES: Readonly<Record<VisibilityReason, string>> = {
  imported: 'a host of the Sidecar imports it',
  'default-scope': 'no Sidecar narrows what is exported to this namespace',
  'virtual-service-destination': 'an imported VirtualService sends traffic to it',
  'unknown-host': 'no service has this host',
  'not-exported': 'it is not exported to this namespace',
  'not-imported': 'no egress host of the Sidecar names it',
  'no-such-port': 'it has no such port in reach',
  'other-namespace-preferred': 'the same host of another namespace goes before it',
}

/** Lines for people, without colours. */
export function visibilityText(answer: VisibilityAnswer): string {
  const { host, port, sidecar, change } = answer
  const target = port === 0 ? host : `${host}:${port}`
  const lines = [`${target}: ${answer.isReachable ? 'reachable' : 'not reachable'}: ${SENTENCES[answer.reason]}`]
  lines.push(`  Sidecar: ${sidecar === undefined ? 'none' : `${sidecar.key}${placeOf(sidecar.source)}`}`)
  for (const { namespace, registry, exportTo, reason, egress } of answer.candidates) {
    const through = egress === undefined ? '' : `, by ${egress.path} ${JSON.stringify(egress.text)}`
    lines.push(
      `  ${registry} service in ${namespace}, exported to ${exportTo.join(', ')}: ${SENTENCES[reason]}${through}`,
    )
  }
  if (!answer.isReachable) lines.push(`  traffic to it: ${answer.otherwise}`)
  if (change !== undefined) lines.push(`  to allow it: ${change}`)
  return `${lines.join('\n')}\n`
}

function placeOf(source: Position | undefined): string {
  return source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
}
