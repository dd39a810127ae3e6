// Strategic merge and the field table behind it; selectors of rendered webhook configurations.
import type { GoField, GoType } from '../../../src/lang/gotypes.js'
import type { Json, JsonObject } from '../../../src/lang/json.js'
import { matchesSelector, parseLabelSelector } from '../../../src/lang/selector.js'
import { parseYaml } from '../../../src/lang/yaml/index.js'
import { decodeTyped, encodeTyped, goStruct, strategicMerge } from '../../../src/patch/index.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, jsonDifference } from '../difference.js'
import { must } from './core.js'
import { tableOf } from './steps.js'

interface MergeFile {
  readonly base: JsonObject
  readonly cases?: MergeCase[]
  readonly podFieldSchema?: SchemaRow[]
}

interface MergeCase {
  readonly name: string
  readonly patchYAML: string
  readonly merged?: JsonObject
  readonly typed?: JsonObject
  readonly typedError?: string
  readonly error?: string
}

interface SchemaRow {
  readonly path: string
  readonly patchStrategy: string
  readonly mergeKey: string
}

export function mergePatchTables(data: DataFolder): Table[] {
  const file = data.json<MergeFile>('strategic-merge.json')
  const schema = (file.podFieldSchema ?? []).map(row => ({ ...row, name: row.path }))
  return [
    tableOf('strategic-merge/cases', file.cases, row => checkMerge(file.base, row)),
    tableOf('strategic-merge/podFieldSchema', schema, ({ path, patchStrategy, mergeKey }) => {
      const field = fieldAt(path.split('.'))
      if (field === undefined) return 'there is no such field'
      return jsonDifference(
        { patchStrategy, mergeKey },
        { patchStrategy: field.patchStrategy ?? '', mergeKey: field.mergeKey ?? '' },
      )
    }),
  ]
}

function checkMerge(base: JsonObject, row: MergeCase): Failure {
  const merged = strategicMerge(base, must(parseYaml(row.patchYAML)), 'v1.Pod')
  if (row.error !== undefined) return merged.ok ? expectedError(row.error, merged.value) : undefined
  const value = must(merged)
  const typed = decodeTyped('v1.Pod', value)
  const difference = row.merged === undefined ? undefined : jsonDifference(row.merged, value)
  if (difference !== undefined) return difference
  if (row.typedError !== undefined) return typed.ok ? expectedError(row.typedError, typed.value) : undefined
  return jsonDifference(row.typed, encodeTyped('v1.Pod', must(typed)))
}

/** The last field of a path of JSON names below Pod; lists and pointers are looked through. */
function fieldAt(path: readonly string[]): GoField | undefined {
  let struct: string | undefined = 'v1.Pod'
  let field: GoField | undefined
  for (const name of path) {
    field = struct === undefined ? undefined : fieldsOf(struct).find(({ json }) => json === name)
    struct = field === undefined ? undefined : structName(field.type)
  }
  return field
}

function fieldsOf(struct: string): GoField[] {
  return goStruct(struct).fields.flatMap(field => {
    const inner = structName(field.type)
    return field.inline && inner !== undefined ? fieldsOf(inner) : [field]
  })
}

function structName(type: GoType): string | undefined {
  if (type.kind === 'struct') return type.name
  return 'elem' in type ? structName(type.elem) : undefined
}

interface SelectorRow {
  readonly install: string
  readonly namespaceLabels: Readonly<Record<string, string>>
  readonly podLabels: Readonly<Record<string, string>>
  readonly matches: readonly string[]
}

interface InstallRow {
  readonly name: string
  readonly kind: string
  readonly object: string
  readonly file: string
}

interface Entry {
  readonly name: string
  readonly namespaceSelector?: Json
  readonly objectSelector?: Json
}

export function selectorTable(data: DataFolder): Table {
  const installs = data.json<InstallRow[]>('install.json').filter(({ kind }) => kind === 'MutatingWebhookConfiguration')
  const known = new Map<string, Entry[]>()
  const rows = data.json<SelectorRow[]>('selector-matrix.json').map(row => ({
    ...row,
    name: `${row.install} ns=${JSON.stringify(row.namespaceLabels)} pod=${JSON.stringify(row.podLabels)}`,
  }))
  return tableOf('selector-matrix', rows, row => {
    let entries = known.get(row.install)
    if (entries === undefined) known.set(row.install, (entries = entriesOf(data, installs, row.install)))
    const matching = entries.filter(
      ({ namespaceSelector, objectSelector }) =>
        selects(namespaceSelector, row.namespaceLabels) && selects(objectSelector, row.podLabels),
    )
    return jsonDifference([...row.matches].sort(), matching.map(({ name }) => name).sort())
  })
}

/** Every entry of every webhook configuration of one installation, as `object/entry`. */
function entriesOf(data: DataFolder, installs: readonly InstallRow[], install: string): Entry[] {
  return installs
    .filter(({ name }) => name === install)
    .flatMap(({ object, file }) => {
      const manifest = must(parseYaml(data.text(file))) as unknown as { webhooks: Entry[] }
      return manifest.webhooks.map(entry => ({ ...entry, name: `${object}/${entry.name}` }))
    })
}

/** An absent selector selects everything, as in Kubernetes. */
function selects(selector: Json | undefined, labels: Readonly<Record<string, string>>): boolean {
  const parsed = parseLabelSelector(selector ?? {})
  if (!parsed.ok) throw new Error(parsed.error)
  return matchesSelector(parsed.value, labels)
}
