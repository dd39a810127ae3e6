import type { DescMessage, FileRegistry } from '@bufbuild/protobuf'

/**
 * Protobuf messages are plain objects in canonical proto3 JSON: lowerCamelCase names, enum names, `"1.5s"` durations,
 * base64 bytes, `Any` as the message itself with `@type`. That is the form of Envoy's documentation, of `config_dump` and of
 * goldens, so translators, EnvoyFilter patches, `render` and `diff` all speak it. `encode` goes straight from it to the wire.
 */
export type MessageJson = object

/** The wire form of a message. Throws ProtoError, with the path, on what the type does not have. */
export function encode(_typeName: string, _message: MessageJson): Uint8Array {
  throw new Error('not yet')
}

/** The message in canonical JSON. An `Any` of a type that is not known here is `{"@type": url, "value": base64}`. */
export function decode(_typeName: string, _bytes: Uint8Array): MessageJson {
  throw new Error('not yet')
}

/** A message as it stands in a field of type `google.protobuf.Any`. */
export function packAny<T extends MessageJson>(typeName: string, message: T): T & { '@type': string } {
  return { '@type': `type.googleapis.com/${typeName}`, ...message }
}

/** Descriptors by protobuf-es, for whoever needs options or reflection. Loaded at first use (about 0.2 s). */
export function registry(): FileRegistry {
  throw new Error('not yet')
}

/** The descriptor of a message; throws for an unknown name. */
export function schema(_typeName: string): DescMessage {
  throw new Error('not yet')
}

/** Malformed bytes, or JSON that does not fit the type. */
export class ProtoError extends Error {
  readonly path: string
  constructor(message: string, path: string) {
    super(path === '' ? message : `${path}: ${message}`)
    this.path = path
  }
}
