import { fromBytes, toBytes } from '../bytes.js'
import { type FunctionMap, fail, fn } from '../function.js'
import { goQuote } from '../quote.js'
import { emptyMap, type GoMap, kindOf } from '../value.js'

export const URLS: FunctionMap = {
  urlParse: fn('string', urlParse),
  urlJoin: fn('dict', urlJoin),
}

/** RFC 3986 parts as net/url splits them. */
function urlParse(source: string): GoMap {
  const problem = (what: string): never => fail(`unable to parse url: parse ${goQuote(source)}: ${what}`)
  if (/[\x00-\x1f\x7f]/.test(source)) problem('net/url: invalid control character in URL')
  const hash = source.indexOf('#')
  const fragment = hash === -1 ? '' : source.slice(hash + 1)
  let rest = hash === -1 ? source : source.slice(0, hash)
  const [, scheme = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest) ?? []
  if (rest.startsWith(':')) problem('missing protocol scheme')
  if (scheme !== '') rest = rest.slice(scheme.length + 1)
  const mark = rest.indexOf('?')
  const query = mark === -1 ? '' : rest.slice(mark + 1)
  if (mark !== -1) rest = rest.slice(0, mark)
  const parts = emptyMap()
  let authority = ''
  let opaque = ''
  if (!rest.startsWith('/') && scheme !== '') {
    opaque = rest
    rest = ''
  } else if (!rest.startsWith('/') && /^[^/]*:/.test(rest)) problem('first path segment in URL cannot contain colon')
  if (rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash)
    rest = slash === -1 ? '' : rest.slice(slash)
  }
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (/[ <>"]/.test(host)) problem(`invalid character ${goQuote(/[ <>"]/.exec(host)?.[0] ?? '')} in host name`)
  const port = /:([^:\]]*)$/.exec(host)?.[1] ?? ''
  if (!/^[0-9]*$/.test(port)) problem(`invalid port ${goQuote(`:${port}`)} after host`)
  parts['scheme'] = scheme.toLowerCase()
  parts['host'] = decodePercent(host, problem)
  parts['hostname'] = decodePercent(host, problem)
    .replace(/:[0-9]*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  parts['path'] = decodePercent(rest, problem)
  parts['query'] = query
  parts['opaque'] = opaque
  parts['fragment'] = decodePercent(fragment, problem)
  parts['userinfo'] = at === -1 ? '' : userText(authority.slice(0, at), problem)
  return parts
}

function decodePercent(text: string, problem: (what: string) => never): string {
  if (!text.includes('%')) return text
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text)
  if (bad !== null) problem(`invalid URL escape ${goQuote(bad[0])}`)
  const raw = text.replace(/((?:%[0-9A-Fa-f]{2})+)/g, escaped =>
    fromBytes(Uint8Array.from(escaped.slice(1).split('%'), pair => Number.parseInt(pair, 16))),
  )
  return raw
}

/** Percent-encoding of what a part may not hold as it is. */
function encodePercent(text: string, allowed: RegExp): string {
  let out = ''
  for (const byte of toBytes(text)) {
    const c = String.fromCharCode(byte)
    out += /[A-Za-z0-9\-_.~]/.test(c) || allowed.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

const IN_PATH = /[$&+,/:;=@]/
const IN_USER = /[$&+,;=]/
const IN_FRAGMENT = /[$&+,/:;=?@!()*]/
const IN_HOST = /[!$&'()*+,;=:[\]<>"]/

function userText(text: string, problem: (what: string) => never): string {
  const colon = text.indexOf(':')
  const name = decodePercent(colon === -1 ? text : text.slice(0, colon), problem)
  if (colon === -1) return encodePercent(name, IN_USER)
  return `${encodePercent(name, IN_USER)}:${encodePercent(decodePercent(text.slice(colon + 1), problem), IN_USER)}`
}

function urlJoin(parts: GoMap | null): string {
  const text = (key: string): string => {
    const value = parts !== null && Object.hasOwn(parts, key) ? parts[key] : ''
    if (typeof value === 'string') return value
    fail(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`)
  }
  const problem = (what: string): never => fail(`unable to parse userinfo in dict: ${what}`)
  const [scheme, host, path, opaque, user] = [
    text('scheme'),
    text('host'),
    text('path'),
    text('opaque'),
    text('userinfo'),
  ]
  let out = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') out += opaque
  else {
    if (scheme !== '' || host !== '' || user !== '') {
      if (host !== '' || path !== '' || user !== '') out += '//'
      if (user !== '') out += `${userText(user, problem)}@`
      out += encodePercent(host, IN_HOST)
    }
    const escaped = path === '*' ? '*' : encodePercent(path, IN_PATH)
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/'
    if (out === '' && /^[^/]*:/.test(escaped)) out += './'
    out += escaped
  }
  if (text('query') !== '') out += `?${text('query')}`
  if (text('fragment') !== '') out += `#${encodePercent(text('fragment'), IN_FRAGMENT)}`
  return out
}
