import { parseProtoDuration } from '../../lang/duration.js'
import { compileRegex } from '../../lang/regex.js'
import { type Path, quote, type Report } from '../finding.js'
import { isCidr, isIp } from './addresses.js'

/** A rule on one value: what is wrong with it, in a sentence, or nothing. */
export type Flaw = string | undefined

/** Reports a flaw, if there is one. */
export function require(report: Report, path: Path, flaw: Flaw): void {
  if (flaw !== undefined) report.error(path, flaw)
}

const DOMAIN_LENGTH = 255
const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/
const FIRST_WILDCARD_LABEL = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/

/** A label of a DNS name (RFC 1123): a namespace, a subset, a port's name. */
export function labelFlaw(text: string, what: string): Flaw {
  if (LABEL.test(text)) return undefined
  return `${quote(text)} is not a ${what}; expected letters, digits and -, at most 63 characters`
}

/** Names that gateways between networks route by hold a port and a subset before the host: `outbound_.80_.v1_.reviews.ns.svc`. */
const SNI_ROUTE = /^outbound_\.\d+_\.[-a-zA-Z0-9]*_\./

/** A name without wildcards. A trailing dot is fine. */
export function domainFlaw(name: string): Flaw {
  return sizeFlaw(name) ?? labelsFlaw(name, name)
}

/** A name whose first label may be, or begin with, a wildcard. */
export function wildcardDomainFlaw(name: string): Flaw {
  const size = sizeFlaw(name)
  if (size !== undefined) return size
  const route = SNI_ROUTE.exec(name)
  if (route !== null) return labelsFlaw(name.slice(route[0].length), name)
  const dot = name.indexOf('.')
  const first = dot === -1 ? name : name.slice(0, dot)
  if (!FIRST_WILDCARD_LABEL.test(first)) return invalidLabel(name, first)
  return dot === -1 ? undefined : labelsFlaw(name.slice(dot + 1), name)
}

function sizeFlaw(name: string): Flaw {
  if (name === '') return 'a host may not be empty; expected a name such as "reviews.prod.svc.cluster.local"'
  return name.length > DOMAIN_LENGTH
    ? `${quote(name)} is longer than the ${DOMAIN_LENGTH} characters of a host`
    : undefined
}

function labelsFlaw(labels: string, name: string): Flaw {
  const parts = labels.split('.')
  if (parts.length > 1 && parts.at(-1) === '') parts.pop()
  const bad = parts.find(part => !LABEL.test(part))
  if (bad !== undefined) return invalidLabel(name, bad)
  const last = parts.at(-1) ?? ''
  return /^\d+$/.test(last) ? `${quote(name)} is not a host: its last part ${quote(last)} is a number` : undefined
}

function invalidLabel(name: string, label: string): string {
  return `${quote(name)} is not a host: ${quote(label)} should be letters, digits and -, at most 63 characters`
}

/** `*` and `*.x` are whole wildcards; `*x` is none that every proxy understands. */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host !== '*' && !(host.startsWith('*.') && !host.slice(1).includes('*'))
}

export function partialWildcardText(host: string): string {
  return `${quote(host)} is a partial wildcard; expected a whole first label, such as *.example.com`
}

export function portFlaw(port: number | undefined): Flaw {
  const number = port ?? 0
  return number >= 1 && number <= 65_535 ? undefined : `${number} is not a port; expected 1 to 65535`
}

const PROTOCOLS =
  'tcp udp http http2 https grpc grpc-web grpc-web-tls http_proxy tls mongo redis mysql hbone doublehbone'.split(' ')

/** Absent is fine: the protocol is then detected. */
export function protocolFlaw(protocol: string | undefined): Flaw {
  if (protocol === undefined || protocol === '' || PROTOCOLS.includes(protocol.toLowerCase())) return undefined
  return `unknown protocol ${quote(protocol)}; expected one of ${PROTOCOLS.map(name => name.toUpperCase()).join(', ')}`
}

export function isHttp(protocol: string | undefined): boolean {
  return ['http', 'http2', 'grpc', 'grpc-web', 'http_proxy'].includes((protocol ?? '').toLowerCase())
}

export function isTls(protocol: string | undefined): boolean {
  return ['https', 'tls'].includes((protocol ?? '').toLowerCase())
}

const MS = 1_000_000n

/** Canonical text, at least a millisecond, in whole milliseconds. */
export function durationFlaw(text: string | undefined, least = MS): Flaw {
  if (text === undefined) return undefined
  const nanoseconds = parseProtoDuration(text)
  if (!nanoseconds.ok) return nanoseconds.error
  if (nanoseconds.value < least) return `${text} is too short; expected at least 1ms`
  return nanoseconds.value % MS === 0n ? undefined : `${text} is finer than a millisecond`
}

export function nonNegativeDurationFlaw(text: string | undefined): Flaw {
  return durationFlaw(text, 0n)
}

export function percentFlaw(value: number | undefined): Flaw {
  if (value === undefined || (value >= 0 && value <= 100)) return undefined
  return `${value} is not a percentage; expected 0 to 100`
}

/** Patterns run in an RE2 engine; what it does not know, and what is too long for it, is refused here. */
export function regexFlaw(pattern: string | undefined): Flaw {
  if (pattern === undefined) return undefined
  const known = patterns.get(pattern)
  if (known !== undefined) return known.flaw
  const compiled = compileRegex(pattern)
  const flaw = compiled.ok ? undefined : compiled.error
  if (patterns.size >= PATTERNS) patterns.clear()
  patterns.set(pattern, { flaw })
  return flaw
}

/** Verdicts by pattern: meshes repeat a few patterns thousands of times, and compiling is slow. Dropped as a whole when full. */
const patterns = new Map<string, { readonly flaw: Flaw }>()
const PATTERNS = 1_000

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

export function headerNameFlaw(name: string): Flaw {
  if (name === '') return 'the name of a header may not be empty'
  return HEADER_NAME.test(name) ? undefined : `${quote(name)} is not the name of a header`
}

/** Of headers that are written, not only looked at: plain words. */
export function plainHeaderNameFlaw(name: string): Flaw {
  if (name === '') return 'the name of a header may not be empty'
  return /^[-_A-Za-z0-9]+$/.test(name)
    ? undefined
    : `${quote(name)} is not a plain name of a header; expected letters, digits, - and _`
}

/** `unix:///path` or `unix://@abstract`. */
export function isUnix(address: string | undefined): boolean {
  return (address ?? '').startsWith('unix://')
}

export function unixFlaw(address: string): Flaw {
  const path = address.slice('unix://'.length)
  if (path.startsWith('@')) return path.length > 1 ? undefined : `${quote(address)} has no name behind the @`
  if (path.startsWith('/') && !path.endsWith('/')) return undefined
  return `${quote(address)} is not an absolute path to a file; expected unix:///path/to/socket or unix://@name`
}

export function cidrOrIpFlaw(text: string): Flaw {
  return isIp(text) || isCidr(text)
    ? undefined
    : `${quote(text)} is neither an IP address nor a CIDR block such as 10.0.0.0/8`
}
