import type { Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'

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
export function decodeTyped(_typeName: string, _value: Json, _options: DecodeOptions = {}): Result<Json, Problem> {
  throw new Error('not yet')
}

/**
 * A value as Go's encoding/json prints the struct: fields without omitempty are there with their zero values (`resources: {}`,
 * `status: {}`, `selector: null`), those with omitempty only when not empty. Takes what `decodeTyped` returns, edited or
 * not; throws if it does not fit the type (a bug, not a user's error).
 */
export function encodeTyped(_typeName: string, _value: Json): Json {
  throw new Error('not yet')
}

/** `decodeTyped` and `encodeTyped` in one pass: what a Go program would print after reading the value. */
export function normalise(_typeName: string, _value: Json, _options: DecodeOptions = {}): Result<Json, Problem> {
  throw new Error('not yet')
}
