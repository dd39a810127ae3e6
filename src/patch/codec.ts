import type { GoType } from '../lang/gotypes.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { isShared, share } from '../lang/shared-json.js'
import { type JsonField, jsonFields } from './json-fields.js'
import { setOwn } from './json-object.js'
import { type Codec, codecOf, type Decoding, fail, scalarCodec } from './scalar-codecs.js'
import { listCarry, type Slot, structCarry } from './typed-carry.js'

/** `encoded`: as Go prints the struct. `sparse`: only what was written, for those who read through the Go shapes. */
export type Form = 'encoded' | 'sparse'

const compiled: Record<Form, Map<string, Codec>> = { encoded: new Map(), sparse: new Map() }

/** The codec of a struct, compiled at first use and once per form. */
export function structCodec(name: string, form: Form): Codec {
  let codec = compiled[form].get(name)
  if (codec === undefined) compiled[form].set(name, (codec = keptConversions(compileStruct(name, form))))
  return codec
}

function compileType(type: GoType, form: Form): Codec {
  switch (type.kind) {
    case 'ptr':
      return pointer(later(type.elem, form), type.elem)
    case 'slice':
      return keptConversions(slice(later(type.elem, form), type.elem))
    case 'map':
      return keptConversions(map(later(type.elem, form)))
    case 'struct':
      return structCodec(type.name, form)
    default:
      return scalarCodec(type.kind)
  }
}

/** What is behind a pointer or in a list compiles when it is first met: a pod uses a tenth of what it may hold. */
function later(type: GoType, form: Form): () => Codec {
  let codec: Codec | undefined
  return () => (codec ??= compileType(type, form))
}

/**
 * Converts shared values (lang/shared-json.ts) once: most of what templates make is the same for all pods. Results are shared
 * themselves, so that the next pass finds them as well. Reading YAML by type and looking for the place of a failure depend on
 * more than the value, and are left alone.
 */
function keptConversions(codec: Codec): Codec {
  const known = new WeakMap<object, Json>()
  const { convert } = codec
  const kept: Codec['convert'] = (value, decoding) => {
    if (typeof value !== 'object' || value === null || decoding.fromYaml || decoding.failure !== undefined) {
      return convert(value, decoding)
    }
    const kept = known.get(value)
    if (kept !== undefined) return kept
    const converted = convert(value, decoding)
    if (isShared(value) && decoding.failure === undefined) known.set(value, share(converted))
    return converted
  }
  return codecOf(codec.zero, codec.isEmpty, kept, codec.carry)
}

const isNil = (printed: Json): boolean => printed === null

function pointer(elem: () => Codec, { kind }: GoType): Codec {
  return codecOf(
    null,
    isNil,
    (value, decoding) => (value === null ? null : elem().convert(value, decoding)),
    kind === 'struct'
      ? (received, before, after, decoding) => elem().carry!(received, before, after, decoding)
      : undefined,
  )
}

function slice(elem: () => Codec, { kind }: GoType): Codec {
  const codec: Codec = codecOf(
    null,
    printed => printed === null || (Array.isArray(printed) && printed.length === 0),
    (value, decoding) => {
      if (Array.isArray(value)) return convertItems(value, elem(), decoding)
      if (value !== null) fail(decoding, 'a list', value)
      return null
    },
    kind === 'struct' ? listCarry(elem, () => codec) : undefined,
  )
  return codec
}

function convertItems(value: Json[], elem: Codec, decoding: Decoding): Json[] {
  let changed: Json[] | undefined
  for (let i = 0; i < value.length; i++) {
    decoding.trail?.push(i)
    const item = elem.convert(value[i]!, decoding)
    decoding.trail?.pop()
    if (item !== value[i]) {
      changed ??= value.slice()
      changed[i] = item
    }
  }
  return changed ?? value
}

function map(elem: () => Codec): Codec {
  return codecOf(
    null,
    printed => printed === null || hasNoKeys(printed),
    (value, decoding) => {
      if (isJsonObject(value)) return convertEntries(value, elem(), decoding)
      if (value !== null) fail(decoding, 'a map', value)
      return null
    },
  )
}

function hasNoKeys(printed: Json): boolean {
  for (const _ in printed as JsonObject) return false
  return true
}

function convertEntries(value: JsonObject, elem: Codec, decoding: Decoding): JsonObject {
  const keys: string[] = []
  const items: Json[] = []
  let isSame = true
  let last = ''
  for (const key in value) {
    const written = value[key]!
    decoding.trail?.push(key)
    const item = elem.convert(written, decoding)
    decoding.trail?.pop()
    keys.push(key)
    items.push(item)
    if (item !== written || last > key) isSame = false
    last = key
  }
  return isSame ? value : sortedMap(keys, items)
}

function sortedMap(keys: readonly string[], items: readonly Json[]): JsonObject {
  const order = keys.map((_, at) => at).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1))
  const sorted: JsonObject = {}
  for (const at of order) setOwn(sorted, keys[at]!, items[at]!)
  return sorted
}

function compileStruct(name: string, form: Form): Codec {
  const fields = jsonFields(name)
  const slots = fields.list.map((field): Slot => compileSlot(field, form))
  const required = slots.filter(slot => slot.absent !== undefined).length
  const zero = deepFreeze(assemble(slots, []))
  const codec: Codec = codecOf(
    zero,
    () => false,
    (value, decoding) => {
      if (isJsonObject(value)) return convertStruct(value, decoding)
      if (value !== null) fail(decoding, 'a map', value)
      return zero
    },
    structCarry({ fields, slots, print: convertField }, () => codec),
  )
  return codec

  function convertStruct(value: JsonObject, decoding: Decoding): Json {
    const found: (Json | undefined)[] = new Array(slots.length)
    let isSame = true
    let missing = required
    let last = -1
    // No object here inherits anything that could be met, and V8 reads by place what it goes through like this.
    for (const key in value) {
      const written = value[key]!
      const at = fields.find(key)
      if (at === undefined) {
        isSame = false
        continue
      }
      const slot = slots[at]!
      // The same field spelled twice: Go reads the second on top of the first.
      const input = found[at] === undefined ? written : layOver(found[at], written)
      const { fromYaml } = decoding
      if (slot.isEmbedded) decoding.fromYaml = false
      decoding.trail?.push(key)
      const printed = convertField(slot, input, decoding)
      decoding.trail?.pop()
      decoding.fromYaml = fromYaml
      found[at] = printed
      if (printed !== written || at <= last || slot.json !== key) isSame = false
      else if (slot.absent !== undefined) missing--
      last = at
    }
    return isSame && missing === 0 ? value : assemble(slots, found)
  }

  function convertField({ omitempty, omitzero, codec }: Slot, input: Json, decoding: Decoding): Json | undefined {
    if (form === 'sparse') return input === null ? undefined : codec.convert(input, decoding)
    const printed = codec.convert(input, decoding)
    if (omitempty && codec.isEmpty(printed)) return undefined
    return omitzero && printed === null ? undefined : printed
  }
}

function compileSlot(field: JsonField, form: Form): Slot {
  const codec = compileType(field.type, form)
  const isLeftOut = form === 'sparse' || (field.omitempty && codec.isEmpty(codec.zero)) || field.omitzero
  const { json, omitempty, omitzero, isEmbedded } = field
  return { json, omitempty, omitzero, isEmbedded, codec, absent: isLeftOut ? undefined : codec.zero }
}

function assemble(slots: readonly Slot[], found: readonly (Json | undefined)[]): JsonObject {
  const object: JsonObject = {}
  for (let at = 0; at < slots.length; at++) {
    const value = found[at] ?? (found[at] === null ? null : slots[at]!.absent)
    if (value !== undefined) object[slots[at]!.json] = value
  }
  return object
}

function layOver(first: Json, second: Json): Json {
  if (!isJsonObject(first) || !isJsonObject(second)) return second === null ? first : second
  const merged: JsonObject = { ...first }
  for (const key of Object.keys(second)) {
    setOwn(merged, key, Object.hasOwn(merged, key) ? layOver(merged[key]!, second[key]!) : second[key]!)
  }
  return merged
}

function deepFreeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) deepFreeze(item)
  Object.freeze(value)
  return value
}
