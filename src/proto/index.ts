/**
 * Protobuf messages are plain objects in canonical proto3 JSON: lowerCamelCase names, enum names, `"1.5s"` durations,
 * base64 bytes, `Any` as the message itself with `@type`. That is the form of Envoy's documentation, of `config_dump` and of
 * goldens, so translators, EnvoyFilter patches, `render` and `diff` all speak it. `encode` goes straight from it to the wire
 * (docs/adr/0007-protobuf.md has the measurements).
 */
export { decode } from './decode.js'
export { encode } from './encode.js'
export { ProtoError } from './error.js'
export { registry, schema } from './registry.js'

const PREFIX = 'type.googleapis.com/'

/** `type.googleapis.com/<typeName>`, what stands in `@type`. */
export function typeUrl<N extends string>(typeName: N): `type.googleapis.com/${N}` {
  return `${PREFIX}${typeName}`
}

/** A message as it stands in a field of type `google.protobuf.Any`. Not for the well-known types, whose JSON is no object. */
export function packAny<T extends object>(typeName: string, message: T): T & { '@type': string } {
  return { '@type': `${PREFIX}${typeName}`, ...message }
}
