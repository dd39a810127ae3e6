/** gRPC's framing: each message has a byte that says whether it is compressed and four with its length before it. */
export const FRAME_HEAD = 5

export type FrameFault = { readonly kind: 'too-large'; readonly bytes: number } | { readonly kind: 'compressed' }

export interface FrameReader {
  /** Gives each whole message to `message`; a fault ends reading for good. */
  push(chunk: Uint8Array, message: (bytes: Uint8Array) => void): FrameFault | undefined
  /** Whether bytes of an unfinished message are held. */
  readonly isInMessage: boolean
}

/** Holds at most one unfinished message of `maxBytes`, whose length is known before its bytes are kept. */
export function createFrameReader(maxBytes: number): FrameReader {
  let chunks: Uint8Array[] = []
  let held = 0
  let fault: FrameFault | undefined

  function push(chunk: Uint8Array, message: (bytes: Uint8Array) => void): FrameFault | undefined {
    chunks.push(chunk)
    held += chunk.length
    while (fault === undefined && held >= FRAME_HEAD) {
      const head = peek(FRAME_HEAD)
      const length = head.readUInt32BE(1)
      if (length > maxBytes) fault = { kind: 'too-large', bytes: length }
      else if (head[0] !== 0) fault = { kind: 'compressed' }
      else if (held < FRAME_HEAD + length) return undefined
      else message(take(FRAME_HEAD + length).subarray(FRAME_HEAD))
    }
    if (fault !== undefined) drop()
    return fault
  }

  function peek(size: number): Buffer {
    const first = chunks[0]
    if (first !== undefined && first.length >= size) return Buffer.from(first.buffer, first.byteOffset, size)
    return joined().subarray(0, size)
  }

  function take(size: number): Buffer {
    const all = joined()
    const rest = all.subarray(size)
    chunks = rest.length === 0 ? [] : [rest]
    held = rest.length
    return all.subarray(0, size)
  }

  function joined(): Buffer {
    const all = chunks.length === 1 ? toBuffer(chunks[0] as Uint8Array) : Buffer.concat(chunks)
    chunks = [all]
    return all
  }

  function drop(): void {
    chunks = []
    held = 0
  }

  return {
    push,
    get isInMessage() {
      return held > 0
    },
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What stands before a message of that many bytes. */
export function frameHead(bytes: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD)
  head.writeUInt32BE(bytes, 1)
  return head
}
