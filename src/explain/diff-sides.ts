import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { parseOutboundName } from '../xds/resources/names.js'
import { openSource, type ProxySource } from '../xds/resources/source.js'
import {
  type ConfigDiff,
  changedNames,
  DIFF_KINDS,
  type DiffKind,
  type NameChange,
  type PushSize,
  pushSize,
  type ResourceChange,
  type SentResources,
} from './diff.js'
import { differencesOf, type FieldChange } from './diff-json.js'
import { changedObjects, type DiffSide, type ObjectChanges } from './diff-objects.js'
import type { ConfigOrigin } from './resources.js'
import { traceResources } from './resources-all.js'
import { idOf } from './resources-trace.js'

const MESSAGES: Readonly<Record<DiffKind, string>> = {
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  nameTable: 'istio.networking.nds.v1.NameTable',
}

/** A proxy as each side knows it; undefined: that side has no such workload. */
export interface DiffProxy {
  readonly name: string
  readonly before: ProxyNode | undefined
  readonly after: ProxyNode | undefined
}

/** What proxies would be sent otherwise on the newer side, and because of what. */
export function diffConfigs(before: DiffSide, after: DiffSide, proxies: readonly DiffProxy[]): ConfigDiff {
  // Open until the end: what proxies share is then made once.
  const [was, is] = [openAll(before, proxies, 'before'), openAll(after, proxies, 'after')]
  try {
    return compareAll(before, after, proxies, { was, is })
  } finally {
    for (const source of [...was.values(), ...is.values()]) source[Symbol.dispose]()
  }
}

type Sources = ReadonlyMap<string, ProxySource>

function openAll({ graph }: DiffSide, proxies: readonly DiffProxy[], side: 'before' | 'after'): Sources {
  const sources = new Map<string, ProxySource>()
  for (const { name, [side]: node } of proxies) if (node !== undefined) sources.set(name, openSource(graph, node))
  return sources
}

function sentBy(source: ProxySource): SentResources {
  const list = (kind: DiffKind) => source.list(`type.googleapis.com/${MESSAGES[kind]}`)
  const [clusters, endpoints, listeners, routes, nameTable] = DIFF_KINDS.map(list)
  return { clusters: clusters!, endpoints: endpoints!, listeners: listeners!, routes: routes!, nameTable: nameTable! }
}

interface Members {
  readonly proxies: readonly DiffProxy[]
  readonly changes: readonly NameChange[]
  readonly push: PushSize
}

function compareAll(
  before: DiffSide,
  after: DiffSide,
  proxies: readonly DiffProxy[],
  { was, is }: { readonly was: Sources; readonly is: Sources },
): ConfigDiff {
  const groups = new Map<string, Members>()
  const fields: FieldMemo = new Map()
  let compared = 0
  for (const proxy of proxies) {
    const [old, now] = [was.get(proxy.name), is.get(proxy.name)]
    if (old === undefined || now === undefined) continue
    compared++
    const sent = sentBy(now)
    const changes = changedNames(sentBy(old), sent)
    if (changes.length === 0) continue
    const push = pushSize(changes, sent)
    const key = JSON.stringify(changes.map(change => signatureOf(change, fields)))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { proxies: [proxy], changes, push })
    else groups.set(key, { ...group, proxies: [...group.proxies, proxy], push: sumOf(group.push, push) })
  }
  const objects = changedObjects(before, after)
  const detailed = [...groups.values()].map(group => detail(group, { before, after, objects, fields }))
  const effective = new Set(detailed.flatMap(({ changes }) => changes.flatMap(({ causes }) => causes.map(idOf))))
  return {
    proxies: compared,
    changed: detailed.reduce((sum, group) => sum + group.proxies.length, 0),
    newProxies: proxies.filter(({ before: old }) => old === undefined).map(({ name }) => name),
    goneProxies: proxies.filter(({ after: now }) => now === undefined).map(({ name }) => name),
    push: detailed.map(({ push }) => push).reduce(sumOf, { sotw: 0, delta: 0 }),
    objects: [...objects.values()].map(each => ({ ...each, hasEffect: effective.has(idOf(each.object)) })),
    groups: detailed.sort((a, b) => b.proxies.length - a.proxies.length),
  }
}

function sumOf(a: PushSize, b: PushSize): PushSize {
  return { sotw: a.sotw + b.sotw, delta: a.delta + b.delta }
}

/** Differences by the key of the change: many proxies have the same. */
type FieldMemo = Map<string, readonly FieldChange[]>

/** Equal where two proxies' resources change in the same way, or come or go alike. */
function signatureOf(change: NameChange, fields: FieldMemo): readonly unknown[] {
  const { kind, name, key, before, after } = change
  return before === undefined || after === undefined ? [key] : [kind, name, fieldsOf(change, fields)]
}

interface DetailFacts {
  readonly before: DiffSide
  readonly after: DiffSide
  readonly objects: ObjectChanges
  readonly fields: FieldMemo
}

function detail({ proxies, changes, push }: Members, facts: DetailFacts): ConfigDiff['groups'][number] {
  const [first] = proxies
  const causes = causesOf(first!, changes, facts)
  return {
    proxies: proxies.map(({ name }) => name),
    push,
    changes: changes.map((change, index): ResourceChange => {
      const { kind, name, before, after } = change
      const fields = before === undefined || after === undefined ? [] : fieldsOf(change, facts.fields)
      const sign = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
      return {
        kind,
        name,
        change: sign,
        bytes: (after ?? before)?.bytes.length ?? 0,
        fields,
        causes: causes[index] ?? [],
      }
    }),
  }
}

function fieldsOf({ key, kind, before, after }: NameChange, fields: FieldMemo): readonly FieldChange[] {
  const known = fields.get(key)
  if (known !== undefined) return known
  const found = differencesOf(messageOf(kind, before), messageOf(kind, after))
  fields.set(key, found)
  return found
}

/** Plain JSON. */
function messageOf(kind: DiffKind, resource: { readonly bytes: Uint8Array } | undefined): JsonObject {
  return resource === undefined ? {} : (decode(MESSAGES[kind], resource.bytes) as JsonObject)
}

/** Of each change the objects that changed and had a part in it, on either side. */
function causesOf(proxy: DiffProxy, changes: readonly NameChange[], facts: DetailFacts): readonly ConfigOrigin[][] {
  const old = tracedCauses(facts.before, proxy.before, changes, 'before', facts)
  const now = tracedCauses(facts.after, proxy.after, changes, 'after', facts)
  const scope = [...old.scope, ...now.scope]
  return changes.map((change, index) => {
    const traced = [...(old.found[index] ?? []), ...(now.found[index] ?? [])]
    const chosen = new Set(
      isOfScope(change, old, now) && scope.length > 0 ? [...traced.filter(isPresence(facts)), ...scope] : traced,
    )
    // What is newly in reach may have no object of its own that changed: its scope did.
    return [...(chosen.size > 0 ? chosen : scope)].flatMap(id => facts.objects.get(id)?.object ?? [])
  })
}

/** Whether a resource came or went because its service came into reach or left it: other changes of its objects do not matter then. */
function isOfScope({ kind, name, before, after }: NameChange, old: Traced, now: Traced): boolean {
  if (before !== undefined && after !== undefined) return false
  const host = kind === 'clusters' || kind === 'endpoints' ? parseOutboundName(name)?.host : undefined
  return host === undefined || old.hosts.has(host) !== now.hosts.has(host)
}

function isPresence({ objects }: DetailFacts): (id: string) => boolean {
  return id => objects.get(id)?.change !== 'changed'
}

interface Traced {
  /** Ids by the position of the change. */
  readonly found: readonly (readonly string[])[]
  /** Ids of the Sidecar that applies and of the proxy's own workload. */
  readonly scope: readonly string[]
  /** Of the services in reach. */
  readonly hosts: ReadonlySet<string>
}

function tracedCauses(
  { graph, places }: DiffSide,
  node: ProxyNode | undefined,
  changes: readonly NameChange[],
  side: 'before' | 'after',
  { objects }: DetailFacts,
): Traced {
  if (node === undefined) return { found: [], scope: [], hosts: new Set() }
  const row = graph.engine.read(read => graph.viewRow(read, node))
  const field = (name: string): string => idOf({ type: 'MeshConfig', cluster: '', namespace: '', name })
  const changedField = (name: string) =>
    objects.has(field(name)) ? (places.meshField(name) ?? { line: 1, column: 1 }) : undefined
  const found: (readonly string[])[] = changes.map(() => [])
  for (const kind of TRACED_KINDS) {
    const own = changes.flatMap(({ kind: each, [side]: resource }, index) =>
      each === kind && resource !== undefined ? [{ index, message: messageOf(kind, resource) }] : [],
    )
    const messages = own.map(({ message }) => message)
    const traced = traceResources(graph, row, kind, messages, { ...places, meshField: changedField })
    for (const [at, { origins, meshFields, fields }] of traced.entries()) {
      const ofMesh = fields.flatMap(({ origin, path }) => (origin.type === 'MeshConfig' ? [path] : []))
      const ids = [...origins.map(idOf), ...[...meshFields.map(each => each.field), ...ofMesh].map(field)]
      found[own[at]?.index ?? 0] = ids.filter(id => objects.has(id))
    }
  }
  const { sidecar, services } = graph.engine.read(read => graph.context(read, row).scope)
  return { found, scope: scopeIds(sidecar, node, objects), hosts: new Set(services.map(({ host }) => host)) }
}

const TRACED_KINDS = ['clusters', 'endpoints', 'listeners', 'routes', 'nameTable'] as const

function scopeIds(sidecar: string | undefined, node: ProxyNode, objects: ObjectChanges): string[] {
  const name = node.metadata.name || node.instance.slice(0, node.instance.lastIndexOf('.'))
  const key = `${node.configNamespace}/${name}`
  const ids = [`Sidecar//${sidecar ?? ''}`, `WorkloadEntry//${key}`, `Pod/${node.metadata.clusterId}/${key}`]
  return ids.filter(id => objects.has(id))
}
