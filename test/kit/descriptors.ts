// The descriptors that src/proto/messages.txt is made from, for protobuf-es, which judges our codec.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

let loaded: FileRegistry | undefined

export function registry(): FileRegistry {
  const packed = readFileSync(join(import.meta.dirname, '../../tools/proto/mesh.fds.gz'))
  loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, gunzipSync(packed)))
  return loaded
}

/** Throws for an unknown name. */
export function schema(typeName: string): DescMessage {
  const found = registry().getMessage(typeName)
  if (found === undefined) throw new TypeError(`there is no protobuf message ${typeName}`)
  return found
}
