import type { Condition, Source } from '../../config/istio-types.generated.js'
import type { EnvoyTypeMatcherStringMatcher, MetadataMatcher, Principal } from '../../proto/envoy-types.generated.js'
import {
  ANY_TEXT,
  headerMatcher,
  metadataMatcher,
  namePattern,
  oneOf,
  quoteRegex,
  rangeOf,
  textMatcher,
} from './rbac-match.js'
import type { Traffic } from './rbac-permission.js'

/** Principals that all have to hold, or undefined where one of them cannot be asked of this traffic. */
export type Principals = readonly (Principal | undefined)[]

export interface PrincipalFacts {
  /** Of the policy: a service account without a namespace is of that one. */
  readonly namespace: string
  /** An identity, and what stands for it in other trust domains of the mesh. */
  readonly aliases: (principals: readonly string[]) => readonly string[]
  readonly traffic: Traffic
}

type Make = (value: string) => Principal | undefined

const SPIFFE = 'spiffe://'
/** Filter that leaves what it found in a token, and under which key. */
const JWT = { filter: 'envoy.filters.http.jwt_authn', payload: 'payload' } as const

export function principalsOfSource(source: Source, { namespace, aliases, traffic }: PrincipalFacts): Principals {
  const http = (make: Make): Make => (traffic === 'http' ? make : () => undefined)
  return [
    ...pair(source.serviceAccounts, source.notServiceAccounts, serviceAccount(namespace)),
    ...pair(aliases(source.principals ?? []), aliases(source.notPrincipals ?? []), identity),
    ...pair(source.requestPrincipals, source.notRequestPrincipals, http(requestPrincipal), oneOrAny),
    ...pair(source.namespaces, source.notNamespaces, inNamespace),
    ...pair(source.trustDomains, source.notTrustDomains, inTrustDomain),
    ...pair(source.remoteIpBlocks, source.notRemoteIpBlocks, remoteIp),
    ...pair(source.ipBlocks, source.notIpBlocks, directIp),
  ]
}

const HEADER = /^request\.headers\[(.+)\]$/s
const CLAIMS = /^request\.auth\.claims((?:\[[^\]]+\])+)$/s

export function principalsOfCondition(condition: Condition, facts: PrincipalFacts): Principals {
  const { key = '', values = [], notValues = [] } = condition
  switch (key) {
    case 'source.ip':
      return pair(values, notValues, directIp)
    case 'remote.ip':
      return pair(values, notValues, remoteIp)
    case 'source.namespace':
      return pair(values, notValues, inNamespace)
    case 'source.serviceAccount':
      return pair(values, notValues, serviceAccount(facts.namespace))
    case 'source.principal':
      return pair(facts.aliases(values), facts.aliases(notValues), identity)
    default:
      return facts.traffic === 'http' ? ofRequest(key, values, notValues) : [undefined]
  }
}

/** What only a request has. An unknown key is refused by validation, and matches nothing here. */
function ofRequest(key: string, values: readonly string[], notValues: readonly string[]): Principals {
  if (key === 'request.auth.principal') return pair(values, notValues, requestPrincipal, oneOrAny)
  if (key === 'request.auth.audiences') return claim(['aud'], values, notValues)
  if (key === 'request.auth.presenter') return claim(['azp'], values, notValues)
  const [, header] = HEADER.exec(key) ?? []
  if (header !== undefined) return pair(values, notValues, value => ({ header: headerMatcher(header, value) }))
  const [, path] = CLAIMS.exec(key) ?? []
  return path === undefined ? [undefined] : claim(path.slice(1, -1).split(']['), values, notValues)
}

function pair(
  values: readonly string[] = [],
  notValues: readonly string[] = [],
  make: Make,
  join: (ids: readonly Principal[]) => Principal = anyOf,
): Principals {
  const either = (texts: readonly string[]): Principal | undefined => {
    const ids = texts.map(make)
    return ids.every(id => id !== undefined) ? join(ids) : undefined
  }
  const no = notValues.length === 0 ? undefined : either(notValues)
  return [
    ...(values.length === 0 ? [] : [either(values)]),
    ...(notValues.length === 0 ? [] : [no === undefined ? undefined : { notId: no }]),
  ]
}

function anyOf(ids: readonly Principal[]): Principal {
  return { orIds: { ids } }
}

function oneOrAny(ids: readonly Principal[]): Principal {
  const [first] = ids
  return first !== undefined && ids.length === 1 ? first : anyOf(ids)
}

function authenticated(principalName: EnvoyTypeMatcherStringMatcher): Principal {
  return { authenticated: { principalName } }
}

function byPattern(regex: string): Principal {
  return authenticated({ safeRegex: { regex } })
}

function identity(value: string): Principal {
  return authenticated(textMatcher(value, SPIFFE))
}

function inNamespace(value: string): Principal {
  return byPattern(`.*/ns/${namePattern(value, '.*')}/.*`)
}

function inTrustDomain(value: string): Principal {
  if (!value.includes('*')) return authenticated({ prefix: `${SPIFFE}${value}/` })
  return byPattern(`${SPIFFE}${namePattern(value, '[^/]*')}/.*`)
}

/** Anything may stand around the two parts of an identity that say the account: other schemes than Istio's add to it. */
function serviceAccount(own: string): Make {
  return value => {
    const slash = value.indexOf('/')
    const namespace = slash < 0 ? own : value.slice(0, slash)
    const name = value.slice(slash + 1)
    return byPattern(`${SPIFFE}.+/ns/${quoteRegex(namespace)}/(.+/|)sa/${quoteRegex(name)}(/.+)?`)
  }
}

function directIp(value: string): Principal | undefined {
  const range = rangeOf(value)
  return range === undefined ? undefined : { directRemoteIp: range }
}

function remoteIp(value: string): Principal | undefined {
  const range = rangeOf(value)
  return range === undefined ? undefined : { remoteIp: range }
}

/** `<issuer>/<subject>` of a token. */
function requestPrincipal(value: string): Principal {
  const { issuer, subject } = issuerAndSubject(value)
  const is = (key: string, text: string): Principal => ({
    metadata: ofToken([key], [{ stringMatch: text === '*' ? ANY_TEXT : textMatcher(text) }]),
  })
  return { andIds: { ids: [is('iss', issuer), is('sub', subject)] } }
}

function issuerAndSubject(value: string): { readonly issuer: string; readonly subject: string } {
  const slash = value.lastIndexOf('/')
  if (value === '*') return { issuer: '*', subject: '*' }
  if (slash >= 0) return { issuer: value.slice(0, slash), subject: value.slice(slash + 1) }
  if (value.startsWith('*')) return { issuer: '*', subject: value }
  return { issuer: value, subject: value.endsWith('*') ? '*' : '' }
}

/** A claim is a text or a list of them. */
function claim(path: readonly string[], values: readonly string[], notValues: readonly string[]): Principals {
  const has = (texts: readonly string[]): Principal => {
    const found = oneOf(texts.map(text => ({ stringMatch: textMatcher(text) })))
    return { metadata: ofToken(path, [{ listMatch: { oneOf: found } }, found]) }
  }
  return [...(values.length === 0 ? [] : [has(values)]), ...(notValues.length === 0 ? [] : [{ notId: has(notValues) }])]
}

function ofToken(path: readonly string[], matchers: Parameters<typeof metadataMatcher>[2]): MetadataMatcher {
  return metadataMatcher(JWT.filter, [JWT.payload, ...path], matchers)
}
