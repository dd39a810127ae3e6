import type { Lookup } from '../engine/index.js'
import type { Workload } from '../mesh/index.js'
import type { ProxyView } from '../proxy/view.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import type { ConfigName, ConfigOrigin } from './resources.js'
import type { Reads } from './resources-reads.js'
import type { FieldOrigin, Tracer } from './resources-trace.js'

/** Kinds that say by its labels for which workload they are, and where. */
const SELECTING: Readonly<Record<string, readonly string[]>> = {
  Sidecar: ['workloadSelector'],
  DestinationRule: ['workloadSelector'],
  VirtualService: ['sourceLabels'],
  PeerAuthentication: ['selector'],
  AuthorizationPolicy: ['selector'],
  RequestAuthentication: ['selector'],
  Telemetry: ['selector'],
}

/**
 * The Pod or WorkloadEntry that the proxy stands for, where its labels had a part: services select it, or an object that applies
 * chose it. Without one a proxy's own word is taken for its labels.
 */
export function workloadOrigins(tracer: Tracer, reads: Reads, fields: readonly FieldOrigin[]): readonly ConfigOrigin[] {
  const workload = tracer.workload()
  if (workload === undefined) return []
  const read = [...reads.objects].flatMap(([type, keys]) => [...keys].map(key => tracer.named(type, key)))
  const isChosen = [...read, ...fields.map(({ origin }) => origin)].some(origin => isSelecting(tracer, origin))
  return reads.isServing || isChosen ? [workload] : []
}

function isSelecting(tracer: Tracer, origin: ConfigName): boolean {
  const names = Object.hasOwn(SELECTING, origin.type) ? SELECTING[origin.type] : undefined
  return names !== undefined && hasField(tracer.object(origin)?.spec, names)
}

function hasField(value: unknown, names: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some(item => hasField(item, names))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => names.includes(key) || hasField(item, names))
}

/** The name of its object. A proxy is known by its own name, else by its address. */
export function workloadOfView(
  read: Lookup,
  { tables }: XdsGraph,
  { cluster, namespace, meta, addresses }: Pick<ProxyView, 'cluster' | 'namespace' | 'meta' | 'addresses'>,
): ConfigName | undefined {
  const name = meta.name || meta.instance.slice(0, meta.instance.lastIndexOf('.'))
  const found: Workload | undefined =
    read.one(tables.workload, `pod/${cluster}/${namespace}/${name}`) ??
    read.where(tables.workloadAddress, `${cluster}/${addresses[0] ?? ''}`)[0]
  if (found === undefined) return undefined
  const isPod = found.kind === 'Pod'
  return { type: found.kind, cluster: isPod ? found.cluster : '', namespace: found.namespace, name: found.name }
}
