import { createListCache } from './list-cache.js'
import { type EncodedResource, sizeOf, type TypeUrl } from './resource.js'
import { encodeAround, encodeResources, type Protocol } from './wire.js'

/** Encoded resources, shared by the streams that are sent the same ones: the owner clears it now and then. */
export interface BodyCache {
  /**
   * What `encodeResources` gives, in parts. Whoever is sent the same resources in the same order gets the same bytes, and where
   * only some differ (a proxy's own clusters among those that all have) most parts are still the same.
   */
  encode(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): readonly Uint8Array[]
  clear(): void
  /** Bytes held. */
  readonly bytes: number
}

interface Body {
  readonly protocol: Protocol
  readonly type: TypeUrl
  readonly bytes: Buffer
}

/** A part has at least as many bytes of resources, unless it is the last: smaller ones cost more than they save. */
const MIN_PART = 16 * 1024
/** A resource as large as this (routes of a whole mesh) is sent from where it stands: it is neither copied nor kept here. */
const LARGE = 64 * 1024
/** Of all bodies held, in bytes: beyond it the oldest go. A push to a few thousand proxies of a large mesh stays below. */
const MAX_BYTES = 32 * 1024 * 1024

export function createBodyCache(maxBytes: number = MAX_BYTES): BodyCache {
  const cache = createListCache<Body>(maxBytes)

  function encode(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): readonly Uint8Array[] {
    return split(resources).flatMap(part => {
      const [only, another] = part
      const isLarge = only !== undefined && another === undefined && sizeOf(only) >= LARGE
      return isLarge ? encodeAround(protocol, type, only) : [encodePart(protocol, type, part)]
    })
  }

  function encodePart(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): Buffer {
    const found = cache.find(resources, body => body.protocol === protocol && body.type === type)
    if (found !== undefined) return found.bytes
    const bytes = encodeResources(protocol, type, resources)
    cache.keep(resources, { protocol, type, bytes }, bytes.length)
    return bytes
  }

  return {
    encode,
    clear: cache.clear,
    get bytes() {
      return cache.bytes
    },
  }
}

/**
 * Parts end where the resource itself says so, not after so many: lists that differ somewhere are cut at the same places again
 * soon after.
 */
function split(resources: readonly EncodedResource[]): readonly (readonly EncodedResource[])[] {
  const parts: EncodedResource[][] = []
  let part: EncodedResource[] = []
  let size = 0
  const end = (): void => {
    if (part.length > 0) parts.push(part)
    part = []
    size = 0
  }
  for (const resource of resources) {
    const isLarge = sizeOf(resource) >= LARGE
    if (isLarge) end()
    part.push(resource)
    size += sizeOf(resource)
    if (isLarge || (size >= MIN_PART && endsPart(resource))) end()
  }
  end()
  return parts
}

/** One in eight, by its version. */
function endsPart({ version }: EncodedResource): boolean {
  return version.charCodeAt(version.length - 1) % 8 === 0
}
