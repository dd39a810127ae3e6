import { parseCidr } from '../../lang/cidr.js'
import type {
  ConfigCoreCidrRange,
  EnvoyTypeMatcherStringMatcher,
  HeaderMatcher,
  MetadataMatcher,
  ValueMatcher,
} from '../../proto/envoy-types.generated.js'

/**
 * How values of an AuthorizationPolicy are matched: `*` is anything that is there, `abc*` a prefix, `*abc` a suffix, everything
 * else is meant exactly (https://istio.io/latest/docs/reference/config/security/authorization-policy/).
 */
export type Wildcard =
  | { readonly kind: 'any' }
  | { readonly kind: 'prefix' | 'suffix' | 'exact'; readonly text: string }

export function wildcardOf(value: string): Wildcard {
  if (value === '*') return { kind: 'any' }
  if (value.startsWith('*')) return { kind: 'suffix', text: value.slice(1) }
  if (value.endsWith('*')) return { kind: 'prefix', text: value.slice(0, -1) }
  return { kind: 'exact', text: value }
}

/** Of whatever is not empty. */
export const ANY_TEXT: EnvoyTypeMatcherStringMatcher = { safeRegex: { regex: '.+' } }

/** `before` stands in front of what the value says, as a URI's scheme does: a suffix is then a pattern. */
export function textMatcher(value: string, before = ''): EnvoyTypeMatcherStringMatcher {
  const wildcard = wildcardOf(value)
  if (wildcard.kind === 'any') return ANY_TEXT
  const { kind, text } = wildcard
  if (kind === 'prefix') return { prefix: before + text }
  if (kind === 'exact') return { exact: before + text }
  return before === '' ? { suffix: text } : { safeRegex: { regex: `${before}.*${quoteRegex(text)}` } }
}

export function headerMatcher(name: string, value: string, ignoreCase = false): HeaderMatcher {
  const wildcard = wildcardOf(value)
  if (wildcard.kind === 'any') return { name, presentMatch: true }
  return { name, stringMatch: { [wildcard.kind]: wildcard.text, ...(ignoreCase ? { ignoreCase } : {}) } }
}

/** An address counts as the range of itself; undefined where the text is neither, which validation refuses. */
export function rangeOf(text: string): ConfigCoreCidrRange | undefined {
  const slash = text.indexOf('/')
  const addressPrefix = slash < 0 ? text : text.slice(0, slash)
  const prefixLen = slash < 0 ? (text.includes(':') ? 128 : 32) : Number(text.slice(slash + 1))
  return parseCidr(`${addressPrefix}/${prefixLen}`).ok ? { addressPrefix, prefixLen } : undefined
}

/** What another filter found out about the request; `value` gets one matcher or the choice of several. */
export function metadataMatcher(
  filter: string,
  path: readonly string[],
  matchers: readonly ValueMatcher[],
): MetadataMatcher {
  return { filter, path: path.map(key => ({ key })), value: oneOf(matchers) }
}

export function oneOf(matchers: readonly ValueMatcher[]): ValueMatcher {
  const [first] = matchers
  return first !== undefined && matchers.length === 1 ? first : { orMatch: { valueMatchers: matchers } }
}

/** RE2 reads the text literally. */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

/** A name in which `*` stands for anything that `any` matches. */
export function namePattern(name: string, any: string): string {
  return name.split('*').map(quoteRegex).join(any)
}
