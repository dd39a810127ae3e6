import type { GrpcEvent, GrpcServerOptions } from './grpc/types.js'
import { errorText, type Log } from './log.js'

/** How connections of proxies are kept and limited. */
export interface ConnectionSettings {
  /** Each connection is pinged this often, in ms; undefined: never. */
  readonly keepaliveIntervalMs: number | undefined
  readonly keepaliveTimeoutMs: number
  /** Connections older than this are asked to come again, in ms; undefined: however old. */
  readonly maxAgeMs: number | undefined
  /** New streams a second; 0: any number. */
  readonly maxStreamsPerSecond: number
}

/** Lines about connections that one second may bring: a scanner, or a storm, is not to fill the log. */
const LINES_PER_SECOND = 10

export function grpcOptions(settings: ConnectionSettings, log: Log, now: () => number): GrpcServerOptions {
  const { keepaliveIntervalMs, keepaliveTimeoutMs, maxAgeMs, maxStreamsPerSecond } = settings
  return {
    limits: { maxStreamsPerSecond },
    ...(keepaliveIntervalMs === undefined
      ? {}
      : { keepalive: { intervalMs: keepaliveIntervalMs, timeoutMs: keepaliveTimeoutMs } }),
    ...(maxAgeMs === undefined ? {} : { maxConnectionAgeMs: maxAgeMs }),
    on: tellOf(log, now),
  }
}

/** What happens below the streams; of the streams themselves those tell who serve them. */
function tellOf(log: Log, now: () => number): (event: GrpcEvent) => void {
  let second = 0
  let lines = 0
  let untold = 0
  const mayTell = (): boolean => {
    const current = Math.floor(now() / 1000)
    if (current !== second) {
      if (untold > 0) log.warn('more connections broke or were refused', { connections: untold })
      second = current
      lines = 0
      untold = 0
    }
    lines++
    if (lines > LINES_PER_SECOND) untold++
    return lines <= LINES_PER_SECOND
  }
  return event => {
    if (event.kind === 'internal') log.error('internal error', { method: event.method, error: errorText(event.error) })
    else if (event.kind === 'connection-refused' && mayTell())
      log.warn('connection refused', { peer: event.peer, reason: event.reason })
    else if (event.kind === 'connection-broken' && mayTell())
      log.warn('connection broke', { peer: event.peer, reason: event.reason })
  }
}
