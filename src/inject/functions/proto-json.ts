import { type ProtoField, protoFields } from '../../config/proto-json.js'
import { DEFAULT_PROXY_CONFIG, PROXY_CONFIG, toJson } from '../../config/proxy-config.js'
import { equalJson, isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import { decodedJson, encodeJson, GoObject, type GoValue } from '../../template/index.js'
import { MessageView } from '../views/message.js'

/**
 * A message as proto3 JSON: fields in declaration order, map keys sorted. Of a ProxyConfig only what differs from the built-in
 * defaults is written, which keeps PROXY_CONFIG short.
 */
export function protoToJson(message: GoValue): string {
  if (!(message instanceof GoObject) || message.isNil) return '{}'
  if (!(message instanceof MessageView) || message.message === null) return encodeJson(message)
  const shown = message.name === PROXY_CONFIG ? withoutDefaults(message.message) : message.message
  return encodeMessage(message.name, shown)
}

function withoutDefaults(config: JsonObject): JsonObject {
  const defaults = toJson(DEFAULT_PROXY_CONFIG)
  const kept: JsonObject = Object.create(null)
  for (const key of Object.keys(config)) {
    const isDefault = Object.hasOwn(defaults, key) && equalJson(config[key], defaults[key])
    if (!isDefault) kept[key] = config[key] ?? null
  }
  return kept
}

function encodeMessage(name: string, message: JsonObject): string {
  const parts: string[] = []
  for (const field of protoFields(name)) {
    if (!Object.hasOwn(message, field.json)) continue
    parts.push(`${encodeJson(field.json)}:${encodeField(field, message[field.json] ?? null)}`)
  }
  return `{${parts.join(',')}}`
}

function encodeField(field: ProtoField, value: Json): string {
  if (field.label === 'list' && Array.isArray(value)) {
    return `[${value.map(item => encodeSingle(field, item)).join(',')}]`
  }
  if (field.label === 'map' && isJsonObject(value)) return encodeMap(field, value)
  return encodeSingle(field, value)
}

function encodeMap(field: ProtoField, value: JsonObject): string {
  if (field.type.kind !== 'message') return encodeJson(decodedJson(value))
  const entries = Object.keys(value).sort()
  return `{${entries.map(key => `${encodeJson(key)}:${encodeSingle(field, value[key] ?? null)}`).join(',')}}`
}

function encodeSingle({ type }: ProtoField, value: Json): string {
  const isOwnMessage = type.kind === 'message' && !type.name.startsWith('google.protobuf.')
  return isOwnMessage && isJsonObject(value) ? encodeMessage(type.name, value) : encodeJson(value)
}
