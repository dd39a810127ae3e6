import { type Path, quote, type Report } from '../finding.js'
import type { HTTPRoute } from '../istio-types.generated.js'

interface Prefix {
  readonly rule: number
  readonly match: number
  readonly prefix: string
  /** It matches every request with the prefix: nothing else is asked. */
  readonly isWhole: boolean
}

/** Rules that can never be used, because earlier ones take every request: legal, but not meant. */
export function warnOfUnusedRules(routes: readonly HTTPRoute[], path: Path, report: Report): void {
  const seen = new Map<string, number>()
  const prefixes: Prefix[] = []
  let catchAll: number | undefined
  for (const [rule, route] of routes.entries()) {
    const matches = route.match ?? []
    const here = [...path, rule]
    if (catchAll !== undefined)
      report.warn(here, `rule ${catchAll} has no match and takes everything: this rule is never used`, 'unused-rule')
    else if (matches.length === 0) catchAll = rule
    for (const [index, match] of matches.entries()) {
      const key = JSON.stringify(match)
      const earlier = seen.get(key)
      if (earlier !== undefined)
        report.warn(
          [...here, 'match', index],
          `rule ${earlier} has the same match: this one is never used`,
          'unused-rule',
        )
      else seen.set(key, rule)
      const prefix = match.uri?.prefix
      if (prefix !== undefined)
        prefixes.push({
          rule,
          match: index,
          prefix,
          isWhole: Object.keys(match).every(field => field === 'uri' || field === 'name'),
        })
    }
  }
  warnOfLongerPrefixes(prefixes, path, report)
}

function warnOfLongerPrefixes(prefixes: readonly Prefix[], path: Path, report: Report): void {
  const whole: Prefix[] = []
  for (const one of prefixes) {
    const earlier = whole.find(({ prefix }) => one.prefix.startsWith(prefix))
    if (earlier !== undefined && one.prefix !== earlier.prefix) {
      const here = [...path, one.rule, 'match', one.match]
      report.warn(
        here,
        `the prefix ${quote(earlier.prefix)} of rule ${earlier.rule} takes ${quote(one.prefix)} too: this match is never used`,
        'unused-rule',
      )
    } else if (one.isWhole && whole.length < PREFIXES) whole.push(one)
  }
}

/** Compared with each later prefix: enough for people, bounded for machines. */
const PREFIXES = 500
