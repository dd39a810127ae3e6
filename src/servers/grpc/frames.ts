/** gRPC's framing: each message has a byte that says whether it is compressed and four with its length before it. */
export const FRAME_HEAD = 5

export type FrameFault = { readonly kind: 'too-large'; readonly bytes: number } | { readonly kind: 'compressed' }

export interface FrameReader {
  /** Gives each whole message to `message`; a fault ends reading for good. */
  push(chunk: Uint8Array, message: (bytes: Uint8Array) => void): FrameFault | undefined
  /** Whether bytes of an unfinished message are held. */
  isInMessage(): boolean
}

interface State {
  readonly maxBytes: number
  /** Of a message that is not finished: its chunks, how many bytes they have, and how many it takes to go on. */
  chunks: Uint8Array[]
  held: number
  needed: number
  fault: FrameFault | undefined
}

/** Holds at most one unfinished message of `maxBytes`, whose length is known before its bytes are kept. */
export function createFrameReader(maxBytes: number): FrameReader {
  const state: State = { maxBytes, chunks: NO_CHUNKS, held: 0, needed: FRAME_HEAD, fault: undefined }
  return {
    push: (chunk, message) => {
      const bytes = state.fault === undefined ? gathered(state, chunk) : undefined
      if (bytes !== undefined) keep(state, bytes, readAll(state, bytes, message))
      return state.fault
    },
    isInMessage: () => state.held > 0,
  }
}

/** What there is to read once enough has come; mostly a chunk is a message. */
function gathered(state: State, chunk: Uint8Array): Uint8Array | undefined {
  if (state.held === 0) return chunk
  state.chunks.push(chunk)
  state.held += chunk.length
  return state.held < state.needed ? undefined : Buffer.concat(state.chunks, state.held)
}

/** Gives how many bytes were read. */
function readAll(state: State, bytes: Uint8Array, message: (bytes: Uint8Array) => void): number {
  let at = 0
  while (bytes.length - at >= FRAME_HEAD) {
    const length = lengthAt(bytes, at + 1)
    if (length > state.maxBytes) state.fault = { kind: 'too-large', bytes: length }
    else if (bytes[at] !== 0) state.fault = { kind: 'compressed' }
    const end = at + FRAME_HEAD + length
    state.needed = end - at
    if (state.fault !== undefined || end > bytes.length) return at
    message(bytes.subarray(at + FRAME_HEAD, end))
    at = end
  }
  state.needed = FRAME_HEAD
  return at
}

function keep(state: State, bytes: Uint8Array, from: number): void {
  const isAny = state.fault === undefined && from < bytes.length
  state.chunks = isAny ? [from === 0 ? bytes : bytes.subarray(from)] : NO_CHUNKS
  state.held = isAny ? bytes.length - from : 0
}

/** Never pushed to: what holds nothing makes a list of its own first. */
const NO_CHUNKS: Uint8Array[] = []

/** Four bytes that are there. */
function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0
  for (let i = at; i < at + 4; i++) length = length * 256 + (bytes[i] as number)
  return length
}

/** What stands before a message of that many bytes. */
export function frameHead(bytes: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD)
  head.writeUInt32BE(bytes, 1)
  return head
}
