import { openCrdChecker } from '../config/crd/index.js'
import type { MeshNetworks } from '../config/istio-types.generated.js'
import { DEFAULT_MESH_CONFIG, loadMeshConfig, meshConfigJson } from '../config/mesh-config.js'
import { loadMeshNetworks } from '../config/mesh-networks.js'
import { type ConfigObject, objectId, objectKey } from '../config/object.js'
import { unknownMeshFields } from '../config/settings-files.js'
import { createEngine, type Engine, type Transaction } from '../engine/index.js'
import type { FindSource } from '../explain/resources.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { DEFAULT_IDENTITY, type MeshSettings, putObject, removeObject } from '../mesh/index.js'
import { type ConfigChange, type ConfigFiles, NO_CONFIG, readConfigFiles } from '../sources/config-files.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import { createXdsGraph, type XdsGraph } from '../xds/resources/graph.js'
import { TRANSLATORS } from '../xds/resources/translators.js'

/** Where the mesh's configuration stands; absolute paths. */
export interface MeshPaths {
  /** Id of the home cluster, which `objects` belong to. */
  readonly homeCluster: string
  readonly objects: readonly string[]
  /** Objects of further clusters. */
  readonly clusters: readonly { readonly id: string; readonly path: string }[]
  readonly mesh: string | undefined
  readonly networks: string | undefined
}

export function meshFiles({ objects, clusters, mesh, networks }: MeshPaths): string[] {
  const optional = [mesh, networks].filter(path => path !== undefined)
  return [...objects, ...clusters.map(({ path }) => path), ...optional]
}

/** The mesh on the engine, fed from snapshots of files. */
export interface MeshSource {
  readonly graph: XdsGraph
  /** Ids of those that objects are read for, the home one first. */
  readonly clusters: readonly string[]
  /** Commits what a snapshot changes; what is invalid keeps its last good version, and is in the problems. */
  readonly apply: (snapshot: FileSnapshot) => readonly Problem[]
  /** What the last `apply` changed in the objects: nothing where only mesh config or networks are others now. */
  readonly events: () => readonly ObjectEvent[]
  /** Every object in force, kinds that nothing is made of yet included; `source` is where it stands now. */
  readonly objects: () => Iterable<ClusterConfig>
  /** Where an object stands now. */
  readonly sourceOf: FindSource
  /** A file as it was when it was read. */
  readonly textOf: (file: string) => string | undefined
}

export interface ObjectEvent {
  readonly event: 'add' | 'update' | 'delete'
  readonly object: ConfigObject
}

export interface ClusterConfig {
  /** Id of the cluster that it was read for. */
  readonly cluster: string
  readonly object: ConfigObject
}

export function createMeshSource(paths: MeshPaths, engine: Engine = createEngine()): MeshSource {
  const graph = createXdsGraph(engine, { ...DEFAULT_IDENTITY, configCluster: paths.homeCluster }, TRANSLATORS)
  const roots = rootsOf(paths)
  // Settings may stand in the folder of the objects, but are none.
  const settings = [paths.mesh, paths.networks]
  const states = new Map<string, ConfigFiles>()
  const schemas = openCrdChecker()
  let events: readonly ObjectEvent[] = []
  const apply = (snapshot: FileSnapshot): readonly Problem[] => {
    const problems: Problem[] = []
    const told: ObjectEvent[] = []
    const read = new Map<string, ConfigFiles>()
    engine.commit(tx => {
      problems.push(...applySettings(tx, graph, paths, snapshot))
      for (const root of roots) {
        const before = states.get(root.cluster) ?? NO_CONFIG
        const found = readConfigFiles(before, filesOf(root.cluster, roots, snapshot, settings), { schemas })
        const change = root.cluster === paths.homeCluster ? found : withoutIstio(found, root.cluster)
        read.set(root.cluster, change.state)
        problems.push(...change.problems)
        told.push(...eventsOf(change, before))
        for (const object of change.remove) removeObject(tx, graph.tables.inputs, object, root.cluster)
        for (const object of change.put) putObject(tx, graph.tables.inputs, object, root.cluster)
      }
    })
    // Only now: after a throw, which is a bug, the same files are read once more.
    for (const [cluster, state] of read) states.set(cluster, state)
    events = told
    return [...problems, ...delegateProblems(graph, sourceOf)]
  }
  const objects = function* (): Iterable<ClusterConfig> {
    for (const [cluster, { objects }] of states) for (const object of objects.values()) yield { cluster, object }
  }
  const sourceOf: FindSource = name => {
    const file = name.type === 'MeshConfig' ? paths.mesh : name.type === 'MeshNetworks' ? paths.networks : undefined
    if (file !== undefined) return { file, line: 1, column: 1 }
    const holders = name.cluster === '' ? [...states.values()] : [states.get(name.cluster)]
    return holders.map(state => state?.objects.get(objectId(name))).find(object => object !== undefined)?.source
  }
  const textOf = (file: string): string | undefined => {
    const contents = [...states.values()].map(({ files }) => files.get(file)?.content)
    return contents.flatMap(content => (content?.ok === true ? [content.value] : []))[0]
  }
  const clusters = roots.map(({ cluster }) => cluster)
  return { graph, clusters, apply, events: () => events, objects, sourceOf, textOf }
}

/** Of VirtualServices that delegate to what cannot be had: of no file by itself, so it is seen once all are there. */
function delegateProblems({ engine, tables }: XdsGraph, sourceOf: FindSource): readonly Problem[] {
  return engine.problems(tables.virtual).flatMap(({ key, problem }) => {
    if (problem.code !== 'delegate') return []
    const [namespace = '', name = ''] = key.split('/')
    // The row may be older than the place: an object that only moves in its file is no change.
    const position = sourceOf({ type: 'VirtualService', cluster: '', namespace, name })
    return [position === undefined ? problem : { ...problem, position }]
  })
}

/** What no file is wrong about by itself: Sidecars that an older one keeps from applying. */
export function conflictsOf({ graph: { engine, tables } }: MeshSource): readonly Problem[] {
  return engine.problems(tables.sidecarConflict).map(({ problem }) => problem)
}

interface ClusterRoots {
  readonly cluster: string
  readonly paths: readonly string[]
}

/** What is read for each cluster: it may be named more than once, the home one too. */
function rootsOf({ homeCluster, objects, clusters }: MeshPaths): readonly ClusterRoots[] {
  const ids = [...new Set([homeCluster, ...clusters.map(({ id }) => id)])]
  return ids.map(cluster => {
    const named = clusters.filter(({ id }) => id === cluster).map(({ path }) => path)
    return { cluster, paths: cluster === homeCluster ? [...objects, ...named] : named }
  })
}

/** Istio's objects hold for the whole mesh, so only the home cluster's count: those of another would take the place of theirs. */
function withoutIstio(change: ConfigChange, cluster: string): ConfigChange {
  const isKept = ({ group }: ConfigObject): boolean => !group.endsWith('.istio.io')
  const read = [...change.state.files.values()].flatMap(({ objects }) => [...objects.values()])
  const ignored = read.filter(object => !isKept(object))
  const problems = ignored.map(
    (object): Problem => ({
      severity: 'warning',
      code: 'not-home',
      message: `${object.kind} ${objectKey(object)} is ignored: of cluster ${cluster} only objects of Kubernetes are read, those of Istio belong into --configDir`,
      ...(object.source === undefined ? {} : { position: object.source }),
    }),
  )
  return {
    ...change,
    state: { ...change.state, objects: new Map([...change.state.objects].filter(([, object]) => isKept(object))) },
    put: change.put.filter(isKept),
    remove: change.remove.filter(isKept),
    moved: change.moved.filter(isKept),
    problems: [...change.problems, ...problems],
  }
}

function eventsOf({ put, remove }: ConfigChange, before: ConfigFiles): readonly ObjectEvent[] {
  const written = put.map(
    (object): ObjectEvent => ({ event: before.objects.has(objectId(object)) ? 'update' : 'add', object }),
  )
  return [...written, ...remove.map((object): ObjectEvent => ({ event: 'delete', object }))]
}

/** The files of one cluster. One that lies below folders of several is of the innermost: a cluster's folder may stand in the home cluster's. */
function filesOf(
  cluster: string,
  roots: readonly ClusterRoots[],
  snapshot: FileSnapshot,
  except: readonly (string | undefined)[],
): FileSnapshot {
  const own = roots.find(root => root.cluster === cluster)?.paths ?? []
  const all = roots.flatMap(({ paths }) => paths)
  const isOwn = (path: string): boolean => {
    const depth = depthOf(path, own)
    return depth > 0 && depth >= depthOf(path, all) && !except.includes(path)
  }
  return new Map([...snapshot].filter(([path]) => isOwn(path)))
}

/** Length of the innermost root that a path is or lies below; 0: of none. */
function depthOf(path: string, roots: readonly string[]): number {
  return Math.max(0, ...roots.map(root => (path === root || path.startsWith(`${root}/`) ? root.length : 0)))
}

/** Mesh config and networks. A file that cannot be used leaves what is in force; at the start that is the default. */
function applySettings(
  tx: Transaction,
  { engine, tables }: XdsGraph,
  paths: MeshPaths,
  snapshot: FileSnapshot,
): readonly Problem[] {
  const { settings, networks } = tables.inputs
  const mesh = readOne(snapshot, paths.mesh, loadMeshConfig)
  const isFirst = engine.revision === 0
  if (mesh?.ok === true || isFirst) {
    const config = mesh?.ok === true ? mesh.value : DEFAULT_MESH_CONFIG
    tx.put(settings, 'mesh', meshConfigJson(config) as MeshSettings)
  }
  const net = readOne(snapshot, paths.networks, loadMeshNetworks)
  if (net?.ok === true) tx.put(networks, 'mesh', net.value as MeshNetworks)
  const text = mesh?.ok === true && paths.mesh !== undefined ? snapshot.get(paths.mesh) : undefined
  const warnings = text?.ok === true ? unknownMeshFields(text.value, { file: paths.mesh! }) : []
  return [...[mesh, net].flatMap(result => (result === undefined || result.ok ? [] : result.error)), ...warnings]
}

function readOne<T>(
  snapshot: FileSnapshot,
  path: string | undefined,
  load: (text: string, options: { readonly file: string }) => Result<T, readonly Problem[]>,
): Result<T, readonly Problem[]> | undefined {
  if (path === undefined) return undefined
  const content = snapshot.get(path) ?? err('it is a folder')
  if (content.ok) return load(content.value, { file: path })
  return err([{ severity: 'error', code: 'unreadable', message: `cannot read ${path}: ${content.error}` }])
}

/** For a start: what keeps it from being one. */
export function refusal(problems: readonly Problem[]): Result<void, readonly string[]> {
  const errors = problems.filter(({ code }) => code === 'unreadable')
  return errors.length === 0 ? ok(undefined) : err(errors.map(formatProblem))
}

/** The same for a server, which has no good version yet of settings that are invalid: with the default's other traffic would flow. */
export function startRefusal(
  problems: readonly Problem[],
  { mesh, networks }: MeshPaths,
): Result<void, readonly string[]> {
  const settings = [mesh, networks].filter(path => path !== undefined)
  const isOfSettings = ({ severity, position }: Problem): boolean =>
    severity === 'error' && position?.file !== undefined && settings.includes(position.file)
  const errors = problems.filter(problem => problem.code === 'unreadable' || isOfSettings(problem))
  return errors.length === 0 ? ok(undefined) : err(errors.map(formatProblem))
}
