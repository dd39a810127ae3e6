import type { Environment } from '@marcbachmann/cel-js'
import { parseQuantity } from '../lang/quantity.js'
import { compileRegex, type Regex } from '../lang/regex.js'

/**
 * Functions that API servers add to CEL, as far as its library does not have them
 * (https://kubernetes.io/docs/reference/using-api/cel/): strings, regular expressions, lists, sets, URLs, quantities. Not here:
 * `format`, IP addresses, semantic versions, the authorizer.
 */
export function addKubernetesFunctions(environment: Environment): void {
  addTexts(environment)
  addLists(environment)
  addSets(environment)
  addUrls(environment)
  addQuantities(environment)
}

function regexOf(pattern: string): Regex {
  const regex = compileRegex(pattern)
  if (!regex.ok) throw new Error(regex.error)
  return regex.value
}

/** More parts of a text are not given, whatever an expression asks for. */
const MAX_PARTS = 10_000

function addTexts(environment: Environment): void {
  environment
    .registerFunction('matches(string, string): bool', (text: string, pattern: string) =>
      regexOf(pattern).matches(text),
    )
    .registerFunction('string.find(string): string', (text: string, pattern: string) => {
      return regexOf(pattern).findAll(text, 1)[0] ?? ''
    })
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      regexOf(pattern).findAll(text, MAX_PARTS),
    )
    .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) =>
      regexOf(pattern).findAll(text, limit < 0n ? MAX_PARTS : Math.min(MAX_PARTS, Number(limit))),
    )
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
      const characters = [...text]
      if (at < 0n || at > characters.length) throw new Error(`index out of range: ${at}`)
      return characters[Number(at)] ?? ''
    })
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('string.replace(string, string, int): string', replaceSome)
}

function replaceSome(text: string, from: string, to: string, count: bigint): string {
  let left = count < 0n ? Number.POSITIVE_INFINITY : Number(count)
  return text.replaceAll(from, found => (left-- > 0 ? to : found))
}

type Ordered = bigint | number | string | boolean

function addLists(environment: Environment): void {
  environment
    .registerFunction('list.sum(): dyn', (list: (bigint | number)[]) => {
      // Of an empty list nobody knows whether it has integers; zero compares with either.
      return list.length === 0 ? 0n : list.reduce((sum, item) => (sum as number) + (item as number))
    })
    .registerFunction('list.min(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a < b))
    .registerFunction('list.max(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a > b))
    .registerFunction('list.isSorted(): bool', (list: Ordered[]) =>
      list.every((item, i) => i === 0 || list[i - 1]! <= item),
    )
    .registerFunction('list.indexOf(dyn): int', (list: unknown[], item: unknown) =>
      BigInt(list.findIndex(each => areEqual(each, item))),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], item: unknown) =>
      BigInt(list.findLastIndex(each => areEqual(each, item))),
    )
}

function extreme(list: readonly Ordered[], isBetter: (a: Ordered, b: Ordered) => boolean): Ordered {
  if (list.length === 0) throw new Error('an empty list has neither a smallest nor a largest item')
  return list.reduce((best, item) => (isBetter(item, best) ? item : best))
}

/** Of values as CEL has them: maps, lists, and scalars of which only numbers have several types. */
function areEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => areEqual(item, b[i]))
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && areEqual(value, b.get(key)))
  // biome-ignore lint/suspicious/noDoubleEquals: 1 (double) and 1n (int) are equal in CEL
  return typeof a === typeof b ? a === b : isNumber(a) && isNumber(b) && a == b
}

function isNumber(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number'
}

class SetFunctions {}

function addSets(environment: Environment): void {
  const contains = (list: readonly unknown[], others: readonly unknown[]): boolean =>
    others.every(other => list.some(item => areEqual(item, other)))
  type Lists = [SetFunctions, readonly unknown[], readonly unknown[]]
  environment
    .registerType('kubernetes.Sets', SetFunctions)
    .registerConstant('sets', 'kubernetes.Sets', new SetFunctions())
    .registerFunction('kubernetes.Sets.contains(list, list): bool', (...[, a, b]: Lists) => contains(a, b))
    .registerFunction(
      'kubernetes.Sets.equivalent(list, list): bool',
      (...[, a, b]: Lists) => contains(a, b) && contains(b, a),
    )
    .registerFunction('kubernetes.Sets.intersects(list, list): bool', (...[, a, b]: Lists) =>
      a.some(item => b.some(other => areEqual(item, other))),
    )
}

/** An absolute address or an absolute path, as Go's url.ParseRequestURI takes it. */
function urlOf(text: string): URL | undefined {
  if (text.startsWith('/')) return new URL(`path:${text}`)
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

function addUrls(environment: Environment): void {
  const part = (name: string, get: (url: URL) => string): void => {
    environment.registerFunction(`kubernetes.URL.${name}(): string`, (url: URL) => get(url))
  }
  environment
    .registerType('kubernetes.URL', URL)
    .registerFunction('isURL(string): bool', (text: string) => urlOf(text) !== undefined)
    .registerFunction('url(string): kubernetes.URL', (text: string) => {
      const url = urlOf(text)
      if (url === undefined) throw new Error(`${JSON.stringify(text)} is no URL`)
      return url
    })
  part('getScheme', url => (url.protocol === 'path:' ? '' : url.protocol.slice(0, -1)))
  part('getHost', url => url.host)
  part('getHostname', url => url.hostname.replace(/^\[(.*)\]$/, '$1'))
  part('getPort', url => url.port)
  part('getEscapedPath', url => url.pathname)
}

/** Of Kubernetes, in billionths. */
class Amount {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

const NANOS = 1_000_000_000n

function addQuantities(environment: Environment): void {
  const compare = (name: string, of: (a: bigint, b: bigint) => boolean): void => {
    environment.registerFunction(`kubernetes.Quantity.${name}(kubernetes.Quantity): bool`, (a: Amount, b: Amount) =>
      of(a.nanos, b.nanos),
    )
  }
  environment
    .registerType('kubernetes.Quantity', Amount)
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text).ok)
    .registerFunction('quantity(string): kubernetes.Quantity', (text: string) => {
      const quantity = parseQuantity(text)
      if (!quantity.ok) throw new Error(quantity.error)
      return new Amount(quantity.value.nanos)
    })
    .registerFunction('kubernetes.Quantity.sign(): int', ({ nanos }: Amount) =>
      nanos > 0n ? 1n : nanos < 0n ? -1n : 0n,
    )
    .registerFunction('kubernetes.Quantity.isInteger(): bool', ({ nanos }: Amount) => nanos % NANOS === 0n)
    .registerFunction('kubernetes.Quantity.asInteger(): int', ({ nanos }: Amount) => {
      if (nanos % NANOS !== 0n) throw new Error('cannot convert value to integer')
      return nanos / NANOS
    })
    .registerFunction('kubernetes.Quantity.asApproximateFloat(): double', ({ nanos }: Amount) => Number(nanos) / 1e9)
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: Amount, b: Amount) =>
      a.nanos > b.nanos ? 1n : a.nanos < b.nanos ? -1n : 0n,
    )
  compare('isGreaterThan', (a, b) => a > b)
  compare('isLessThan', (a, b) => a < b)
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const) {
    environment
      .registerFunction(
        `kubernetes.Quantity.${name}(kubernetes.Quantity): kubernetes.Quantity`,
        (a: Amount, b: Amount) => new Amount(a.nanos + sign * b.nanos),
      )
      .registerFunction(
        `kubernetes.Quantity.${name}(int): kubernetes.Quantity`,
        (a: Amount, b: bigint) => new Amount(a.nanos + sign * b * NANOS),
      )
  }
}
