import type { IstioEgressListener } from '../config/istio-types.generated.js'
import type { Service } from '../mesh/index.js'
import type { CandidateVerdict, VisibilityAnswer, VisibilityFacts, VisibilityReason } from './visibility.js'

type Change = VisibilityAnswer['change']

/** The smallest change that would make a service reachable; undefined where nothing written could be changed for it. */
export function changeFor(
  reason: VisibilityReason,
  facts: VisibilityFacts,
  verdicts: readonly CandidateVerdict[],
): Change {
  const at = verdicts.findIndex(verdict => verdict.reason === reason)
  const [service, verdict] = [facts.candidates[at], verdicts[at]]
  if (service === undefined || verdict === undefined) return undefined
  switch (reason) {
    case 'not-imported':
      return toEgress(service, facts)
    case 'excluded':
      return {
        text: `take ${JSON.stringify(verdict.egress?.text)} out of ${verdict.egress?.path.replace(/\[\d+\]$/, '')} of ${sidecarName(facts)}`,
        source: verdict.egress?.source,
      }
    case 'not-exported':
      return toExport(verdict, facts)
    case 'listener-port':
      return toListener(service, verdict, facts)
    case 'no-such-port':
      return toPort(verdict, facts)
    default:
      return undefined
  }
}

function sidecarName({ sidecar }: VisibilityFacts): string {
  return `Sidecar ${sidecar?.namespace}/${sidecar?.name}`
}

function toEgress(service: Service, facts: VisibilityFacts): Change {
  const { scope, sidecar, place } = facts
  const listeners = sidecar?.spec.egress ?? []
  const index = listenerFor(service, listeners)
  const namespace =
    service.namespace === scope.namespace && sidecar?.namespace === scope.namespace ? '.' : service.namespace
  const host = `${namespace}/${service.host}`
  if (index === -1) {
    const text = `add an egress listener with hosts ["${host}"] to ${sidecarName(facts)}`
    return { text, source: place(sidecar?.source, 'spec.egress') }
  }
  const path = `spec.egress[${index}].hosts`
  return { text: `add "${host}" to ${path} of ${sidecarName(facts)}`, source: place(sidecar?.source, path) }
}

/** The listener for all ports, else one for a port that the service has. */
function listenerFor(service: Service, listeners: readonly IstioEgressListener[]): number {
  const general = listeners.findIndex(({ port }) => port === undefined)
  if (general !== -1) return general
  return listeners.findIndex(({ port }) => service.ports.some(own => own.port === port?.number))
}

function toExport(verdict: CandidateVerdict, { scope, host }: VisibilityFacts): Change {
  const { origin, namespace, exportTo, exportSource, isLimited } = verdict
  const owner = origin === undefined ? host : `${origin.type} ${origin.namespace}/${origin.name}`
  const source = exportSource ?? origin?.source
  if (isLimited) {
    const text = `give namespace ${namespace} the visibility PUBLIC in serviceEntryVisibility of the mesh config, which holds ${owner} back`
    return { text, source }
  }
  const isAnnotated = origin?.type === 'Service'
  const field = isAnnotated ? 'annotation networking.istio.io/exportTo' : 'spec.exportTo'
  if (exportTo.includes(NOWHERE))
    return { text: `write "${scope.namespace}" in place of "${NOWHERE}" in ${field} of ${owner}`, source }
  const isOwn = exportSource !== undefined && exportSource.file === origin?.source?.file
  if (isOwn)
    return {
      text: `add "${scope.namespace}" to ${field} of ${owner}: it is exported to ${exportTo.join(', ')}`,
      source,
    }
  // What is written there counts in place of the default, so that has to be said again.
  const all = [...exportTo, scope.namespace]
  const value = isAnnotated ? JSON.stringify(all.join(',')) : JSON.stringify(all)
  return { text: `give ${owner} the ${field} ${value}: by default it is exported to ${exportTo.join(', ')}`, source }
}

/** As `exportTo` says it, alone. */
const NOWHERE = '~'

function toListener(service: Service, { egress }: CandidateVerdict, facts: VisibilityFacts): Change {
  const listener = egress?.path.slice(0, egress.path.indexOf('.hosts'))
  const index = Number(/\[(\d+)\]/.exec(listener ?? '')?.[1])
  const served = facts.sidecar?.spec.egress?.[index]?.port?.number
  const wanted = facts.port === 0 ? service.ports.map(({ port }) => port).join(' or ') : facts.port
  return {
    text: `${listener} of ${sidecarName(facts)} is for port ${served} only: add an egress listener for port ${wanted}, or one without a port, with ${JSON.stringify(egress?.text)}`,
    source: egress?.source,
  }
}

function toPort({ origin, ports }: CandidateVerdict, { port, host, place }: VisibilityFacts): Change {
  const owner = origin === undefined ? host : `${origin.type} ${origin.namespace}/${origin.name}`
  const has = ports.length === 0 ? 'no port' : `${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`
  return {
    text: `port ${port} is not a port of ${host}, which has ${has}: call ${ports.length === 1 ? 'that one' : 'one of those'}, or add the port to ${owner}`,
    source: place(origin?.source, 'spec.ports'),
  }
}
