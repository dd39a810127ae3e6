import type { BodyFailure } from './body.js'
import { releaseCompiler } from './compiler.js'
import {
  type AdmissionAnswer,
  type AdmissionReview,
  BODY_LIMIT_BYTES,
  decodeReview,
  encodeAnswer,
  encodeUndecodable,
} from './review.js'
import { plain, type Route, type WebRequest, type WebResponse } from './router.js'

/** Everything that can become of one call, for metrics and the log. */
export type AdmissionResult =
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }
  | { readonly kind: 'undecodable'; readonly message: string }
  | { readonly kind: 'answered'; readonly review: AdmissionReview; readonly answer: AdmissionAnswer }

export interface AdmissionObserver {
  /** Before anything of the request was read. */
  readonly received: () => void
  readonly finished: (result: AdmissionResult, seconds: number) => void
}

export interface AdmissionRoute {
  /** Answers at this path and below. */
  readonly path: string
  /** `path` is the request's, decoded: what stands after the route's own path are its parameters. */
  readonly decide: (review: AdmissionReview, path: string) => AdmissionAnswer | Promise<AdmissionAnswer>
  readonly observe?: AdmissionObserver
}

/**
 * A webhook endpoint: body limits, content type, decoding and encoding are the same for all of them. A `decide` that throws is
 * a bug, told to `onBug`; the caller still gets an answer that names its request.
 */
export function admissionRoute(route: AdmissionRoute, onBug: (error: unknown) => void): Route {
  return {
    path: route.path,
    scope: 'below',
    answer: async request => {
      const start = process.hrtime.bigint()
      releaseCompiler()
      route.observe?.received()
      const { result, response } = await admit(route, request, onBug)
      route.observe?.finished(result, Number(process.hrtime.bigint() - start) / 1e9)
      return response
    },
  }
}

interface Admitted {
  readonly result: AdmissionResult
  readonly response: WebResponse
}

// The order of the checks (size, emptiness, content type) is the reference's, and so are the texts.
async function admit(route: AdmissionRoute, request: WebRequest, onBug: (error: unknown) => void): Promise<Admitted> {
  const body = await request.body(BODY_LIMIT_BYTES)
  if (!body.ok) return rejected(...BODY_ANSWERS[body.error])
  if (body.value.length === 0) return rejected(400, 'no body found')
  if (request.headers['content-type'] !== 'application/json') {
    return rejected(415, 'invalid Content-Type, want `application/json`')
  }
  const review = decodeReview(body.value)
  if (!review.ok) {
    return { result: { kind: 'undecodable', message: review.error }, response: reply(encodeUndecodable(review.error)) }
  }
  const answer = await decideSafely(route, review.value, request.path, onBug)
  return {
    result: { kind: 'answered', review: review.value, answer },
    response: reply(encodeAnswer(review.value, answer)),
  }
}

async function decideSafely(
  route: AdmissionRoute,
  review: AdmissionReview,
  path: string,
  onBug: (error: unknown) => void,
): Promise<AdmissionAnswer> {
  try {
    return await route.decide(review, path)
  } catch (error) {
    onBug(error)
    return { allowed: false, reason: 'internal', message: 'internal error of the webhook; its log says more' }
  }
}

const BODY_ANSWERS: Readonly<Record<BodyFailure, readonly [number, string]>> = {
  'too-large': [400, `Request entity too large: limit is ${BODY_LIMIT_BYTES}`],
  'too-slow': [408, 'the body did not arrive in time'],
  aborted: [400, 'the body ended early'],
  busy: [503, 'too many bodies are arriving at once, try again'],
}

function rejected(status: number, message: string): Admitted {
  return { result: { kind: 'rejected', status, message }, response: plain(status, message) }
}

/** The reference sends no content type, which its HTTP library fills in as text/plain; clients do not look at it. */
const REPLY_HEADERS = { 'content-type': 'text/plain; charset=utf-8' }

function reply(body: string): WebResponse {
  return { status: 200, headers: REPLY_HEADERS, body }
}
