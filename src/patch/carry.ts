import { emptyObject, equalJson, isJsonObject, type Json, type JsonArray, type JsonObject } from '../lang/json.js'

/**
 * What `received` becomes if the change from `before` to `after` happens to it. `before` is `received` read and written by
 * rules of types: fields that Pillion does not know are gone from it, numbers are canonical, empty fields appear. Those are
 * no changes of the injection, and stay as they came. The result shares what is unchanged with `received`.
 */
export function carryChanges(received: Json | undefined, before: Json | undefined, after: Json): Json {
  if (received === undefined) return after
  if (equalJson(before, after)) return received
  if (isJsonObject(received) && isJsonObject(before) && isJsonObject(after)) return carryObject(received, before, after)
  if (Array.isArray(received) && Array.isArray(before) && Array.isArray(after))
    return carryList(received, before, after)
  return after
}

function carryObject(received: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const result = emptyObject()
  for (const key in received) {
    const isKnown = Object.hasOwn(before, key)
    if (!isKnown && !Object.hasOwn(after, key)) result[key] = received[key]!
    else if (Object.hasOwn(after, key))
      result[key] = carryChanges(received[key], isKnown ? before[key] : undefined, after[key]!)
  }
  for (const key in after) {
    if (Object.hasOwn(received, key)) continue
    // An empty field that only typing brought in is not worth a patch.
    if (Object.hasOwn(before, key) && equalJson(before[key], after[key])) continue
    result[key] = after[key]!
  }
  return result
}

/** Items are followed by name where they have one, else by place. */
function carryList(received: JsonArray, before: JsonArray, after: JsonArray): JsonArray {
  if (received.length !== before.length) return after
  const places = new Map<Json, number>()
  for (const [index, item] of before.entries()) {
    const name = nameOf(item)
    if (name !== undefined && !places.has(name)) places.set(name, index)
  }
  return after.map((item, index) => {
    const name = nameOf(item)
    const at = name === undefined ? index : places.get(name)
    return at === undefined || at >= before.length ? item : carryChanges(received[at], before[at], item)
  })
}

function nameOf(item: Json): Json | undefined {
  return isJsonObject(item) && Object.hasOwn(item, 'name') ? item['name'] : undefined
}
