import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { compileRegex } from '../lang/regex.js'
import { isInRange } from './request-chain.js'
import { objectAt, objectsAt, textAt } from './request-json.js'
import { headerOf, headerTakes, pathOf, textTakes, type Verdict } from './request-match.js'
import type { SentRequest } from './request-sent.js'

/** What a server's proxy knows of who asks, and for what. */
export interface Asked {
  /** SPIFFE id of the client's certificate; undefined: it showed none. `unknown`: one that is not the mesh's. */
  readonly identity: string | undefined | 'unknown'
  /** Where the connection comes from; undefined: not known. */
  readonly from: string | undefined
  readonly to: { readonly address: string; readonly port: number }
  readonly serverName: string
  /** Undefined: bytes. */
  readonly request: SentRequest | undefined
  /** Whether there is a token that could have been checked: what it says is not known. */
  readonly hasToken: boolean
}

/** Whether something matches, and the facts that decided: what is so, or for `undefined` what is not known. */
export interface Judgement {
  readonly verdict: Verdict
  readonly because: readonly string[]
}

/** One rule of a policy, by the name that it has in the filter. */
export interface RuleJudgement extends Judgement {
  readonly rule: string
}

/** Each policy of an RBAC filter (envoy.config.rbac.v3.RBAC): it matches if some permission and some principal do. */
export function judgeRules(rules: JsonObject, asked: Asked): readonly RuleJudgement[] {
  return Object.entries(objectAt(rules, 'policies')).map(([rule, policy]) => {
    const of = (field: string): Judgement =>
      isJsonObject(policy) ? anyOf(objectsAt(policy, field).map(each => judge(each, asked))) : NEVER
    return { rule, ...allOf([of('principals'), of('permissions')]) }
  })
}

const ALWAYS: Judgement = { verdict: true, because: [] }
const NEVER: Judgement = { verdict: false, because: [] }

type Judge = (value: Json, asked: Asked) => Judgement

/** A Permission or a Principal: one field each. */
function judge(condition: JsonObject, asked: Asked): Judgement {
  const judgements = Object.entries(condition).map(([field, value]) => {
    const known = Object.hasOwn(CONDITIONS, field) ? CONDITIONS[field] : undefined
    return known === undefined ? unknown(`whether ${field} holds`) : known(value, asked)
  })
  return allOf(judgements)
}

function listOf(value: Json, field: string, asked: Asked): Judgement[] {
  return isJsonObject(value) ? objectsAt(value, field).map(each => judge(each, asked)) : []
}

const CONDITIONS: Readonly<Record<string, Judge>> = {
  any: () => ALWAYS,
  andRules: (value, asked) => allOf(listOf(value, 'rules', asked)),
  orRules: (value, asked) => anyOf(listOf(value, 'rules', asked)),
  notRule: (value, asked) => not(value, asked),
  andIds: (value, asked) => allOf(listOf(value, 'ids', asked)),
  orIds: (value, asked) => anyOf(listOf(value, 'ids', asked)),
  notId: (value, asked) => not(value, asked),
  header: (value, asked) => judgeHeader(value, asked),
  urlPath: (value, asked) => judgePath(asked, path => textTakes(objectAt(objectOf(value), 'path'), path)),
  uriTemplate: (value, asked) =>
    judgePath(asked, path => templateTakes(textAt(objectAt(objectOf(value), 'typedConfig'), 'pathTemplate'), path)),
  destinationPort: (value, { to }) => fact(value === to.port, `the port is ${to.port}`),
  destinationIp: (value, { to }) => fact(isInRange(objectOf(value), to.address), `the address is ${to.address}`),
  requestedServerName: (value, { serverName }) =>
    fact(
      textTakes(value, serverName),
      serverName === '' ? 'there is no server name' : `the server name is ${serverName}`,
    ),
  authenticated: (value, { identity }) => judgeIdentity(objectAt(objectOf(value), 'principalName'), identity),
  directRemoteIp: (value, { from }) =>
    from === undefined
      ? unknown('which address the connection comes from')
      : fact(isInRange(objectOf(value), from), `the connection comes from ${from}`),
  remoteIp: () => unknown('which address the first client has'),
  metadata: (value, asked) => judgeMetadata(objectOf(value), asked),
}

function objectOf(value: Json): JsonObject {
  return isJsonObject(value) ? value : {}
}

function fact(verdict: Verdict, because: string): Judgement {
  return verdict === undefined ? unknown(`whether that matches: ${because}`) : { verdict, because: [because] }
}

function unknown(because: string): Judgement {
  return { verdict: undefined, because: [because] }
}

/** False for what is false first; unknown for all that is not known. */
function allOf(judgements: readonly Judgement[]): Judgement {
  const failing = judgements.find(({ verdict }) => verdict === false)
  if (failing !== undefined) return failing
  return combined(judgements, true)
}

function anyOf(judgements: readonly Judgement[]): Judgement {
  const holding = judgements.find(({ verdict }) => verdict === true)
  if (holding !== undefined) return holding
  return combined(judgements, false)
}

function combined(judgements: readonly Judgement[], otherwise: boolean): Judgement {
  const open = judgements.filter(({ verdict }) => verdict === undefined)
  const facts = (open.length > 0 ? open : judgements).flatMap(({ because }) => because)
  return { verdict: open.length > 0 ? undefined : otherwise, because: [...new Set(facts)] }
}

function not(value: Json, asked: Asked): Judgement {
  const { verdict, because } = judge(objectOf(value), asked)
  return { verdict: verdict === undefined ? undefined : !verdict, because }
}

function judgeIdentity(name: JsonObject, identity: Asked['identity']): Judgement {
  if (identity === 'unknown') return unknown('whose certificate the client shows')
  if (identity === undefined) return { verdict: false, because: ['the client shows no certificate'] }
  return fact(Object.keys(name).length === 0 || textTakes(name, identity), `the client is ${identity}`)
}

/** What proxies on the way add by themselves, so that the program's request does not tell. */
const ADDED = /^(x-request-id|x-forwarded-.*|x-envoy-.*|x-b3-.*|traceparent|tracestate)$/
const NAMES: Readonly<Record<string, string>> = { ':method': 'method', ':authority': 'host', ':path': 'path' }

function judgeHeader(value: Json, { request }: Asked): Judgement {
  const matcher = objectOf(value)
  const name = textAt(matcher, 'name').toLowerCase()
  if (request === undefined) return unknown(`the header ${name}: the request cannot be read`)
  const label = NAMES[name] ?? name
  const found = headerOf(name, request)
  if (request.unknown.has(name) || (found === undefined && ADDED.test(name))) return unknown(`what ${label} will be`)
  const text = name in NAMES ? `the ${label} is ${found ?? ''}` : `${label} is ${JSON.stringify(found)}`
  return fact(headerTakes(matcher, request), found === undefined ? `there is no header ${label}` : text)
}

function judgePath({ request }: Asked, takes: (path: string) => Verdict): Judgement {
  if (request === undefined || request.unknown.has(':path')) return unknown('what the path will be')
  const path = pathOf(request)
  return fact(takes(path), `the path is ${path}`)
}

/** envoy.extensions.path.match.uri_template: `*` is one segment, `**` any number. */
function templateTakes(template: string, path: string): Verdict {
  const pattern = template
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]+' : part.replace(/[\\.+?()|[\]{}^$]/g, '\\$&')))
    .join('')
  const regex = compileRegex(pattern)
  return regex.ok ? regex.value.matchesWhole(path) : undefined
}

const TOKEN_FILTER = 'envoy.filters.http.jwt_authn'

/** Metadata that filters before leave: of a token, if there is one. */
function judgeMetadata(matcher: JsonObject, { hasToken }: Asked): Judgement {
  const filter = textAt(matcher, 'filter')
  if (filter !== TOKEN_FILTER) return unknown(`what ${filter} finds out`)
  if (!hasToken) return { verdict: false, because: ['the request has no token'] }
  const [, ...claim] = objectsAt(matcher, 'path').map(step => textAt(step, 'key'))
  return unknown(`what the token says of ${claim.join('.')}`)
}
