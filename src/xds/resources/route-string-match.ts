import type { StringMatch } from '../../config/istio-types.generated.js'
import { compileRegex } from '../../lang/regex.js'
import type { EnvoyTypeMatcherStringMatcher } from '../../proto/envoy-types.generated.js'

/** Whether a match says nothing but that the thing is there. */
export function matchesAnything(match: StringMatch | undefined): boolean {
  if (match === undefined) return true
  if (match.exact !== undefined) return false
  if (match.prefix !== undefined) return match.prefix === ''
  return match.regex === undefined || match.regex === '*'
}

/** Patterns: more than a mesh has; a full memory starts again. */
const REMEMBERED = 1_000
const verdicts = new Map<string, boolean>()

/** Envoy's matcher for it; one that says nothing has none. */
export function stringMatcher(match: StringMatch): EnvoyTypeMatcherStringMatcher | undefined {
  if (match.exact !== undefined) return { exact: match.exact }
  if (match.prefix !== undefined) return { prefix: match.prefix }
  return match.regex === undefined ? undefined : { safeRegex: { regex: match.regex } }
}

/**
 * Whether Envoy will compile the pattern. It refuses a whole route configuration for one that it cannot, so a route with such a
 * pattern is left out: the others go on working. Validation reports it where it was written.
 */
export function isUsablePattern(regex: string): boolean {
  const known = verdicts.get(regex)
  if (known !== undefined) return known
  if (verdicts.size >= REMEMBERED) verdicts.clear()
  const isUsable = regex === '*' || compileRegex(regex).ok
  verdicts.set(regex, isUsable)
  return isUsable
}
