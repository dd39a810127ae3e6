import type { EncodedResource, TypeUrl } from './resource.js'
import { encodeResources, type Protocol } from './wire.js'

/** Encoded resources, shared by the streams that are sent the same ones: the owner clears it now and then. */
export interface BodyCache {
  /** What `encodeResources` gives; whoever asks for the same resources in the same order gets the same bytes. */
  encode(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): Buffer
  clear(): void
  /** Bytes held. */
  readonly bytes: number
}

interface Body {
  readonly protocol: Protocol
  readonly type: TypeUrl
  readonly resources: readonly EncodedResource[]
  readonly bytes: Buffer
}

/** Of all bodies held, in bytes: beyond it the oldest go. A push to a few thousand proxies of a large mesh stays below. */
const MAX_BYTES = 64 * 1024 * 1024

export function createBodyCache(maxBytes: number = MAX_BYTES): BodyCache {
  /** By their first resource, which tells nearly all apart. */
  const bodies = new Map<EncodedResource, Body[]>()
  let held = 0

  function encode(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): Buffer {
    const [first] = resources
    const known = first === undefined ? undefined : bodies.get(first)
    const found = known?.find(body => body.protocol === protocol && body.type === type && isSame(body, resources))
    if (found !== undefined) return found.bytes
    const bytes = encodeResources(protocol, type, resources)
    if (first !== undefined && bytes.length <= maxBytes) keep(first, { protocol, type, resources, bytes })
    return bytes
  }

  function keep(first: EncodedResource, body: Body): void {
    held += body.bytes.length
    for (const [oldest, dropped] of bodies) {
      if (held <= maxBytes) break
      bodies.delete(oldest)
      for (const { bytes } of dropped) held -= bytes.length
    }
    const known = bodies.get(first)
    if (known === undefined) bodies.set(first, [body])
    else known.push(body)
  }

  return {
    encode,
    clear: () => {
      bodies.clear()
      held = 0
    },
    get bytes() {
      return held
    },
  }
}

/** The same objects: a source that encodes a resource once gives the same one to every stream. */
function isSame({ resources }: Body, others: readonly EncodedResource[]): boolean {
  return resources.length === others.length && resources.every((resource, i) => resource === others[i])
}
