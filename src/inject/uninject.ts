import type { JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'

/** Something that injection did not record, so that it cannot be restored. */
export interface Loss {
  readonly code: string
  /** Path in the document. */
  readonly path: string
  readonly message: string
}

export interface UninjectOutcome {
  readonly changed: boolean
  readonly object: JsonObject
  readonly losses: readonly Loss[]
}

/** Takes the sidecar out of one object (any kind that `injectStream` handles); other objects come back as they are. */
export function uninject(_object: JsonObject): UninjectOutcome {
  throw new Error('not yet')
}

export interface UninjectedDocument {
  readonly output: string
  readonly changed: boolean
  readonly losses: readonly Loss[]
  readonly problem?: Problem
}

/** As `injectStream`: documents without a sidecar pass byte for byte. */
export function uninjectStream(_text: string, _options?: { readonly file?: string }): UninjectedDocument[] {
  throw new Error('not yet')
}
