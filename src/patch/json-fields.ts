import type { GoField } from '../lang/gotypes.js'
import { goStruct } from './go-types.js'

export interface JsonField extends GoField {
  /** Declared by an embedded struct. YAML's type-directed reading does not see these, nor anything below them. */
  readonly isEmbedded: boolean
}

/** The fields of a struct as they stand in its JSON object: embedded structs are flattened in place. */
export interface JsonFields {
  readonly list: readonly JsonField[]
  /** Position in `list` of the field of exactly that name. */
  exact(key: string): number | undefined
  /** Position in `list` of the field that Go's encoding/json picks for a key: the exact name, else the same without case. */
  find(key: string): number | undefined
}

const known = new Map<string, JsonFields>()

export function jsonFields(structName: string): JsonFields {
  let fields = known.get(structName)
  if (fields === undefined) known.set(structName, (fields = indexFields(flatten(structName))))
  return fields
}

function flatten(structName: string, isEmbedded = false): JsonField[] {
  return goStruct(structName).fields.flatMap(field =>
    field.inline && field.type.kind === 'struct' ? flatten(field.type.name, true) : [{ ...field, isEmbedded }],
  )
}

function indexFields(list: readonly JsonField[]): JsonFields {
  const exact = new Map(list.map((field, at) => [field.json, at]))
  const folded = new Map(list.map((field, at) => [foldCase(field.json), at]))
  return { list, exact: key => exact.get(key), find: key => exact.get(key) ?? folded.get(foldCase(key)) }
}

/** Field names are ASCII; these two are the only other letters that Unicode folds onto ASCII ones. */
function foldCase(text: string): string {
  return text
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase()
}
