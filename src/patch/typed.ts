import type { Json } from '../lang/json.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { carryChanges } from './carry.js'
import { type Form, structCodec } from './codec.js'
import { formatPath } from './json-path.js'
import type { Decoding } from './scalar-codecs.js'

export interface DecodeOptions {
  /**
   * The value was read from YAML, where Go turns bare numbers and booleans into text for string fields: `name: n` is
   * "false", `1.10` is "1.1". JSON is never coerced. Default false.
   */
  readonly fromYaml?: boolean
}

/**
 * A value as Go's encoding/json reads it into the struct: unknown fields and nulls dropped, field names matched without
 * case and spelled as declared, quantities and times canonical, numbers in range. Zero values that were written stay
 * (`{}`, `false`, `""`); those that were not are absent. Field order is that of the declaration, map keys are sorted.
 * Untouched subtrees are shared with the input, which is never changed.
 *
 * Errors: code `wrong-type`, with the path of the first value that does not fit.
 */
export function decodeTyped(typeName: string, value: Json, options: DecodeOptions = {}): Result<Json, Problem> {
  return decode(typeName, value, 'sparse', options)
}

/**
 * A value as Go's encoding/json prints the struct: fields without omitempty are there with their zero values (`resources: {}`,
 * `status: {}`, `selector: null`), those with omitempty only when not empty. Takes what `decodeTyped` returns, edited or
 * not; throws if it does not fit the type (a bug, not a user's error).
 */
export function encodeTyped(typeName: string, value: Json): Json {
  const encoded = normalise(typeName, value)
  if (!encoded.ok) throw new Error(`${typeName}: ${formatProblem(encoded.error)}`)
  return encoded.value
}

/** `decodeTyped` and `encodeTyped` in one pass: what a Go program would print after reading the value. */
export function normalise(typeName: string, value: Json, options: DecodeOptions = {}): Result<Json, Problem> {
  return decode(typeName, value, 'encoded', options)
}

/**
 * What `received` becomes if the change from `before` to `after` happens to it, both as they are printed. `before` is what
 * `decodeTyped` made of `received`; `after` shares with it what did not change. Errors: as of `normalise` for `after`.
 */
export function carryTyped(typeName: string, received: Json, before: Json, after: Json): Result<Json, Problem> {
  const decoding: Decoding = { fromYaml: false, failure: undefined, trail: undefined, failedAt: [] }
  const carried = structCodec(typeName, 'encoded').carry!(received, before, after, decoding)
  if (decoding.failure === undefined) return ok(carried)
  const printed = normalise(typeName, after)
  return printed.ok ? ok(carryChanges(received, encodeTyped(typeName, before), printed.value)) : printed
}

function decode(typeName: string, value: Json, form: Form, options: DecodeOptions): Result<Json, Problem> {
  const codec = structCodec(typeName, form)
  const fromYaml = options.fromYaml ?? false
  const decoding: Decoding = { fromYaml, failure: undefined, trail: undefined, failedAt: [] }
  const converted = codec.convert(value, decoding)
  if (decoding.failure === undefined) return ok(converted)
  // Keeping track of the path costs more than reading does, so it is found by reading once more.
  const tracked: Decoding = { fromYaml, failure: undefined, trail: [], failedAt: [] }
  codec.convert(value, tracked)
  const path = formatPath(tracked.failedAt)
  const subject = path === '' ? typeName : path
  return err({
    severity: 'error',
    code: 'wrong-type',
    message: `${subject} ${tracked.failure ?? decoding.failure}`,
    ...(path === '' ? {} : { path }),
  })
}
