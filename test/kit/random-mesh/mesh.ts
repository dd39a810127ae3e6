import { openCrdChecker } from '../../../src/config/crd/index.js'
import { parseConfigDocuments } from '../../../src/config/parse.js'
import { createEngine } from '../../../src/engine/index.js'
import type { Problem } from '../../../src/lang/problem.js'
import { ok } from '../../../src/lang/result.js'
import { parseYamlStream } from '../../../src/lang/yaml/index.js'
import { createMeshSource, type MeshSource } from '../../../src/servers/mesh-source.js'
import type { FileSnapshot } from '../../../src/sources/snapshot.js'
import { CLUSTERS, type Cluster, HOME, type MeshDocument, type MeshObject } from './names.js'

// A random mesh is files as they were written, and what of them is in force: invalid objects keep their last good version.

/** What stands in a file: an object, valid or not, or text that nobody can read. */
export type Written = { readonly id: string; readonly document: MeshDocument } | { readonly unreadable: string }

export interface MeshFile {
  readonly cluster: Cluster
  readonly written: readonly Written[]
  /** What the file holds of valid objects, and of last good versions, by id. */
  readonly force: ReadonlyMap<string, MeshDocument>
  /** What it held when it was last read. */
  readonly read: ReadonlyMap<string, MeshDocument>
}

/** A file that is one document: the mesh configuration, the networks. */
export interface SettingsFile {
  readonly text: string
  readonly force: object
  /** What was in force when it was last read. */
  readonly read: object
}

/** A value: edits give a new one. */
export interface RandomMesh {
  /** By path. */
  readonly files: ReadonlyMap<string, MeshFile>
  readonly settings: SettingsFile
  readonly networks: SettingsFile
}

const ROOT = '/mesh'
const MESH_CONFIG = '/mesh.yaml'
const NETWORKS_CONFIG = '/networks.yaml'
/** Of each cluster. */
export const FILES = 4

export const EMPTY_MESH: RandomMesh = {
  files: new Map(),
  settings: { text: '{}', force: {}, read: {} },
  networks: { text: '{}', force: {}, read: {} },
}

/** Taken modulo the number of files. */
export function pathOf(cluster: Cluster, number: number): string {
  return `${ROOT}/${cluster}/${number % FILES}.yaml`
}

export function clusterOf(path: string): Cluster {
  return CLUSTERS.find(cluster => path.startsWith(`${ROOT}/${cluster}/`)) ?? HOME
}

const SCHEMAS = openCrdChecker()
const VALID = new WeakMap<MeshDocument, boolean>()

export function isValid(document: MeshDocument): boolean {
  const known = VALID.get(document)
  if (known !== undefined) return known
  const { objects, problems } = parseConfigDocuments(parseYamlStream(JSON.stringify(document)), { schemas: SCHEMAS })
  const valid = objects.length === 1 && problems.every(({ severity }) => severity !== 'error')
  VALID.set(document, valid)
  return valid
}

/** The mesh once a file says this: what is invalid stays as it was, and so does what the file may mean where it cannot be read. */
export function withFile(mesh: RandomMesh, path: string, written: readonly Written[]): RandomMesh {
  const { read = new Map<string, MeshDocument>() } = mesh.files.get(path) ?? {}
  const force = new Map<string, MeshDocument>()
  const invalid = new Set<string>()
  for (const each of written) {
    if ('unreadable' in each) continue
    if (isValid(each.document)) force.set(each.id, each.document)
    else invalid.add(each.id)
  }
  const isBroken = written.some(each => 'unreadable' in each)
  for (const [id, document] of read) if (!force.has(id) && (isBroken || invalid.has(id))) force.set(id, document)
  const file = { cluster: clusterOf(path), written, force, read }
  return { ...mesh, files: new Map(mesh.files).set(path, file) }
}

/** The mesh once somebody has read all files: good versions that nobody saw are no last good ones. */
export function afterReading({ files, settings, networks }: RandomMesh): RandomMesh {
  const kept = [...files].filter(([, { written }]) => written.length > 0)
  return {
    files: new Map(kept.map(([path, file]) => [path, { ...file, read: file.force }])),
    settings: { ...settings, read: settings.force },
    networks: { ...networks, read: networks.force },
  }
}

/** What holds now, by id: of an object that stands in several files the one in the first. */
export function inForce({ files }: RandomMesh): ReadonlyMap<string, MeshObject> {
  const found = new Map<string, MeshObject>()
  for (const path of [...files.keys()].sort())
    for (const [id, document] of files.get(path)?.force ?? [])
      if (!found.has(id)) found.set(id, { cluster: clusterOf(path), document })
  return found
}

/** The files as they were written. */
export function snapshotOf({ files, settings, networks }: RandomMesh): FileSnapshot {
  const texts = [...files].flatMap(([path, { written }]) => {
    // An empty file is none.
    if (written.length === 0) return []
    const documents = written.map(each => ('unreadable' in each ? each.unreadable : JSON.stringify(each.document)))
    return [[path, ok(documents.join('\n---\n'))] as const]
  })
  return new Map([...texts, [MESH_CONFIG, ok(settings.text)], [NETWORKS_CONFIG, ok(networks.text)]])
}

/** Where `snapshotInForce` writes an object. */
export interface Spot {
  readonly file: string
  /** Among the objects of the file. */
  readonly place: number
}

/** What is in force, had it been written so from the start: each object in a file of its own, unless `spotOf` says otherwise. */
export function snapshotInForce(
  mesh: RandomMesh,
  spotOf: (id: string) => Spot = id => ({ file: encodeURIComponent(id), place: 0 }),
): FileSnapshot {
  const texts = new Map<string, string[]>()
  const objects = [...inForce(mesh)].map(([id, object]) => ({ ...object, ...spotOf(id) }))
  for (const { cluster, document, file } of objects.sort((a, b) => a.place - b.place)) {
    const path = `${ROOT}/${cluster}/${file}.yaml`
    texts.set(path, [...(texts.get(path) ?? []), JSON.stringify(document)])
  }
  const { settings, networks } = mesh
  return new Map([
    ...[...texts].map(([path, documents]) => [path, ok(documents.join('\n---\n'))] as const),
    [MESH_CONFIG, ok(JSON.stringify(settings.force))],
    [NETWORKS_CONFIG, ok(JSON.stringify(networks.force))],
  ])
}

/** Paths of files with something in them that is not in force as it stands there. */
export function flawedFiles({ files }: RandomMesh): ReadonlySet<string> {
  const isFlawed = (each: Written): boolean => 'unreadable' in each || !isValid(each.document)
  const flawed = [...files].filter(([, { written }]) => written.some(isFlawed)).map(([path]) => path)
  const holders = new Map<string, string[]>()
  for (const path of [...files.keys()].sort())
    for (const id of files.get(path)?.force.keys() ?? []) holders.set(id, [...(holders.get(id) ?? []), path])
  return new Set([...flawed, ...[...holders.values()].flatMap(paths => paths.slice(1))])
}

/** A mesh without servers. */
export interface OpenMesh extends MeshSource {
  /** Steps that threw so far: bugs. */
  readonly bugs: readonly string[]
}

export function openMesh(): OpenMesh {
  const bugs: string[] = []
  const engine = createEngine({ onFault: ({ message }: Problem) => bugs.push(message) })
  const source = createMeshSource(
    {
      homeCluster: HOME,
      objects: [`${ROOT}/${HOME}`],
      clusters: CLUSTERS.filter(cluster => cluster !== HOME).map(id => ({ id, path: `${ROOT}/${id}` })),
      mesh: MESH_CONFIG,
      networks: NETWORKS_CONFIG,
    },
    engine,
  )
  return { ...source, bugs }
}
