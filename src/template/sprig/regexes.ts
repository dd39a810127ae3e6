import type { RE2JS } from 're2js'
import { type FunctionMap, fail, fn } from '../function.js'
import type { TemplateHost } from '../host.js'
import { MAX_PATTERN } from '../limits.js'
import { GoSlice, type GoValue, stringSlice } from '../value.js'
import { loadModule } from './load.js'

/** Patterns kept compiled, per function map. A template has a few; beyond this they are compiled anew. */
const MAX_CACHED = 100

type Engine = typeof RE2JS

/** RE2 syntax and linear time, as in Go. The engine is loaded at the first use. */
export function regexFunctions(host: TemplateHost): FunctionMap {
  let engine: Engine | undefined
  const cache = new Map<string, RE2JS>()

  const compile = (pattern: string): RE2JS => {
    const known = cache.get(pattern)
    if (known !== undefined) return known
    if (pattern.length > MAX_PATTERN) fail(`regular expression is longer than ${MAX_PATTERN} characters`)
    engine ??= host.re2 ?? loadModule<{ RE2JS: Engine }>('re2js').RE2JS
    try {
      const compiled = engine.compile(pattern)
      if (cache.size < MAX_CACHED) cache.set(pattern, compiled)
      return compiled
    } catch (error) {
      fail(`error parsing regexp: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const match = (pattern: string, text: string): boolean => compile(pattern).matcher(text).find()
  const find = fn(
    'string string',
    (pattern: string, text: string) => allMatches(compile(pattern), text, 1)[0]?.text ?? '',
  )
  const findAll = fn('string string int', (pattern: string, text: string, count: number) => {
    const found = allMatches(compile(pattern), text, count)
    return found.length === 0 ? new GoSlice('[]string', [], true) : stringSlice(found.map(({ text }) => text))
  })
  const replace = fn('string string string', (pattern: string, text: string, by: string) =>
    replaceAll(compile(pattern), text, by),
  )
  const literal = fn('string string string', (pattern: string, text: string, by: string) =>
    replaceWith(text, allMatches(compile(pattern), text, -1), () => by),
  )
  const split = fn('string string int', (pattern: string, text: string, count: number) =>
    splitBy(compile(pattern), pattern, text, count),
  )
  return {
    regexMatch: fn('string string', (pattern: string, text: string) => quietly(() => match(pattern, text))),
    mustRegexMatch: fn('string string', match),
    regexFind: find,
    mustRegexFind: find,
    regexFindAll: findAll,
    mustRegexFindAll: findAll,
    regexReplaceAll: replace,
    mustRegexReplaceAll: replace,
    regexReplaceAllLiteral: literal,
    mustRegexReplaceAllLiteral: literal,
    regexSplit: split,
    mustRegexSplit: split,
    regexQuoteMeta: fn('string', (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
  }
}

/** `regexMatch` is false for a pattern that is none. */
function quietly(body: () => boolean): boolean {
  try {
    return body()
  } catch {
    return false
  }
}

interface Match {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly groups: readonly (string | undefined)[]
}

/** At most `count` matches, all if it is negative. An empty match right behind another one does not count. */
function allMatches(pattern: RE2JS, text: string, count: number): Match[] {
  const matcher = pattern.matcher(text)
  const found: Match[] = []
  let last = -1
  while ((count < 0 || found.length < count) && matcher.find()) {
    const [from, to] = [matcher.start(), matcher.end()]
    if (from === to && from === last) continue
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined)
    found.push({ from, to, text: text.slice(from, to), groups })
    last = to
  }
  return found
}

function replaceWith(text: string, matches: readonly Match[], by: (match: Match) => string): string {
  let out = ''
  let at = 0
  for (const match of matches) {
    out += text.slice(at, match.from) + by(match)
    at = match.to
  }
  return out + text.slice(at)
}

/** `$1`, `${1}`, `$name`, `${name}`, `$$`; a group that is not there is empty. */
function replaceAll(pattern: RE2JS, text: string, by: string): string {
  const names = pattern.namedGroups()
  return replaceWith(text, allMatches(pattern, text, -1), match =>
    by.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (_, dollar, braced, bare) => {
      if (dollar !== undefined) return '$'
      const name: string = braced ?? bare
      const index = /^[0-9]+$/.test(name) ? Number(name) : names[name]
      return (index === undefined ? undefined : match.groups[index]) ?? ''
    }),
  )
}

/** regexp.Split. */
function splitBy(pattern: RE2JS, source: string, text: string, count: number): GoValue {
  if (count === 0) return new GoSlice('[]string', [], true)
  if (source !== '' && text === '') return stringSlice([''])
  const parts: string[] = []
  let from = 0
  let end = 0
  for (const match of allMatches(pattern, text, count)) {
    if (count > 0 && parts.length === count - 1) break
    end = match.from
    if (match.to !== 0) parts.push(text.slice(from, end))
    from = match.to
  }
  if (end !== text.length) parts.push(text.slice(from))
  return stringSlice(parts)
}
