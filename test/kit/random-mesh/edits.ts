import fc from 'fast-check'
import { loadMeshConfig } from '../../../src/config/mesh-config.js'
import { loadMeshNetworks } from '../../../src/config/mesh-networks.js'
import { kubernetesObject, meshApplication } from './kubernetes.js'
import {
  afterReading,
  EMPTY_MESH,
  FILES,
  inForce,
  pathOf,
  type RandomMesh,
  type SettingsFile,
  type Written,
  withFile,
} from './mesh.js'
import { AGES, idOf, LABELS, type MeshDocument, type MeshObject } from './names.js'
import { policyObject } from './policies.js'
import { meshNetworks, meshSettings } from './settings.js'
import { trafficObject } from './traffic.js'

/** `which` is one of what is in force, taken modulo how many there are; `file` one of the files of its cluster. */
export type MeshEdit =
  /** May be invalid. */
  | { readonly do: 'put'; readonly object: MeshObject; readonly file: number }
  /** Puts the first of them whose name is taken: another version of something that is there. */
  | { readonly do: 'change'; readonly objects: readonly MeshObject[] }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'label'; readonly which: number; readonly key: string; readonly value: string | undefined }
  | { readonly do: 'age'; readonly which: number; readonly creationTimestamp: string }
  /** To another file; `copy` leaves it where it is, too. */
  | { readonly do: 'move' | 'copy'; readonly which: number; readonly file: number }
  /** Makes it invalid, or its document unreadable. */
  | { readonly do: 'break'; readonly which: number; readonly isUnreadable: boolean }
  /** Half a file: what comes behind so many documents, and a piece of the next one, is not there. */
  | { readonly do: 'cut'; readonly file: number; readonly after: number }
  /** Of a file that cannot be read: as it was, or without what cannot be read. */
  | { readonly do: 'mend'; readonly file: number; readonly isRestored: boolean }
  | { readonly do: 'settings'; readonly to: object | undefined }
  | { readonly do: 'networks'; readonly to: object | undefined }

const which = fc.nat(1000)
const file = fc.nat(FILES - 1)
/** So many that one of them is likely to meet what is there. */
const CANDIDATES = 8

const meshObject: fc.Arbitrary<MeshObject> = fc.oneof(
  { weight: 20, arbitrary: kubernetesObject },
  { weight: 25, arbitrary: trafficObject },
  { weight: 9, arbitrary: policyObject },
)

/** Settings that are invalid, now and then. */
const orInvalid = (settings: fc.Arbitrary<object>): fc.Arbitrary<object | undefined> =>
  fc.option(settings, { nil: undefined, freq: 8 })

export const meshEdit: fc.Arbitrary<MeshEdit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), object: meshObject, file }) },
  {
    weight: 7,
    arbitrary: fc
      .array(meshObject, { minLength: CANDIDATES, maxLength: CANDIDATES, size: 'max' })
      .map(objects => ({ do: 'change' as const, objects })),
  },
  { weight: 4, arbitrary: which.map(which => ({ do: 'remove' as const, which })) },
  {
    weight: 5,
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
    arbitrary: fc.record({ do: fc.constant('age' as const), which, creationTimestamp: fc.constantFrom(...AGES) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('move' as const, 'copy' as const), which, file }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const), which, isUnreadable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), file: fc.nat(100), after: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('mend' as const), file: fc.nat(100), isRestored: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settings' as const), to: orInvalid(meshSettings) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('networks' as const), to: orInvalid(meshNetworks) }) },
)

/** A mesh to begin with: some forty objects. */
export const randomMesh: fc.Arbitrary<RandomMesh> = fc
  .record({
    applications: fc.array(meshApplication, { minLength: 2, maxLength: 5, size: 'max' }),
    objects: fc.array(meshObject, { minLength: 10, maxLength: 45, size: 'max' }),
    settings: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: meshSettings }),
    networks: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: meshNetworks }),
  })
  .map(({ applications, objects, settings, networks }) => {
    const put = [...applications.flat(), ...objects].map((object, file) => ({ do: 'put' as const, object, file }))
    const edits: MeshEdit[] = [...put, { do: 'settings', to: settings }, { do: 'networks', to: networks }]
    return afterReading(edits.reduce(applyEdit, EMPTY_MESH))
  })

export function applyEdit(mesh: RandomMesh, edit: MeshEdit): RandomMesh {
  if (edit.do === 'settings') return { ...mesh, settings: settingsAfter(mesh.settings, edit.to, loadMeshConfig) }
  if (edit.do === 'networks') return { ...mesh, networks: settingsAfter(mesh.networks, edit.to, loadMeshNetworks) }
  if (edit.do === 'put') return put(mesh, edit.object, edit.file)
  if (edit.do === 'change') {
    const all = inForce(mesh)
    const object = edit.objects.find(each => all.has(idOf(each)))
    return object === undefined ? mesh : put(mesh, object, 0)
  }
  if (edit.do === 'cut' || edit.do === 'mend') return editFile(mesh, edit)
  const all = [...inForce(mesh).values()]
  const found = all[edit.which % Math.max(all.length, 1)]
  return found === undefined ? mesh : editObject(mesh, found, edit)
}

type ObjectEdit = Extract<MeshEdit, { readonly which: number }>

function editObject(mesh: RandomMesh, object: MeshObject, edit: ObjectEdit): RandomMesh {
  const id = idOf(object)
  const path = holderOf(mesh, id) ?? ''
  const { document, cluster } = object
  switch (edit.do) {
    case 'remove':
      return without(mesh, path, id)
    case 'move':
      return put(without(mesh, path, id), object, edit.file)
    case 'copy':
      return write(mesh, pathOf(cluster, edit.file), { id, document: { ...document } })
    case 'break':
      return edit.isUnreadable
        ? withFile(
            mesh,
            path,
            (mesh.files.get(path)?.written ?? []).map(each =>
              'id' in each && each.id === id ? { unreadable: UNREADABLE } : each,
            ),
          )
        : write(mesh, path, { id, document: { ...document, spec: 'nonsense' } })
    case 'age': {
      const metadata = { ...document.metadata, creationTimestamp: edit.creationTimestamp }
      return write(mesh, path, { id, document: { ...document, metadata } })
    }
    case 'label':
      return write(mesh, path, { id, document: relabelled(document, edit.key, edit.value) })
  }
}

/** Begins well and does not end. */
const UNREADABLE = '{"apiVersion": "v1", "kind": ["Serv'

function relabelled(document: MeshDocument, key: string, value: string | undefined): MeshDocument {
  const { [key]: _, ...rest } = document.metadata.labels ?? {}
  const labels = value === undefined ? rest : { ...rest, [key]: value }
  return { ...document, metadata: { ...document.metadata, labels } }
}

function editFile(mesh: RandomMesh, edit: Extract<MeshEdit, { readonly do: 'cut' | 'mend' }>): RandomMesh {
  const paths = [...mesh.files.keys()].sort()
  const path = paths[edit.file % Math.max(paths.length, 1)]
  const file = path === undefined ? undefined : mesh.files.get(path)
  if (path === undefined || file === undefined) return mesh
  if (edit.do === 'cut') return withFile(mesh, path, [...file.written.slice(0, edit.after), { unreadable: UNREADABLE }])
  const written = edit.isRestored
    ? [...file.force].map(([id, document]) => ({ id, document }))
    : file.written.filter(each => !('unreadable' in each))
  return withFile(mesh, path, written)
}

/** Into the file that has it, else into that one. */
function put(mesh: RandomMesh, object: MeshObject, file: number): RandomMesh {
  const id = idOf(object)
  const path = holderOf(mesh, id) ?? pathOf(object.cluster, file)
  return write(mesh, path, { id, document: aged(object.document, inForce(mesh).get(id)?.document) })
}

/** An object that is changed stays as old as it was, as a cluster has it. */
function aged(document: MeshDocument, before: MeshDocument | undefined): MeshDocument {
  const creationTimestamp = before?.metadata.creationTimestamp
  if (creationTimestamp === undefined) return document
  return { ...document, metadata: { ...document.metadata, creationTimestamp } }
}

/** In place of what the file says of the object, else at its end. */
function write(mesh: RandomMesh, path: string, entry: Written): RandomMesh {
  const written = mesh.files.get(path)?.written ?? []
  const isOfSame = (each: Written): boolean => 'id' in each && 'id' in entry && each.id === entry.id
  return withFile(
    mesh,
    path,
    written.some(isOfSame) ? written.map(each => (isOfSame(each) ? entry : each)) : [...written, entry],
  )
}

function without(mesh: RandomMesh, path: string, id: string): RandomMesh {
  const file = mesh.files.get(path)
  if (file === undefined) return mesh
  return withFile(
    mesh,
    path,
    file.written.filter(each => 'unreadable' in each || each.id !== id),
  )
}

function holderOf({ files }: RandomMesh, id: string): string | undefined {
  return [...files.keys()].sort().find(path => files.get(path)?.force.has(id))
}

function settingsAfter(
  before: SettingsFile,
  to: object | undefined,
  load: (text: string) => { readonly ok: boolean },
): SettingsFile {
  const text = to === undefined ? '{connectTimeout: [], networks: 5}' : JSON.stringify(to)
  return { ...before, text, force: to !== undefined && load(text).ok ? to : before.read }
}
