import { grpcStatus } from './grpc/status.js'
import type { GrpcStatus } from './grpc/types.js'

/** Bytes handed to connections that have not taken them. One client that reads nothing must not keep all others waiting. */
export interface Backlog {
  /** Negative: they took them. Gives whether there is room again. */
  add(bytes: number): boolean
  /** Asked before anything is made: as long as it is full, those who take nothing are looked for. */
  isFull(): boolean
  stop(): void
}

export interface BacklogLimits {
  /** Beyond it no more is made, for anyone, until some is taken. */
  readonly maxBytes: number
  /** Where that is reached, streams that have taken nothing for so long, in ms, are ended, the longest first. */
  readonly stalledMs: number
}

/** A stream as the backlog sees it. */
interface Waiting {
  /** For how long what was written has not been taken, in ms at that time of `performance.now()`; 0: all is. */
  unsentMs(now: number): number
  end(status: GrpcStatus): void
}

/** A push of a large mesh to a hundred proxies at once; a client that works takes what it is sent in far less time. */
const LIMITS: BacklogLimits = { maxBytes: 128 * 1024 * 1024, stalledMs: 10_000 }
/** How often to look for such streams, in ms. */
const RELIEF_MS = 1000

export function createBacklog(streams: Iterable<Waiting>, limits: Partial<BacklogLimits> = {}): Backlog {
  const { maxBytes, stalledMs } = { ...LIMITS, ...limits }
  let held = 0
  let timer: NodeJS.Timeout | undefined
  const isFull = (): boolean => {
    if (held < maxBytes) return false
    timer ??= setTimeout(relieve, Math.min(RELIEF_MS, stalledMs)).unref()
    return true
  }
  const relieve = (): void => {
    timer = undefined
    const status = grpcStatus(
      'UNAVAILABLE',
      `nothing was read for ${stalledMs / 1000} s, and others wait for the memory`,
    )
    for (const stream of stalled(streams, stalledMs)) if (held >= maxBytes) stream.end(status)
    isFull()
  }
  return {
    add: bytes => {
      const wasFull = held >= maxBytes
      held += bytes
      return wasFull && held < maxBytes
    },
    isFull,
    stop: () => clearTimeout(timer),
  }
}

function stalled(streams: Iterable<Waiting>, stalledMs: number): readonly Waiting[] {
  const now = performance.now()
  return [...streams]
    .map(stream => ({ stream, ms: stream.unsentMs(now) }))
    .filter(({ ms }) => ms >= stalledMs)
    .sort((a, b) => b.ms - a.ms)
    .map(({ stream }) => stream)
}
