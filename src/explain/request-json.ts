import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'

/** Fields of a message in proto3 JSON; what is absent, or of another type, is empty. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value ?? null) ? (value as JsonObject) : {}
}

export function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const value: Json | undefined = Object.hasOwn(object, key) ? object[key] : undefined
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

export function textsAt(object: JsonObject, key: string): string[] {
  const value: Json | undefined = object[key]
  return Array.isArray(value) ? value.map(String) : []
}

export function textAt(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : ''
}
