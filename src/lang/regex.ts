import { RE2JS } from 're2js'
import { err, ok, type Result } from './result.js'

/** Longest pattern accepted, in UTF-16 units, as Envoy users know it. Matching is linear; compiling grows with the pattern. */
export const MAX_PATTERN_LENGTH = 1_024

/** A compiled RE2 pattern. */
export interface Regex {
  readonly source: string
  /** True when the pattern matches anywhere in the text. */
  matches(text: string): boolean
  /** True when the pattern matches the whole text. */
  matchesWhole(text: string): boolean
  /** The parts that match, from left to right without overlaps, at most `limit` of them. */
  findAll(text: string, limit: number): string[]
}

/** Compiles a user's pattern. The error says what RE2 does not accept (look-around and back references among it). */
export function compileRegex(source: string): Result<Regex, string> {
  if (source.length > MAX_PATTERN_LENGTH)
    return err(`regular expression is longer than ${MAX_PATTERN_LENGTH} characters`)
  try {
    const compiled = RE2JS.compile(source)
    return ok({
      source,
      matches: text => compiled.matcher(text).find(),
      matchesWhole: text => compiled.matches(text),
      findAll: (text, limit) => {
        const found: string[] = []
        const matcher = compiled.matcher(text)
        while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '')
        return found
      },
    })
  } catch (error) {
    return err(`invalid regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}
