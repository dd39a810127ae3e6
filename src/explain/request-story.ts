import type { PeerAuthentication } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import type { Lookup } from '../engine/index.js'
import { INTERCEPTION_ANNOTATION, STATUS_ANNOTATION } from '../inject/names.js'
import { mtlsOfPort, spiffe, trustDomainOf, type Workload } from '../mesh/index.js'
import type { InterceptionMode } from '../proxy/metadata.js'
import type { ProxyNode } from '../proxy/node.js'
import type { ViewRow, XdsGraph } from '../xds/resources/graph.js'
import { nameOf, renderedOf } from './proxy-resources.js'
import type { RenderedProxy, RequestOutcome, RequestStep, RequestTrace } from './request.js'
import type { PolicyPart } from './request-access.js'
import { withOrigins } from './request-origins.js'
import { type ServerFacts, type ServerOutcome, type ServerStep, traceServer } from './request-server.js'
import type { Arrival } from './request-upstream.js'
import { traceResources } from './resources-all.js'
import { type FieldOrigin, objectNamed } from './resources-trace.js'
import type { Places } from './visibility-facts.js'

/** A line behind a step, and what it comes to for this request. */
export interface StepOrigin extends FieldOrigin {
  readonly note?: string
}

/** A step at the client's proxy or at a server's, with the lines that made it. */
export interface StoryStep {
  readonly kind: RequestStep['kind'] | ServerStep['kind']
  readonly text: string
  readonly at?: RequestStep['at']
  readonly origins: readonly StepOrigin[]
}

/** `served`: the workloads get it; `denied`: their proxies refuse it. Where servers are not known it stays `forwarded`. */
export type StoryOutcome = RequestOutcome | ServerOutcome

export interface RequestStory {
  readonly outcome: StoryOutcome
  readonly steps: readonly StoryStep[]
}

/** Who sends, and where things stand. */
export interface StoryFacts {
  readonly graph: XdsGraph
  readonly row: ViewRow
  readonly rendered: RenderedProxy
  readonly places: Places
  /** The sidecar of a workload; undefined: it cannot have one. */
  readonly nodeOf: (workload: Workload, interceptionMode: InterceptionMode) => ProxyNode | undefined
}

/** The whole way of a request: through the client's proxy, and on through the proxies of the workloads that it is sent to. */
export function tellRequest(facts: StoryFacts, trace: RequestTrace): RequestStory {
  const { steps } = withOrigins(facts.graph, facts.row, facts.rendered, trace, facts.places)
  const told: StoryStep[] = []
  const outcomes: StoryOutcome[] = []
  let group: ServerStory[] = []
  const flush = (): void => {
    told.push(...mergedSteps(group))
    outcomes.push(...group.map(({ outcome }) => outcome))
    group = []
  }
  for (const { arrival, ...step } of steps) {
    if (step.kind !== 'endpoint') flush()
    told.push(step)
    const story = arrival === undefined ? undefined : storyOf(facts, arrival)
    if (story !== undefined) group.push(story)
    else if (step.kind === 'endpoint') outcomes.push('forwarded')
  }
  flush()
  const { outcome } = trace
  return { outcome: outcome === 'forwarded' ? together(outcomes) : outcome, steps: told }
}

function together(outcomes: readonly StoryOutcome[]): StoryOutcome {
  if (outcomes.includes('denied')) return outcomes.every(each => each === 'denied') ? 'denied' : 'partly'
  if (outcomes.includes('unknown')) return 'unknown'
  return outcomes.length > 0 && outcomes.every(each => each === 'served') ? 'served' : 'forwarded'
}

interface ServerStory {
  readonly name: string
  readonly outcome: StoryOutcome
  readonly steps: readonly StoryStep[]
}

/** Servers of which the same is to be said are named together. */
function mergedSteps(stories: readonly ServerStory[]): StoryStep[] {
  const alike = new Map<string, ServerStory[]>()
  for (const story of stories) {
    const key = JSON.stringify(story.steps)
    alike.set(key, [...(alike.get(key) ?? []), story])
  }
  return [...alike.values()].flatMap(group => {
    const names = group.map(({ name }) => name).join(', ')
    const [first, ...others] = group[0]?.steps ?? []
    return first === undefined ? [] : [{ ...first, text: `${names}: ${first.text}` }, ...others]
  })
}

const INJECTED_LABEL = 'security.istio.io/tlsMode'
const MODES = ['REDIRECT', 'TPROXY', 'NONE'] as const

/** Undefined: nobody knows who has the address. */
function storyOf(facts: StoryFacts, arrival: Arrival): ServerStory | undefined {
  const { graph, row } = facts
  return graph.engine.read(read => {
    const workload = workloadAt(read, facts, arrival.connection.address)
    if (workload === undefined) return undefined
    const name = `${workload.name}.${workload.namespace}`
    const annotations = annotationsOf(read, graph, workload)
    const isInjected = annotations[STATUS_ANNOTATION] !== undefined || speaksMutualTls(read, graph, workload)
    const mode = MODES.find(each => each === annotations[INTERCEPTION_ANNOTATION]) ?? row.view.interception
    const node = isInjected ? facts.nodeOf(workload, mode) : undefined
    return node === undefined ? bareStory(name, arrival) : proxiedStory(read, facts, arrival, { name, workload, node })
  })
}

/** By its label; of a WorkloadEntry also by its service account (src/mesh/endpoints.ts). */
function speaksMutualTls(read: Lookup, { tables }: XdsGraph, { labels, cluster, addresses }: Workload): boolean {
  if (labels[INJECTED_LABEL] === 'istio') return true
  const endpoints = addresses.flatMap(ip => read.where(tables.endpointAddress, `${cluster}/${ip}`))
  return endpoints.some(({ tlsMode }) => tlsMode === 'istio')
}

function bareStory(name: string, { security }: Arrival): ServerStory {
  const bare = `no sidecar, as far as is written: it has no label ${INJECTED_LABEL}=istio`
  const isMutual = security.kind === 'mutual'
  const text = isMutual ? `${bare}. It is sent mutual TLS, which only the program itself could end` : bare
  return { name, outcome: isMutual ? 'unknown' : 'forwarded', steps: [{ kind: 'server', text, origins: [] }] }
}

function workloadAt(read: Lookup, { graph, row }: StoryFacts, address: string): Workload | undefined {
  const { tables } = graph
  const [near] = read.where(tables.workloadAddress, `${row.view.cluster}/${address}`)
  return near ?? [...read.all(tables.workload).values()].find(({ addresses }) => addresses.includes(address))
}

function annotationsOf(
  read: Lookup,
  { tables }: XdsGraph,
  { kind, cluster, namespace, name }: Workload,
): Readonly<Record<string, string>> {
  const pod = kind === 'Pod' ? read.one(tables.inputs.cluster.Pod, `${cluster}/${namespace}/${name}`) : undefined
  return pod?.object.annotations ?? {}
}

interface Server {
  readonly name: string
  readonly workload: Workload
  readonly node: ProxyNode
}

function proxiedStory(
  read: Lookup,
  facts: StoryFacts,
  arrival: Arrival,
  { name, workload, node }: Server,
): ServerStory {
  const { graph, row, places } = facts
  const rendered = renderedOf(graph, node)
  const server = graph.viewRow(read, node)
  const { mesh, tokens } = graph.context(read, server)
  const identityOf = (namespace: string, account: string): string =>
    spiffe(trustDomainOf(mesh), namespace, account || 'default')
  const { outcome, steps } = traceServer(rendered, arrival, {
    identity: identityOf(workload.namespace, workload.serviceAccount),
    client: { identity: identityOf(row.view.namespace, row.view.serviceAccount), address: clientAddress(row) },
    tokens: tokens.map(({ namespace, name: policy }) => ({
      ...{ type: 'RequestAuthentication', key: `${namespace}/${policy}`, path: 'spec.jwtRules', note: '' },
    })),
    modeAt: port => modeAt(read, graph, server, port),
  })
  const originsOf = ({ parts, cluster }: ServerStep): readonly StepOrigin[] => [
    ...parts.map(part => originOfPart(part, places)),
    ...(cluster === undefined ? [] : clusterOrigins(facts, server, rendered, cluster)),
  ]
  return { name, outcome, steps: steps.map(step => ({ kind: step.kind, text: step.text, origins: originsOf(step) })) }
}

/** Of a proxy that only a name was given for, it stands for any. */
function clientAddress({ view }: ViewRow): string | undefined {
  const [address] = view.addresses
  return address === undefined || address.startsWith('127.') || address === '::1' ? undefined : address
}

function modeAt(read: Lookup, graph: XdsGraph, server: ViewRow, port: number): ReturnType<ServerFacts['modeAt']> {
  const { mtls } = graph.context(read, server)
  for (const key of mtls.from) {
    const [namespace = '', name = ''] = key.split('/')
    const object = objectNamed(read, graph, { type: 'PeerAuthentication', cluster: '', namespace, name })
    const { spec } = object as ConfigObject<PeerAuthentication>
    const part = (path: string): PolicyPart => ({ type: 'PeerAuthentication', key, path, note: '' })
    const isSet = (mode: string | undefined): boolean => mode !== undefined && mode !== 'UNSET'
    const mode = mtlsOfPort(mtls, port)
    if (isSet(spec.portLevelMtls?.[port]?.mode)) return { mode, parts: [part(`spec.portLevelMtls["${port}"]`)] }
    if (isSet(spec.mtls?.mode)) return { mode, parts: [part('spec.mtls.mode')] }
  }
  return { mode: 'PERMISSIVE, for no PeerAuthentication says otherwise', parts: [] }
}

function originOfPart({ type, key, path, note }: PolicyPart, { sourceOf, place }: Places): StepOrigin {
  const [namespace = '', name = ''] = key.split('/')
  const config = { type, cluster: '', namespace, name }
  const source = sourceOf(config)
  const origin = { field: '', origin: { ...config, source }, path, source: place(source, path) }
  return note === '' ? origin : { ...origin, note }
}

function clusterOrigins(
  { graph, places }: StoryFacts,
  server: ViewRow,
  { clusters }: RenderedProxy,
  name: string,
): readonly FieldOrigin[] {
  const found = clusters.find(cluster => nameOf(cluster) === name)
  if (found === undefined) return []
  return traceResources(graph, server, 'clusters', [found], places).flatMap(({ fields }) => fields)
}
