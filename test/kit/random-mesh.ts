import fc from 'fast-check'
import { openCrdChecker } from '../../src/config/crd/index.js'
import { parseConfigDocuments } from '../../src/config/parse.js'
import { err, ok } from '../../src/lang/result.js'
import { parseYamlStream } from '../../src/lang/yaml/index.js'
import { createMeshSource, type MeshSource } from '../../src/servers/mesh-source.js'
import type { FileSnapshot } from '../../src/sources/snapshot.js'
import { meshApplication, meshDocument } from './random-mesh-objects.js'

// Random meshes: few names, so that objects meet, and edits hit what is there.

/** A Kubernetes or Istio object as its document says it. */
export interface MeshDocument {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly creationTimestamp?: string
  }
  readonly [field: string]: unknown
}

/** Objects by id, and the mesh configuration. A value: edits give a new one. */
export interface RandomMesh {
  readonly objects: ReadonlyMap<string, MeshDocument>
  readonly settings: object
}

export type MeshEdit =
  | { readonly do: 'put'; readonly document: MeshDocument }
  /** Puts the first of them whose name is taken: another version of something that is there. */
  | { readonly do: 'change'; readonly documents: readonly MeshDocument[] }
  /** Of what is there, taken modulo how many there are. */
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'label'; readonly which: number; readonly key: string; readonly value: string | undefined }
  | { readonly do: 'age'; readonly which: number; readonly creationTimestamp: string }
  | { readonly do: 'settings'; readonly settings: object }

/** Where `snapshotOf` puts things. */
const MESH_FOLDER = '/mesh'
const MESH_CONFIG = '/mesh.yaml'

/** Ties are as likely as not. */
const AGES = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']
const LABELS: readonly (readonly [string, readonly string[]])[] = [
  ['app', ['web', 'api', 'sql']],
  ['version', ['v1', 'v2']],
  ['tier', ['front', 'back']],
  ['topology.istio.io/network', ['net-1', 'net-2']],
  ['security.istio.io/tlsMode', ['istio', 'disabled']],
  ['topology.kubernetes.io/zone', ['z1', 'z2']],
]

const meshSettings: fc.Arbitrary<object> = fc.record(
  {
    outboundTrafficPolicy: fc.constantFrom({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }),
    enableAutoMtls: fc.boolean(),
    connectTimeout: fc.constantFrom('1s', '3s'),
    accessLogFile: fc.constantFrom('', '/dev/stdout'),
    trustDomain: fc.constantFrom('cluster.local', 'td.example'),
    rootNamespace: fc.constantFrom('istio-system', 'shop'),
    protocolDetectionTimeout: fc.constantFrom('0s', '2s'),
    localityLbSetting: fc.constantFrom(
      { enabled: false },
      { enabled: true, failover: [{ from: 'r1', to: 'r2' }] },
      { enabled: true, distribute: [{ from: 'r1/*', to: { 'r1/z1/*': 80, 'r2/*': 20 } }] },
    ),
    defaultServiceExportTo: fc.constantFrom(['*'], ['.']),
    defaultVirtualServiceExportTo: fc.constantFrom(['*'], ['.']),
    defaultDestinationRuleExportTo: fc.constantFrom(['*'], ['.']),
  },
  { requiredKeys: [] },
)

const which = fc.nat(1000)
/** So many that one of them is likely to meet what is there. */
const CANDIDATES = 8

/** May give an object that is not valid, which `applyEdit` leaves out. */
export const meshEdit: fc.Arbitrary<MeshEdit> = fc.oneof(
  { weight: 5, arbitrary: meshDocument.map(document => ({ do: 'put' as const, document })) },
  {
    weight: 6,
    arbitrary: fc
      .array(meshDocument, { minLength: CANDIDATES, maxLength: CANDIDATES, size: 'max' })
      .map(documents => ({ do: 'change' as const, documents })),
  },
  { weight: 4, arbitrary: which.map(which => ({ do: 'remove' as const, which })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...LABELS).chain(([key, values]) =>
      fc.record({
        do: fc.constant('label' as const),
        which,
        key: fc.constant(key),
        value: fc.option(fc.constantFrom(...values), { nil: undefined }),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('age' as const),
      which,
      creationTimestamp: fc.constantFrom(...AGES),
    }),
  },
  { weight: 1, arbitrary: meshSettings.map(settings => ({ do: 'settings' as const, settings })) },
)

/** A mesh to begin with: some thirty objects. */
export const randomMesh: fc.Arbitrary<RandomMesh> = fc
  .record({
    applications: fc.array(meshApplication, { minLength: 2, maxLength: 5, size: 'max' }),
    documents: fc.array(meshDocument, { minLength: 10, maxLength: 30, size: 'max' }),
    settings: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: meshSettings }),
  })
  .map(({ applications, documents, settings }) => ({
    objects: new Map(
      [...applications.flat(), ...documents].filter(isValid).map(document => [idOf(document), document]),
    ),
    settings,
  }))

function idOf({ kind, metadata }: MeshDocument): string {
  return `${kind}.${metadata.namespace ?? ''}.${metadata.name}`
}

/** The mesh after it; the same if the edit would make an object invalid: its last good version would stay, which is history. */
export function applyEdit(mesh: RandomMesh, edit: MeshEdit): RandomMesh {
  const edited = afterEdit(mesh, edit)
  const isGood = [...edited.objects].every(([id, document]) => document === mesh.objects.get(id) || isValid(document))
  return isGood ? edited : mesh
}

const SCHEMAS = openCrdChecker()

function isValid(document: MeshDocument): boolean {
  const { objects, problems } = parseConfigDocuments(parseYamlStream(JSON.stringify(document)), { schemas: SCHEMAS })
  return objects.length === 1 && problems.every(({ severity }) => severity !== 'error')
}

function afterEdit(mesh: RandomMesh, edit: MeshEdit): RandomMesh {
  if (edit.do === 'settings') return { ...mesh, settings: edit.settings }
  if (edit.do === 'put')
    return { ...mesh, objects: new Map(mesh.objects).set(idOf(edit.document), aged(edit.document, mesh)) }
  if (edit.do === 'change') {
    const document = edit.documents.find(each => mesh.objects.has(idOf(each)))
    return document === undefined ? mesh : afterEdit(mesh, { do: 'put', document })
  }
  const ids = [...mesh.objects.keys()]
  const id = ids[edit.which % Math.max(ids.length, 1)]
  const found = id === undefined ? undefined : mesh.objects.get(id)
  if (id === undefined || found === undefined) return mesh
  const objects = new Map(mesh.objects)
  if (edit.do === 'remove') objects.delete(id)
  else if (edit.do === 'age') {
    const { creationTimestamp } = edit
    objects.set(id, { ...found, metadata: { ...found.metadata, creationTimestamp } })
  } else {
    const { [edit.key]: _, ...rest } = found.metadata.labels ?? {}
    const labels = edit.value === undefined ? rest : { ...rest, [edit.key]: edit.value }
    objects.set(id, { ...found, metadata: { ...found.metadata, labels } })
  }
  return { ...mesh, objects }
}

/** An object that is changed stays as old as it was, as a cluster has it. */
function aged(document: MeshDocument, mesh: RandomMesh): MeshDocument {
  const creationTimestamp = mesh.objects.get(idOf(document))?.metadata.creationTimestamp
  if (creationTimestamp === undefined) return document
  return { ...document, metadata: { ...document.metadata, creationTimestamp } }
}

/** As files: each object in its own, or the files that `split` says, each a list of ids. */
export function snapshotOf(mesh: RandomMesh, split?: readonly (readonly string[])[]): FileSnapshot {
  const files = split ?? [...mesh.objects.keys()].map(id => [id])
  const entries = files.map((ids, index) => {
    const texts = ids.map(id => JSON.stringify(mesh.objects.get(id)))
    const name = split === undefined ? ids.join() : String(index)
    return [`${MESH_FOLDER}/${name}.yaml`, ok(texts.join('\n---\n'))] as const
  })
  const settings = Object.keys(mesh.settings).length === 0 ? err('no such file') : ok(JSON.stringify(mesh.settings))
  return new Map([...entries, [MESH_CONFIG, settings]])
}

/** A control plane's view of such files, without servers. */
export function openMesh(): MeshSource {
  return createMeshSource({
    homeCluster: 'Kubernetes',
    objects: [MESH_FOLDER],
    clusters: [],
    mesh: MESH_CONFIG,
    networks: undefined,
  })
}
