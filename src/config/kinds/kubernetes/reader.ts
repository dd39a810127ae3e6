import { isJsonObject, type Json, type JsonObject } from '../../../lang/json.js'

/** Readers of loosely typed documents: what is absent or of another type reads as nothing. */
export function child(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : NOTHING
}

const NOTHING: JsonObject = Object.freeze(Object.create(null))

export function textAt(object: JsonObject, key: string): string {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}

export function numberAt(object: JsonObject, key: string): number {
  const value = object[key]
  return typeof value === 'number' ? value : 0
}

export function boolAt(object: JsonObject, key: string): boolean | undefined {
  const value = object[key]
  return typeof value === 'boolean' ? value : undefined
}

export function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

export function textsAt(object: JsonObject, key: string): string[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

/** A map of text to text; numbers and booleans are kept as their text, as people forget the quotes. */
export function textMap(value: Json | undefined): Readonly<Record<string, string>> {
  const result = Object.create(null) as Record<string, string>
  if (!isJsonObject(value)) return result
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (typeof item === 'string') result[key] = item
    else if (typeof item === 'number' || typeof item === 'boolean') result[key] = String(item)
  }
  return result
}

/** The same object without its empty values (empty text, false, undefined, empty lists): views stay small. */
export function withoutEmpty<T extends object>(object: T): T {
  for (const key of Object.keys(object) as (keyof T)[]) {
    const value = object[key]
    if (value === '' || value === undefined || value === false) delete object[key]
    else if (Array.isArray(value) && value.length === 0) delete object[key]
  }
  return object
}
