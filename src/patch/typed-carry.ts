import { emptyObject, equalJson, isJsonObject, type Json, type JsonArray, type JsonObject } from '../lang/json.js'
import { carryChanges } from './carry.js'
import type { JsonFields } from './json-fields.js'
import type { Codec, Decoding } from './scalar-codecs.js'

/**
 * `carryChanges` for values that are read, but not yet printed: it prints both and carries the difference. What is the same
 * object in both is not gone through at all, and of a pod that is injected that is nearly all: printing the pod before and after,
 * and comparing them, took an eighth of an injection.
 */
export type Carry = (received: Json, before: Json, after: Json, decoding: Decoding) => Json

/** A field of a struct under compilation. */
export interface Slot {
  readonly json: string
  readonly omitempty: boolean
  readonly omitzero: boolean
  readonly isEmbedded: boolean
  readonly codec: Codec
  /** What stands there when the field is not in the input; undefined: nothing. */
  readonly absent: Json | undefined
}

export interface StructFields {
  readonly fields: JsonFields
  readonly slots: readonly Slot[]
  /** The value of a field printed; undefined where it is left out. */
  readonly print: (slot: Slot, value: Json, decoding: Decoding) => Json | undefined
}

/** By printing both. */
function carryPrinted({ convert }: Codec, received: Json, before: Json, after: Json, decoding: Decoding): Json {
  return carryChanges(received, convert(before, decoding), convert(after, decoding))
}

/** `codec` is the struct's own; `before` has its fields under their declared names, `after` may have others that were merged in. */
export function structCarry({ fields, slots, print }: StructFields, own: () => Codec): Carry {
  return (received, before, after, decoding) => {
    if (before === after) return received
    if (!isJsonObject(received) || !isJsonObject(before) || !isJsonObject(after))
      return carryPrinted(own(), received, before, after, decoding)
    const added = additions(received, before, after, decoding)
    if (added === undefined) return carryPrinted(own(), received, before, after, decoding)
    const result = emptyObject()
    let isSame = added.length === 0
    for (const key in received) {
      const was = received[key]!
      const carried = before[key] === after[key] ? was : carryField(key, was, before[key], after[key], decoding)
      if (carried !== was) isSame = false
      if (carried !== undefined) result[key] = carried
    }
    if (isSame) return received
    for (const { at, value } of added) result[slots[at]!.json] = value
    return result
  }

  /** Undefined: the field goes. */
  function carryField(
    key: string,
    received: Json,
    before: Json | undefined,
    after: Json | undefined,
    decoding: Decoding,
  ): Json | undefined {
    const at = fields.exact(key)
    if (at === undefined) return received
    const { carry } = slots[at]!.codec
    if (carry !== undefined && isFilled(before) && isFilled(after)) return carry(received, before, after, decoding)
    const [old, now] = [printed(at, before, decoding), printed(at, after, decoding)]
    if (now === undefined) return old === undefined ? received : undefined
    return carryChanges(received, old, now)
  }

  function printed(at: number, value: Json | undefined, decoding: Decoding): Json | undefined {
    const slot = slots[at]!
    return value === undefined ? slot.absent : print(slot, value, decoding)
  }

  /** Fields that were not received and have become something, in order of declaration; undefined where that cannot be told by names. */
  function additions(
    received: JsonObject,
    before: JsonObject,
    after: JsonObject,
    decoding: Decoding,
  ): { readonly at: number; readonly value: Json }[] | undefined {
    const added: { at: number; value: Json }[] = []
    for (const key in after) {
      if (before[key] === after[key]) continue
      const at = fields.exact(key)
      if (at === undefined) {
        // Spelled otherwise it is the field all the same.
        if (fields.find(key) !== undefined) return undefined
        continue
      }
      if (Object.hasOwn(received, key)) continue
      const value = printed(at, after[key], decoding)
      // An empty field that only typing brings in is not worth a patch.
      if (value === undefined || equalJson(printed(at, before[key], decoding), value)) continue
      added.push({ at, value })
    }
    for (const key in before) {
      if (after[key] !== undefined || Object.hasOwn(received, key)) continue
      if (slots[fields.exact(key) ?? -1]?.absent !== undefined) return undefined
    }
    return added.length < 2 ? added : added.sort((a, b) => a.at - b.at)
  }
}

/** Lists of structs that all have names are followed item by item. */
export function listCarry(elem: () => Codec, own: () => Codec): Carry {
  return (received, before, after, decoding) => {
    if (before === after) return received
    const carried =
      Array.isArray(received) && Array.isArray(before) && Array.isArray(after) && received.length === before.length
        ? carryNamed(received, before, after, elem(), decoding)
        : undefined
    return carried ?? carryPrinted(own(), received, before, after, decoding)
  }
}

/** Undefined where a name is missing, or there twice. An empty one may not be printed. */
function carryNamed(
  received: JsonArray,
  before: JsonArray,
  after: JsonArray,
  elem: Codec,
  decoding: Decoding,
): JsonArray | undefined {
  const { carry } = elem
  const places = new Map<string, number>()
  for (let i = 0; i < before.length; i++) {
    const name = nameOf(before[i]!)
    if (name === undefined || places.has(name)) return undefined
    places.set(name, i)
  }
  if (carry === undefined) return undefined
  let isSame = after.length === received.length
  const result: JsonArray = []
  for (let i = 0; i < after.length; i++) {
    const item = after[i]!
    const name = nameOf(item)
    if (name === undefined) return undefined
    const at = places.get(name)
    const value = at === undefined ? elem.convert(item, decoding) : carry(received[at]!, before[at]!, item, decoding)
    // The name may be spelled twice, once otherwise.
    if (at === undefined && nameOf(value) !== name) return undefined
    if (value !== received[i]) isSame = false
    result.push(value)
  }
  return isSame ? received : result
}

function nameOf(item: Json): string | undefined {
  const name = isJsonObject(item) && Object.hasOwn(item, 'name') ? item['name'] : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** A map or a list with something in it: nothing that printing may leave out. */
function isFilled(value: Json | undefined): value is JsonObject | JsonArray {
  return typeof value === 'object' && value !== null && (!Array.isArray(value) || value.length > 0)
}
