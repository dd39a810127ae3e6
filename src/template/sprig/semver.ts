import { type FunctionMap, fail, fn } from '../function.js'
import { type FieldAnswer, GoInt, type GoKind, GoObject, type GoValue, NO_FIELD } from '../value.js'

export const SEMVER: FunctionMap = {
  semver: fn('string', (text: string) => new VersionValue(parseVersion(text))),
  semverCompare: fn('string string', (constraint: string, version: string) => {
    const alternatives = parseConstraints(constraint)
    const parsed = parseVersion(version)
    return alternatives.some(all => all.every(one => satisfies(parsed, one)))
  }),
}

interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly pre: string
  readonly meta: string
  readonly original: string
}

const VERSION =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/
const MAX_PART = (1n << 64n) - 1n

/** Lenient: a leading `v` and missing parts are fine. */
function parseVersion(text: string): Version {
  const match = VERSION.exec(text)
  if (match === null) fail('Invalid Semantic Version')
  const [, major = '0', minor = '.0', patch = '.0', pre = '', meta = ''] = match
  const parts = [major, minor.slice(1), patch.slice(1)].map(part => BigInt(part))
  if (parts.some(part => part > MAX_PART)) fail('Error parsing version segment: value out of range')
  if (pre.split('.').some(part => /^0[0-9]+$/.test(part))) fail('Version segment starts with 0')
  const [a = 0n, b = 0n, c = 0n] = parts
  return { major: a, minor: b, patch: c, pre, meta, original: text }
}

function versionText({ major, minor, patch, pre, meta }: Version): string {
  return `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}${meta === '' ? '' : `+${meta}`}`
}

function compare(a: Version, b: Version): number {
  return order(a.major, b.major) || order(a.minor, b.minor) || order(a.patch, b.patch) || comparePre(a.pre, b.pre)
}

function order<T extends bigint | string | number>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function comparePre(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? 1 : -1
  const [left, right] = [a.split('.'), b.split('.')]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = comparePart(left[i], right[i])
    if (difference !== 0) return difference
  }
  return 0
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  const [isNumber, isOther] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (isNumber && isOther) return order(BigInt(a), BigInt(b))
  return isNumber === isOther ? order(a, b) : isNumber ? -1 : 1
}

/** `>=1.2.x`: which parts are wild. */
interface Constraint {
  readonly operator: string
  readonly version: Version
  readonly isWild: boolean
  readonly isMinorWild: boolean
  readonly isPatchWild: boolean
}

const OPERATOR = '=>|=<|!=|>=|<=|~>|=|>|<|~|\\^|'
const WILD_VERSION =
  'v?([0-9|xX*]+)(\\.[0-9|xX*]+)?(\\.[0-9|xX*]+)?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?'

/** Alternatives (`||`) of constraints that all have to hold (blank or comma). */
function parseConstraints(text: string): Constraint[][] {
  return rangesAsComparisons(text).split('||').map(parseAll)
}

/** `1.2 - 1.4` is `>=1.2,<=1.4`. */
function rangesAsComparisons(text: string): string {
  return text.replace(new RegExp(`\\s*(${WILD_VERSION})\\s+-\\s+(${WILD_VERSION})\\s*`, 'g'), (...match) => {
    const [, low, , , , , high] = match as string[]
    return `>=${low},<=${high} `
  })
}

function parseAll(text: string): Constraint[] {
  const one = `(?:${OPERATOR})\\s*${WILD_VERSION}`
  if (!new RegExp(`^\\s*${one}\\s*(?:(?:\\s+|,\\s*)${one}\\s*)*$`).test(text)) fail(`improper constraint: ${text}`)
  return Array.from(text.matchAll(new RegExp(`(${OPERATOR})\\s*${WILD_VERSION}`, 'g')), parseOne)
}

function parseOne(match: RegExpMatchArray): Constraint {
  const [, operator = '', major = '', minor = '', patch = '', pre = ''] = match
  const isWild = (part: string): boolean => ['', 'x', 'X', '*'].includes(part.replace('.', ''))
  const base = { operator, isWild: true, isMinorWild: false, isPatchWild: false }
  if (isWild(major)) return { ...base, version: parseVersion(`0.0.0${pre}`) }
  if (isWild(minor)) return { ...base, isMinorWild: true, version: parseVersion(`${major}.0.0${pre}`) }
  if (isWild(patch)) return { ...base, isPatchWild: true, version: parseVersion(`${major}${minor}.0${pre}`) }
  return { ...base, isWild: false, version: parseVersion(`${major}${minor}${patch}${pre}`) }
}

/** A prerelease satisfies only constraints that name one, except for a plain `!=`. */
function satisfies(version: Version, constraint: Constraint): boolean {
  const isUnwantedPre = version.pre !== '' && constraint.version.pre === ''
  if (constraint.operator === '!=') return differs(version, constraint, isUnwantedPre)
  if (isUnwantedPre) return false
  const difference = compare(version, constraint.version)
  switch (constraint.operator) {
    case '>':
      return isAbove(version, constraint, difference)
    case '<':
      return difference < 0
    case '>=':
    case '=>':
      return difference >= 0
    case '<=':
    case '=<':
      return isAtMost(version, constraint, difference)
    case '~':
    case '~>':
      return isNear(version, constraint, difference)
    case '^':
      return isCompatible(version, constraint, difference)
  }
  return constraint.isWild ? isNear(version, constraint, difference) : difference === 0
}

function differs(version: Version, constraint: Constraint, isUnwantedPre: boolean): boolean {
  const { version: other } = constraint
  if (constraint.isWild) {
    if (isUnwantedPre) return false
    if (other.major !== version.major) return true
    if (constraint.isMinorWild) return false
    if (other.minor !== version.minor) return true
    if (constraint.isPatchWild) return version.pre !== other.pre && comparePre(version.pre, other.pre) !== 0
  }
  return compare(version, other) !== 0
}

function isAbove(version: Version, constraint: Constraint, difference: number): boolean {
  const { version: other } = constraint
  if (!constraint.isWild) return difference > 0
  if (version.major !== other.major) return version.major > other.major
  if (constraint.isMinorWild) return false
  return constraint.isPatchWild ? version.minor > other.minor : difference > 0
}

function isAtMost(version: Version, constraint: Constraint, difference: number): boolean {
  if (!constraint.isWild) return difference <= 0
  const { version: other } = constraint
  if (version.major !== other.major) return version.major < other.major
  return constraint.isMinorWild || version.minor <= other.minor
}

function isNear(version: Version, constraint: Constraint, difference: number): boolean {
  const { version: other, isMinorWild, isPatchWild } = constraint
  if (difference < 0) return false
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n
  if (isZero && !isMinorWild && !isPatchWild) return true
  return version.major === other.major && (isMinorWild || version.minor === other.minor)
}

function isCompatible(version: Version, constraint: Constraint, difference: number): boolean {
  const { version: other, isMinorWild, isPatchWild } = constraint
  if (difference < 0) return false
  if (other.major > 0n || isMinorWild) return version.major === other.major
  if (version.major > 0n) return false
  if (other.minor > 0n || isPatchWild) return version.minor === other.minor
  return version.minor === 0n && version.patch === other.patch
}

/** What `semver` returns: prints itself, and has the methods of its Go type. */
class VersionValue extends GoObject {
  readonly goType = '*semver.Version'
  readonly goKind: GoKind = 'ptr'
  readonly version: Version
  constructor(version: Version) {
    super()
    this.version = version
  }

  field(name: string): FieldAnswer {
    const { major, minor, patch, pre, meta, original } = this.version
    switch (name) {
      case 'Major':
        return new GoInt(major, 'uint64')
      case 'Minor':
        return new GoInt(minor, 'uint64')
      case 'Patch':
        return new GoInt(patch, 'uint64')
      case 'Prerelease':
        return pre
      case 'Metadata':
        return meta
      case 'Original':
        return original
      case 'String':
        return versionText(this.version)
      case 'IncMajor':
        return this.#next(major + 1n, 0n, 0n)
      case 'IncMinor':
        return this.#next(major, minor + 1n, 0n)
      case 'IncPatch':
        return this.#next(major, minor, pre === '' ? patch + 1n : patch)
    }
    return NO_FIELD
  }

  #next(major: bigint, minor: bigint, patch: bigint): VersionValue {
    const text = `${this.version.original.startsWith('v') ? 'v' : ''}${major}.${minor}.${patch}`
    return new VersionValue({ major, minor, patch, pre: '', meta: '', original: text })
  }

  override method(name: string): ((args: readonly GoValue[]) => GoValue) | undefined {
    const compared = (test: (difference: number) => GoValue) => (args: readonly GoValue[]) => {
      const [other] = args
      if (!(other instanceof VersionValue)) fail('expected *semver.Version')
      return test(compare(this.version, other.version))
    }
    switch (name) {
      case 'Compare':
        return compared(difference => BigInt(difference))
      case 'Equal':
        return compared(difference => difference === 0)
      case 'LessThan':
        return compared(difference => difference < 0)
      case 'GreaterThan':
        return compared(difference => difference > 0)
    }
    return undefined
  }

  override text(): string {
    return versionText(this.version)
  }

  override json(): GoValue {
    return versionText(this.version)
  }
}
