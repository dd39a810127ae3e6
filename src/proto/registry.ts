import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

let loaded: FileRegistry | undefined

/**
 * All descriptors: Envoy 1.40, the parts of istio.io/api that Pillion speaks, istio-proxy's filters. Read at first use, for
 * about 0.2 s and 11 MB, so that commands without protobuf do not pay for it.
 */
export function registry(): FileRegistry {
  if (loaded === undefined) {
    const packed = readFileSync(new URL('./mesh.fds.gz', import.meta.url))
    loaded = createFileRegistry(fromBinary(FileDescriptorSetSchema, gunzipSync(packed)))
  }
  return loaded
}

/** The descriptor of a message by its full name, such as `envoy.config.cluster.v3.Cluster`. Throws for an unknown name. */
export function schema(typeName: string): DescMessage {
  const found = registry().getMessage(typeName)
  if (found === undefined) throw new TypeError(`there is no protobuf message ${typeName}`)
  return found
}
