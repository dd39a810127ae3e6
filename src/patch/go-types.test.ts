import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GoType } from '../lang/gotypes.js'
import { structCodec } from './codec.js'
import { goStruct, goStructNames, hasGoStruct } from './go-types.js'
import { jsonFields } from './json-fields.js'

const root = resolve(import.meta.dirname, '../..')
const recorded = join(resolve(root, process.env['PILLION_CONFORMANCE_DIR'] ?? '../shared/conformance'), 'injection')

describe('the generated struct tables', () => {
  it('are closed: every struct that a field names is there, and every type can be read', () => {
    const check = (type: GoType): void => {
      if (type.kind === 'struct') expect(hasGoStruct(type.name), type.name).toBe(true)
      if ('elem' in type) check(type.elem)
    }
    for (const name of goStructNames()) {
      for (const { type } of goStruct(name).fields) check(type)
      for (const form of ['encoded', 'sparse'] as const) expect(structCodec(name, form).zero).toBeTypeOf('object')
    }
    expect(goStructNames().length).toBeGreaterThan(180)
  })

  it('hold what manifests are decoded into', () => {
    const roots = [
      'v1.Pod',
      'v1.List',
      'v1.ReplicationController',
      'v1.PodTemplateSpec',
      'apps/v1.Deployment',
      'apps/v1.DaemonSet',
      'apps/v1.ReplicaSet',
      'apps/v1.StatefulSet',
      'batch/v1.Job',
      'batch/v1.CronJob',
      'apps.openshift.io/v1.DeploymentConfig',
    ]
    expect(roots.filter(name => !hasGoStruct(name))).toEqual([])
  })

  it('keep Go names, tags and declaration order', () => {
    const fields = goStruct('v1.PodSpec').fields
    expect(fields.slice(0, 3).map(({ go, json }) => [go, json])).toEqual([
      ['Volumes', 'volumes'],
      ['InitContainers', 'initContainers'],
      ['Containers', 'containers'],
    ])
    expect(fields[0]).toMatchObject({ patchStrategy: 'merge,retainKeys', mergeKey: 'name', omitempty: true })
    expect(goStruct('v1.ObjectMeta').fields.find(({ go }) => go === 'CreationTimestamp')).toMatchObject({
      type: { kind: 'time' },
      omitzero: true,
    })
  })

  it('refuse names that nobody declared', () => {
    expect(() => goStruct('v1.Nothing')).toThrow('v1.Nothing')
    expect(hasGoStruct('toString')).toBe(false)
  })

  it('find fields as encoding/json does', () => {
    const { find, list } = jsonFields('v1.ConfigMapKeySelector')
    expect(list.map(({ json }) => json)).toEqual(['name', 'key', 'optional'])
    const cases: [string, number | undefined][] = [
      ['name', 0],
      ['NAME', 0],
      ['\u212aey', 1],
      ['keys', undefined],
      ['__proto__', undefined],
    ]
    for (const [key, at] of cases) expect(find(key), key).toBe(at)
  })
})

describe.skipIf(!existsSync(recorded))('the recorded shapes of a pod', () => {
  interface RecordedField {
    go: string
    json: string
    opts: string[]
    type: string
  }
  const shapes = existsSync(recorded)
    ? (JSON.parse(readFileSync(join(recorded, 'pod-go-types.json'), 'utf8')) as {
        type: string
        fields: RecordedField[]
      }[])
    : []
  /** Types that print themselves have no table. */
  const known = shapes.filter(({ type }) => hasGoStruct(type))

  it('agree with the tables field by field', () => {
    expect(known.length).toBeGreaterThan(120)
    for (const { type, fields } of known) {
      const ours = goStruct(type).fields.map(({ go, json, omitempty, omitzero, inline, type }) => ({
        go,
        json,
        opts: [omitempty && 'omitempty', omitzero && 'omitzero', inline && 'inline'].filter(Boolean).sort(),
        shape: shapeOf(type),
      }))
      const theirs = fields.map(field => ({
        go: field.go,
        json: field.json,
        opts: [...(field.opts ?? [])].sort(),
        shape: recordedShape(field.type),
      }))
      expect(ours, type).toEqual(theirs)
    }
  })

  it('leave out only types that print themselves', () => {
    const without = shapes.filter(({ type }) => !hasGoStruct(type)).map(({ type }) => type)
    expect(without.sort()).toEqual(['intstr.IntOrString', 'resource.Quantity', 'time.Time', 'v1.FieldsV1', 'v1.Time'])
  })

  it('agree on patch strategies and merge keys', () => {
    const { podFieldSchema } = JSON.parse(readFileSync(join(recorded, 'strategic-merge.json'), 'utf8')) as {
      podFieldSchema: { path: string; patchStrategy: string; mergeKey: string }[]
    }
    const checked = podFieldSchema.filter(({ path, patchStrategy, mergeKey }) => {
      const field = fieldAt(path)
      if (field === undefined) return false
      expect([field.patchStrategy ?? '', field.mergeKey ?? ''], path).toEqual([patchStrategy, mergeKey])
      return true
    })
    expect(checked.length).toBe(podFieldSchema.length)
  })

  function fieldAt(path: string) {
    let name = 'v1.Pod'
    let field: ReturnType<typeof jsonFields>['list'][number] | undefined
    for (const key of path.split('.')) {
      field = jsonFields(name).list.find(({ json }) => json === key)
      let type = field?.type
      while (type !== undefined && 'elem' in type) type = type.elem
      if (type?.kind === 'struct') name = type.name
    }
    return field
  }
})

/** How a type nests, without the names of scalars: `*`, `[]`, `{}` and the struct or `scalar`. */
function shapeOf(type: GoType): string {
  if (type.kind === 'ptr') return `*${shapeOf(type.elem)}`
  if (type.kind === 'slice') return `[]${shapeOf(type.elem)}`
  if (type.kind === 'map') return `{}${shapeOf(type.elem)}`
  return type.kind === 'struct' ? type.name : 'scalar'
}

function recordedShape(type: string): string {
  if (type.startsWith('*')) return `*${recordedShape(type.slice(1))}`
  if (type.startsWith('[]')) return `[]${recordedShape(type.slice(2))}`
  if (type.startsWith('map[')) return `{}${recordedShape(type.slice(type.indexOf(']') + 1))}`
  if (type === 'v1.ResourceList') return '{}scalar'
  return hasGoStruct(type) ? type : 'scalar'
}
