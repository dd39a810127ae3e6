import type { GoType } from '../lang/gotypes.js'
import { type JsonField, jsonFields } from './json-fields.js'
import { refuse } from './merge-context.js'

/** What the patch tags say about a field, and the type of what is in it. */
export interface PatchField {
  /** Lists: items are merged instead of the list being replaced. Maps merge unless this is `replace`. */
  readonly strategy: 'merge' | 'replace' | ''
  /** Which field tells the items of a merged list apart; empty for lists of scalars. */
  readonly mergeKey: string
  readonly type: GoType
}

/** The patch tags of a key in a value of the type. Types that are no structs have none, nor have unknown keys: the merge is refused. */
export function patchField(type: GoType, key: string): PatchField {
  const target = type.kind === 'ptr' ? type.elem : type
  if (target.kind !== 'struct') {
    refuse(`cannot merge ${JSON.stringify(key)}: a ${kindName(target)} has no fields to merge by`)
  }
  const fields = jsonFields(target.name)
  const field = fields.list[fields.find(key) ?? -1]
  if (field === undefined) refuse(`${target.name} has no field ${JSON.stringify(key)} to merge by`)
  let known = tags.get(field)
  if (known === undefined) {
    known = { strategy: strategyOf(field.patchStrategy), mergeKey: field.mergeKey ?? '', type: field.type }
    tags.set(field, known)
  }
  return known
}

/** Fields are those of Go's declarations, so there are as many as those have. */
const tags = new WeakMap<JsonField, PatchField>()

/** The same for a list: `type` is that of its items. */
export function patchListField(type: GoType, key: string): PatchField {
  const field = patchField(type, key)
  const target = field.type.kind === 'ptr' ? field.type.elem : field.type
  if (target.kind === 'slice') return { ...field, type: target.elem }
  if (field.type.kind === 'ptr') return { ...field, type: target }
  return refuse(`cannot merge a list into ${JSON.stringify(key)}, a ${kindName(target)}`)
}

/** `retainKeys` is left out: it says what a client may send, the `$retainKeys` directive alone has an effect here. */
function strategyOf(tag: string | undefined): PatchField['strategy'] {
  const strategies = (tag ?? '').split(',').filter(strategy => strategy !== 'retainKeys')
  return strategies[0] === 'merge' || strategies[0] === 'replace' ? strategies[0] : ''
}

function kindName(type: GoType): string {
  return type.kind === 'struct' ? type.name : type.kind === 'slice' ? 'list' : type.kind
}
