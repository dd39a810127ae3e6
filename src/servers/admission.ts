import { type AdmissionFacts, admit, type Decide } from './admit.js'
import type { BodyFailure } from './body.js'
import { releaseCompiler } from './compiler.js'
import { BODY_LIMIT_BYTES } from './review.js'
import { plain, type Route, type WebRequest, type WebResponse } from './router.js'

/** Everything that can become of one call, for metrics and the log. */
export type AdmissionResult =
  | { readonly verdict: 'rejected'; readonly status: number; readonly message: string }
  | AdmissionFacts

export interface AdmissionObserver {
  /** Before anything of the request was read. */
  readonly received: () => void
  readonly finished: (result: AdmissionResult, seconds: number) => void
}

export interface AdmissionRoute {
  /** Answers at this path and below. */
  readonly path: string
  readonly decide: Decide
  readonly observe?: AdmissionObserver
}

/** A webhook endpoint: body limits, content type, decoding and encoding are the same for all of them. */
export function admissionRoute(route: AdmissionRoute, onBug: (error: unknown) => void): Route {
  return {
    path: route.path,
    scope: 'below',
    answer: async request => {
      const start = performance.now()
      releaseCompiler()
      route.observe?.received()
      const body = await request.body(BODY_LIMIT_BYTES)
      const refusal = body.ok ? refusalOf(body.value, request) : BODY_ANSWERS[body.error]
      if (!body.ok || refusal !== undefined) return reject(route, refusal!, start)
      const { text, facts } = admit(route.decide, body.value, request.path, onBug)
      route.observe?.finished(facts, secondsSince(start))
      return { status: 200, headers: REPLY_HEADERS, body: text }
    },
  }
}

type Refusal = readonly [status: number, message: string]

// The order of the checks (size, emptiness, content type) is the reference's, and so are the texts.
function refusalOf(body: Uint8Array, { headers }: WebRequest): Refusal | undefined {
  if (body.length === 0) return [400, 'no body found']
  if (headers['content-type'] !== 'application/json') return [415, 'invalid Content-Type, want `application/json`']
  return undefined
}

const BODY_ANSWERS: Readonly<Record<BodyFailure, Refusal>> = {
  'too-large': [400, `Request entity too large: limit is ${BODY_LIMIT_BYTES}`],
  'too-slow': [408, 'the body did not arrive in time'],
  aborted: [400, 'the body ended early'],
  busy: [503, 'too many bodies are arriving at once, try again'],
}

function reject(route: AdmissionRoute, [status, message]: Refusal, start: number): WebResponse {
  route.observe?.finished({ verdict: 'rejected', status, message }, secondsSince(start))
  return plain(status, message)
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}

/** The reference sends no content type, which its HTTP library fills in as text/plain; clients do not look at it. */
const REPLY_HEADERS = { 'content-type': 'text/plain; charset=utf-8' }
