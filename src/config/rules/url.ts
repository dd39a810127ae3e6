/**
 * URLs as Go's net/url reads them: more is allowed than by the standard that JavaScript has, and other things are refused, so
 * that a verdict here is a verdict there. Undefined: it cannot be parsed.
 */
export interface GoUrl {
  /** Lower case; empty for a relative reference. */
  readonly scheme: string
  readonly host: string
  readonly path: string
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+\-.]*):/

export function parseUrl(text: string): GoUrl | undefined {
  if (/[\0-\x1f\x7f]/.test(text)) return undefined
  const match = SCHEME.exec(text)
  if (match === null && text.startsWith(':')) return undefined
  const scheme = (match?.[1] ?? '').toLowerCase()
  let rest = text.slice(match?.[0].length ?? 0)
  const hash = rest.indexOf('#')
  if (hash !== -1) {
    if (!areEscapesWhole(rest.slice(hash + 1))) return undefined
    rest = rest.slice(0, hash)
  }
  const query = rest.indexOf('?')
  if (query !== -1) rest = rest.slice(0, query)
  if (!rest.startsWith('/')) return opaqueOrRelative(scheme, rest)
  if (!rest.startsWith('//')) return areEscapesWhole(rest) ? { scheme, host: '', path: rest } : undefined
  const slash = rest.indexOf('/', 2)
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash)
  const path = slash === -1 ? '' : rest.slice(slash)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return isHost(host) && areEscapesWhole(path) ? { scheme, host, path } : undefined
}

/** For `net/url.ParseRequestURI`: absolute, or a path from the root; a fragment is part of it. */
export function parseRequestUrl(text: string): GoUrl | undefined {
  if (text === '' || (!SCHEME.test(text) && !text.startsWith('/'))) return undefined
  const scheme = SCHEME.exec(text)
  if (scheme !== null && !text.slice(scheme[0].length).startsWith('/')) return undefined
  return parseUrl(text.replaceAll('#', '%23'))
}

function opaqueOrRelative(scheme: string, rest: string): GoUrl | undefined {
  if (scheme !== '') return { scheme, host: '', path: '' }
  const first = rest.split('/', 1)[0] ?? ''
  return first.includes(':') || !areEscapesWhole(rest) ? undefined : { scheme, host: '', path: rest }
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']')
    return end !== -1 && /^(?::\d*)?$/.test(host.slice(end + 1))
  }
  const colon = host.lastIndexOf(':')
  if (colon !== -1 && !/^\d*$/.test(host.slice(colon + 1))) return false
  return !/[ "<>\\^`{|}%]/.test(host)
}

function areEscapesWhole(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text)
}
