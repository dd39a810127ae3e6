import type { ServerHttp2Session } from 'node:http2'
import type { GrpcServerOptions } from './types.js'

/** A client has this long from connecting to its HTTP/2 settings: those that say nothing hold a connection for nothing. */
const PREFACE_MS = 10_000
/**
 * A connection without any call is closed after this long. Also those that broke the protocol end here: they were told by a
 * GOAWAY, and Node neither closes them nor says so.
 */
const IDLE_MS = 15_000
/** Calls on a connection that was asked to go away end after this long. */
const AGE_GRACE_MS = 10_000
/** Connections that began together do not all end together: each lives this part longer or shorter. */
const AGE_SPREAD = 0.1

/** Closes a connection that does not begin, does not answer, or is old enough. */
export function watchConnection(session: ServerHttp2Session, options: GrpcServerOptions, tooOld: () => void): void {
  const timers: NodeJS.Timeout[] = []
  const later = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms).unref())
  const preface = setTimeout(() => session.destroy(), PREFACE_MS).unref()
  session.once('remoteSettings', () => clearTimeout(preface))
  session.once('close', () => {
    clearTimeout(preface)
    for (const timer of timers) clearTimeout(timer)
  })
  closeIdle(session, options.connectionIdleMs ?? IDLE_MS)
  const { keepalive, maxConnectionAgeMs, connectionGraceMs = AGE_GRACE_MS } = options
  if (keepalive !== undefined) {
    timers.push(setInterval(() => ping(session, keepalive.timeoutMs), keepalive.intervalMs).unref())
  }
  if (maxConnectionAgeMs !== undefined) {
    later(maxConnectionAgeMs * (1 + AGE_SPREAD * (2 * Math.random() - 1)), () => {
      if (session.destroyed) return
      session.goaway()
      later(connectionGraceMs, () => {
        tooOld()
        session.close()
      })
    })
  }
}

function closeIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    timer = setTimeout(() => {
      session.close()
      session.destroy()
    }, idleMs).unref()
  }
  wait()
  session.on('stream', stream => {
    clearTimeout(timer)
    streams++
    stream.once('close', () => {
      streams--
      if (streams === 0 && !session.destroyed) wait()
    })
  })
  session.once('close', () => clearTimeout(timer))
}

function ping(session: ServerHttp2Session, timeoutMs: number): void {
  if (session.destroyed || session.closed) return
  const timer = setTimeout(() => session.destroy(), timeoutMs).unref()
  const isSent = session.ping(() => clearTimeout(timer))
  // Node refuses a ping while too many are out: the earlier ones have their own timers.
  if (!isSent) clearTimeout(timer)
}
