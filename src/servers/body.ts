import { err, ok, type Result } from '../lang/result.js'
import type { NodeRequest } from './router.js'

export type BodyFailure = 'too-large' | 'too-slow' | 'aborted' | 'busy'

/** What all bodies that are arriving at one time may take, over all connections of a server. */
export interface BodyBudget {
  /** Bytes held now. */
  held: number
  readonly limit: number
}

/** About forty bodies of the largest size, or a few thousand of the usual one: beyond that is no API server. */
export const BODY_BUDGET_BYTES = 256 * 1024 * 1024

/** The API server gives a webhook at most 30 seconds; a body that takes longer has nobody waiting for its answer. */
const BODY_TIME_MS = 30_000
/** After an early refusal the client may still be sending: so much is taken off the wire, so that it gets to read the answer. */
const DRAIN_BYTES = 64 * 1024 * 1024
const DRAIN_TIME_MS = 2_000

/** Collects the body; gives up past `limit` bytes, after 30 seconds or when the budget is spent, and keeps nothing then. */
export function readBody(
  request: NodeRequest,
  limit: number,
  budget: BodyBudget,
): Promise<Result<Buffer, BodyFailure>> {
  return new Promise(resolve => {
    const declared = Number(request.headers['content-length'])
    if (declared > limit) {
      drain(request)
      resolve(err('too-large'))
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    const settle = (result: Result<Buffer, BodyFailure>): void => {
      clearTimeout(timer)
      budget.held -= size
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      request.on('error', ignore)
      if (!result.ok) drain(request)
      resolve(result)
    }
    const timer = setTimeout(() => settle(err('too-slow')), BODY_TIME_MS)
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      budget.held += chunk.length
      if (size > limit) settle(err('too-large'))
      else if (budget.held > budget.limit) settle(err('busy'))
      else chunks.push(chunk)
    }
    const onEnd = (): void => settle(ok(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
    const onClose = (): void => settle(err('aborted'))
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}

/** A connection that breaks while or after we answer is the client's business. */
function ignore(): void {}

/** Reads and drops what still comes, within bounds, then cuts the connection. */
function drain(request: NodeRequest): void {
  let dropped = 0
  const timer = setTimeout(() => request.destroy(), DRAIN_TIME_MS)
  timer.unref()
  request.on('error', ignore)
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > DRAIN_BYTES) request.destroy()
  })
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer))
  request.resume()
}
