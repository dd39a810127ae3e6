import { type ConfigObject, isSameObject } from '../config/object.js'
import { equalJson, type Json } from '../lang/json.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import type { ObjectChange } from './diff.js'
import type { ConfigName } from './resources.js'
import { idOf } from './resources-trace.js'
import type { Places } from './visibility-facts.js'

/** One of two configurations. */
export interface DiffSide {
  readonly graph: XdsGraph
  readonly places: Places
  readonly objects: () => Iterable<{ readonly cluster: string; readonly object: ConfigObject }>
}

export type ObjectChanges = ReadonlyMap<string, Omit<ObjectChange, 'hasEffect'>>

/** Objects, fields of the mesh config, and networks that differ, by id (`idOf`). Where something only moved is no difference. */
export function changedObjects(before: DiffSide, after: DiffSide): ObjectChanges {
  const [was, is] = [objectsOf(before), objectsOf(after)]
  const changes = new Map<string, Omit<ObjectChange, 'hasEffect'>>()
  for (const [id, { name, object }] of was) {
    const now = is.get(id)
    if (now === undefined) changes.set(id, { change: 'removed', object: { ...name, source: object.source } })
    else if (!isSameObject(object, now.object))
      changes.set(id, { change: 'changed', object: { ...name, source: now.object.source } })
  }
  for (const [id, { name, object }] of is)
    if (!was.has(id)) changes.set(id, { change: 'added', object: { ...name, source: object.source } })
  for (const change of changedSettings(before, after)) changes.set(idOf(change.object), change)
  return changes
}

interface NamedObject {
  readonly name: ConfigName
  readonly object: ConfigObject
}

function objectsOf({ graph, objects }: DiffSide): ReadonlyMap<string, NamedObject> {
  const { cluster: clusterKinds } = graph.tables.inputs
  const found = new Map<string, NamedObject>()
  for (const { cluster, object } of objects()) {
    const { type, namespace, name } = object
    const config = { type, cluster: Object.hasOwn(clusterKinds, type) ? cluster : '', namespace, name }
    found.set(idOf(config), { name: config, object })
  }
  return found
}

function changedSettings(before: DiffSide, after: DiffSide): Omit<ObjectChange, 'hasEffect'>[] {
  const [was, is] = [settingsOf(before), settingsOf(after)]
  const networks = [networksOf(before), networksOf(after)] as const
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()
  const changed = fields.filter(field => !equalJson(was[field], is[field]))
  const whole = (type: string, name: string, side: DiffSide) => {
    const config = { type, cluster: '', namespace: '', name }
    return { ...config, source: side.places.meshField(name) ?? side.places.sourceOf({ ...config, name: '' }) }
  }
  return [
    ...changed.map(field => {
      const side = after.places.meshField(field) === undefined ? before : after
      return { change: 'changed' as const, object: whole('MeshConfig', field, side) }
    }),
    ...(equalJson(...networks) ? [] : [{ change: 'changed' as const, object: whole('MeshNetworks', '', after) }]),
  ]
}

function settingsOf({ graph }: DiffSide): Readonly<Record<string, Json>> {
  const { settings } = graph.tables.inputs
  return (graph.engine.read(read => read.one(settings, 'mesh')) ?? {}) as Record<string, Json>
}

function networksOf({ graph }: DiffSide): Json {
  const { networks } = graph.tables.inputs
  return (graph.engine.read(read => read.one(networks, 'mesh')) ?? {}) as Json
}
