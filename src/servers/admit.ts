// One admission call from the bytes of its body to the text of its answer. No sockets, no clock.
import { isJsonObject, type Json } from '../lang/json.js'
import {
  type AdmissionAnswer,
  type AdmissionRequest,
  type AdmissionReview,
  decodeReview,
  encodeAnswer,
  encodeUndecodable,
} from './review.js'

/** `path` is the request's, decoded: what stands after the route's own path are its parameters. */
export type Decide = (review: AdmissionReview, path: string) => AdmissionAnswer

/** What log and metrics tell of a call. Nothing of the object but its name; absent strings are empty. */
export interface AdmissionFacts {
  readonly verdict: 'patched' | 'skipped' | 'denied' | 'undecodable'
  /** Code of the reason; of what is no review, a sentence. */
  readonly reason: string
  /** Of a denial, for people. */
  readonly message: string
  readonly operation: string
  readonly resource: string
  readonly namespace: string
  /** A pod of a ReplicaSet has no name yet when it is admitted, only the beginning of one. */
  readonly name: string
  readonly uid: string
  /** How many. */
  readonly warnings: number
}

interface Admitted {
  /** The body of the answer. */
  readonly text: string
  readonly facts: AdmissionFacts
}

/** A `decide` that throws is a bug, told to `onBug`; the caller still gets an answer that names its request. */
export function admit(decide: Decide, body: Uint8Array, path: string, onBug: (error: unknown) => void): Admitted {
  const review = decodeReview(body)
  if (!review.ok) return { text: encodeUndecodable(review.error), facts: undecodable(review.error) }
  const answer = decideSafely(decide, review.value, path, onBug)
  return { text: encodeAnswer(review.value, answer), facts: factsOf(review.value.request, answer) }
}

function decideSafely(
  decide: Decide,
  review: AdmissionReview,
  path: string,
  onBug: (error: unknown) => void,
): AdmissionAnswer {
  try {
    return decide(review, path)
  } catch (error) {
    onBug(error)
    return { allowed: false, reason: 'internal', message: 'internal error of the webhook; its log says more' }
  }
}

function undecodable(reason: string): AdmissionFacts {
  const none = { message: '', operation: '', resource: '', namespace: '', name: '', uid: '', warnings: 0 }
  return { verdict: 'undecodable', reason, ...none }
}

function factsOf(request: AdmissionRequest, answer: AdmissionAnswer): AdmissionFacts {
  return {
    verdict: answer.allowed ? (answer.patch === undefined ? 'skipped' : 'patched') : 'denied',
    reason: answer.reason,
    message: answer.allowed ? '' : answer.message,
    operation: request.operation,
    resource: request.resource.resource,
    namespace: request.namespace,
    name: nameOf(request),
    uid: request.uid,
    warnings: answer.warnings?.length ?? 0,
  }
}

function nameOf({ name, object }: AdmissionRequest): string {
  if (name !== '') return name
  const meta = member(object, 'metadata')
  const own = member(meta, 'name') ?? member(meta, 'generateName')
  return typeof own === 'string' ? own : ''
}

function member(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
