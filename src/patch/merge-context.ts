import type { GoType } from '../lang/gotypes.js'
import type { JsonObject } from '../lang/json.js'
import type { PathPart } from './json-path.js'

/** The directive of a map, in a patch or in an item of a list in it: `replace` or `delete`. */
export const DIRECTIVE = '$patch'

/** What one strategic merge carries along. */
export interface MergeContext {
  /** Where the merge stands in the patch; left as it is when the merge is refused. */
  readonly path: PathPart[]
  /** Merges two maps of the type; here because lists merge maps and maps merge lists. */
  readonly mergeMap: (base: JsonObject, patch: JsonObject, type: GoType, context: MergeContext) => JsonObject
}

/** Ends a merge from any depth; `strategicMerge` is the only boundary, and turns it into a Problem. */
export class Refusal extends Error {}

export function refuse(message: string): never {
  throw new Refusal(message)
}
