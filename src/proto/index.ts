/**
 * Protobuf messages are plain objects in canonical proto3 JSON: lowerCamelCase names, enum names, `"1.5s"` durations,
 * base64 bytes, `Any` as the message itself with `@type`. That is the form of Envoy's documentation, of `config_dump` and of
 * goldens, so translators, EnvoyFilter patches, `render` and `diff` all speak it. `encode` goes straight from it to the wire
 * (docs/adr/0007-protobuf.md has the measurements).
 */
import { decode as decodeAny } from './decode.js'
import { declareConstant, encode as encodeAny } from './encode.js'
import type { Any, Messages } from './envoy-types.generated.js'

export { ProtoError } from './error.js'

export type { Any, Messages }

/** The JSON of a message by its full name: checked for those that translators make, any object for the others. */
export type MessageOf<N extends string> = N extends keyof Messages ? Messages[N] : object

const PREFIX = 'type.googleapis.com/'

/** `type.googleapis.com/<typeName>`, what stands in `@type`. */
export function typeUrl<N extends string>(typeName: N): `type.googleapis.com/${N}` {
  return `${PREFIX}${typeName}`
}

/**
 * The wire form of a message. Fields are written in the order of their numbers and maps in the order of their keys, so that
 * equal messages have equal bytes whatever the order they were built in. Throws ProtoError, with the path, on what the type
 * does not have.
 */
export function encode<N extends string>(typeName: N, message: MessageOf<N>): Uint8Array {
  return encodeAny(typeName, message)
}

/**
 * A message in canonical proto3 JSON; values that mean the same as absence are absent. An `Any` of a type that is not known
 * here is `{"@type": url, "value": base64}`. Objects have no prototype. Throws ProtoError for bytes that are no such message;
 * fields that the type does not have are skipped.
 */
export function decode<N extends string>(typeName: N, bytes: Uint8Array): MessageOf<N> {
  return decodeAny(typeName, bytes) as MessageOf<N>
}

/**
 * A message that is part of many: it never changes (it is frozen), so its wire form is made once, where it first stands in
 * another message.
 */
export function constant<T extends object>(message: T): T {
  return declareConstant(message)
}

/** A message as it stands in a field of type `google.protobuf.Any`. Not for the well-known types, whose JSON is no object. */
export function packAny<N extends string>(typeName: N, message: MessageOf<N>): MessageOf<N> & Any {
  return { '@type': `${PREFIX}${typeName}`, ...message }
}
