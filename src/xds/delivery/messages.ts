import { type BodyCache, createBodyCache } from './bodies.js'
import { createListCache } from './list-cache.js'
import { type PlainAck, plainAck } from './request.js'
import type { EncodedResource, TypeUrl } from './resource.js'
import type { Outstanding } from './subscription.js'
import { encodeHead, type Protocol } from './wire.js'

/** One message to a client. Many streams may be sent the same: it does not change. */
export interface Outgoing {
  readonly type: TypeUrl
  readonly nonce: string
  readonly version: string
  /** What the client is to answer. */
  readonly sent: Outstanding
  /** To be written one after the other; the larger ones are shared with other messages. */
  readonly parts: readonly Uint8Array[]
  /** Of all parts. */
  readonly bytes: number
  readonly resources: number
  readonly removed: number
  /** How most clients will answer; over delta. */
  readonly ack: PlainAck | undefined
}

/** What a message says. */
export interface Content {
  readonly protocol: Protocol
  readonly type: TypeUrl
  readonly version: string
  readonly resources: readonly EncodedResource[]
  readonly removed: readonly string[]
}

/** Makes messages, and the same one for all streams that are told the same: the owner clears it now and then. */
export interface MessageCache {
  /** Its serial is beyond `after`: no stream is to see a nonce twice, or out of order, for one type. */
  message(content: Content, after: number): Outgoing
  clear(): void
  /** Bytes held. */
  readonly bytes: number
}

interface Kept {
  readonly content: Content
  readonly message: Outgoing
}

/** Of what messages have for themselves, in bytes: beyond it the oldest go. */
const MAX_BYTES = 16 * 1024 * 1024

export function createMessageCache(maxBytes: number = MAX_BYTES, bodies: BodyCache = createBodyCache()): MessageCache {
  const cache = createListCache<Kept>(maxBytes)
  let serials = 0

  function message(content: Content, after: number): Outgoing {
    const { protocol, type, resources, removed } = content
    // What is gone differs from stream to stream, and so do answers that have nothing.
    const isShared = resources.length > 0 && removed.length === 0
    const found = isShared ? cache.find(resources, each => isAlike(each.content, content)) : undefined
    if (found !== undefined && found.message.sent.serial > after) return found.message
    const body = resources.length === 0 ? [] : bodies.encode(protocol, type, resources)
    const made = makeMessage(content, ++serials, body)
    if (isShared) cache.keep(resources, { content, message: made }, costOf(made), found)
    return made
  }

  return {
    message,
    clear: () => {
      cache.clear()
      bodies.clear()
    },
    get bytes() {
      return cache.bytes + bodies.bytes
    },
  }
}

function isAlike(a: Content, b: Content): boolean {
  return a.version === b.version && a.type === b.type && a.protocol === b.protocol
}

function makeMessage(content: Content, serial: number, body: readonly Uint8Array[]): Outgoing {
  const { protocol, type, version, resources, removed } = content
  const nonce = serial.toString(36)
  const head = encodeHead(protocol, { type, version, nonce, removed })
  const parts = [head, ...body]
  const sent = { nonce, serial, version, names: resources.map(({ name }) => name), removed }
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  const ack = protocol === 'delta' ? plainAck(type, nonce) : undefined
  return { type, nonce, version, sent, parts, bytes, resources: resources.length, removed: removed.length, ack }
}

/** In bytes: what its own parts take, and the copy that small messages are written from. */
function costOf({ parts, bytes }: Outgoing): number {
  return (parts[0]?.length ?? 0) + Math.min(bytes, SMALL)
}

/** About as large as messages are that are written in one piece, in bytes. */
const SMALL = 16 * 1024
