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
import {
  type ConfigChange,
  type ConfigFiles,
  type ConfigFilesReader,
  openConfigFiles,
} from '../sources/config-files.js'
import type { FileContent, FileSnapshot } from '../sources/snapshot.js'
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
  /**
   * Commits what a snapshot changes; what is invalid keeps its last good version, and is in the problems. `changed`: the paths that
   * differ from the snapshot before; without it all are compared.
   */
  readonly apply: (snapshot: FileSnapshot, changed?: readonly string[]) => readonly Problem[]
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
  // Settings may stand in the folder of the objects, but are none.
  const areas = areasOf(paths, [paths.mesh, paths.networks])
  const writeSettings = openSettings(graph, paths)
  let events: readonly ObjectEvent[] = []
  let isBroken = false
  const apply = (snapshot: FileSnapshot, changed?: readonly string[]): readonly Problem[] => {
    // After a throw, which is a bug, the same files are read once more.
    const hint = isBroken ? undefined : changed
    isBroken = true
    const found = areas.map(area => ({ ...area, change: area.files.read(snapshot, hint) }))
    const problems: Problem[] = []
    engine.commit(tx => {
      problems.push(...writeSettings(tx, snapshot))
      for (const { cluster, change } of found) write(tx, graph, cluster, change)
    })
    events = found.flatMap(({ change, files }) => eventsOf(change, files))
    for (const { change } of found) {
      problems.push(...change.problems)
      change.accept()
    }
    isBroken = false
    return [...problems, ...delegateProblems(graph, sourceOf)]
  }
  const objects = function* (): Iterable<ClusterConfig> {
    for (const { cluster, files } of areas) for (const object of files.objects.values()) yield { cluster, object }
  }
  const sourceOf: FindSource = name => {
    const file = name.type === 'MeshConfig' ? paths.mesh : name.type === 'MeshNetworks' ? paths.networks : undefined
    if (file !== undefined) return { file, line: 1, column: 1 }
    const holders = areas.filter(({ cluster }) => name.cluster === '' || name.cluster === cluster)
    return holders.map(({ files }) => files.objects.get(objectId(name))).find(object => object !== undefined)?.source
  }
  const textOf = (file: string): string | undefined => {
    const contents = areas.map(({ files }) => files.files.get(file)?.content)
    return contents.flatMap(content => (content?.ok === true ? [content.value] : []))[0]
  }
  const clusters = areas.map(({ cluster }) => cluster)
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

/** What is read for one cluster. */
interface Area {
  readonly cluster: string
  readonly files: ConfigFilesReader
}

/** A cluster may be named more than once, the home one too. `except`: no objects, whatever they lie below. */
function areasOf(
  { homeCluster, objects, clusters }: MeshPaths,
  except: readonly (string | undefined)[],
): readonly Area[] {
  const schemas = openCrdChecker()
  const all = [...objects, ...clusters.map(({ path }) => path)]
  return [...new Set([homeCluster, ...clusters.map(({ id }) => id)])].map(cluster => {
    const isHome = cluster === homeCluster
    const named = clusters.filter(({ id }) => id === cluster).map(({ path }) => path)
    const roots = isHome ? [...objects, ...named] : named
    const refuse = (object: ConfigObject): Problem | undefined => (isHome ? undefined : notHome(object, cluster))
    return { cluster, files: openConfigFiles({ schemas, refuse, holds: path => isOf(path, { roots, all, except }) }) }
  })
}

interface Place {
  readonly roots: readonly string[]
  /** Those of other clusters too. */
  readonly all: readonly string[]
  readonly except: readonly (string | undefined)[]
}

/** A file that lies below folders of several clusters is of the innermost: a cluster's folder may stand in the home cluster's. */
function isOf(path: string, { roots, all, except }: Place): boolean {
  const depth = depthOf(path, roots)
  return depth > 0 && depth >= depthOf(path, all) && !except.includes(path)
}

/** Istio's objects hold for the whole mesh, so only the home cluster's count: those of another would take the place of theirs. */
function notHome(object: ConfigObject, cluster: string): Problem | undefined {
  if (!object.group.endsWith('.istio.io')) return undefined
  return {
    severity: 'warning',
    code: 'not-home',
    message: `${object.kind} ${objectKey(object)} is ignored: of cluster ${cluster} only objects of Kubernetes are read, those of Istio belong into --configDir`,
    ...(object.source === undefined ? {} : { position: object.source }),
  }
}

function write(tx: Transaction, { tables }: XdsGraph, cluster: string, { put, remove }: ConfigChange): void {
  for (const object of remove) removeObject(tx, tables.inputs, object, cluster)
  for (const object of put) putObject(tx, tables.inputs, object, cluster)
}

/** `before`: the files as they were. */
function eventsOf({ put, remove }: ConfigChange, before: ConfigFiles): readonly ObjectEvent[] {
  const written = put.map(
    (object): ObjectEvent => ({ event: before.objects.has(objectId(object)) ? 'update' : 'add', object }),
  )
  return [...written, ...remove.map((object): ObjectEvent => ({ event: 'delete', object }))]
}

/** Length of the innermost root that a path is or lies below; 0: of none. */
function depthOf(path: string, roots: readonly string[]): number {
  return Math.max(0, ...roots.map(root => (path === root || path.startsWith(`${root}/`) ? root.length : 0)))
}

/** Writes mesh config and networks. A file that cannot be used leaves what is in force; at the start that is the default. */
function openSettings(
  { engine, tables }: XdsGraph,
  paths: MeshPaths,
): (tx: Transaction, snapshot: FileSnapshot) => readonly Problem[] {
  const { settings, networks } = tables.inputs
  const meshOf = openOne(paths.mesh, (text, options) => {
    const read = loadMeshConfig(text, options)
    return read.ok ? ok({ json: meshConfigJson(read.value), warnings: unknownMeshFields(text, options) }) : read
  })
  const networksOf = openOne(paths.networks, loadMeshNetworks)
  return (tx, snapshot) => {
    const mesh = meshOf(snapshot)
    if (mesh?.ok === true) tx.put(settings, 'mesh', mesh.value.json as MeshSettings)
    else if (engine.revision === 0) tx.put(settings, 'mesh', meshConfigJson(DEFAULT_MESH_CONFIG) as MeshSettings)
    const net = networksOf(snapshot)
    if (net?.ok === true) tx.put(networks, 'mesh', net.value as MeshNetworks)
    const errors = [mesh, net].flatMap(result => (result === undefined || result.ok ? [] : result.error))
    return [...errors, ...(mesh?.ok === true ? mesh.value.warnings : [])]
  }
}

/** Reads one file, again only if it is another; undefined: none is named. */
function openOne<T>(
  path: string | undefined,
  load: (text: string, options: { readonly file: string }) => Result<T, readonly Problem[]>,
): (snapshot: FileSnapshot) => Result<T, readonly Problem[]> | undefined {
  let last: { readonly content: FileContent | undefined; readonly read: Result<T, readonly Problem[]> } | undefined
  return snapshot => {
    if (path === undefined) return undefined
    const content = snapshot.get(path)
    if (last === undefined || last.content !== content) last = { content, read: readOne(path, content, load) }
    return last.read
  }
}

function readOne<T>(
  path: string,
  content: FileContent = err('it is a folder'),
  load: (text: string, options: { readonly file: string }) => Result<T, readonly Problem[]>,
): Result<T, readonly Problem[]> {
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
