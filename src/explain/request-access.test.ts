import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { decideAccess, hasToken } from './request-access.js'
import { type Asked, judgeRules } from './request-rbac.js'

const CLIENT = 'spiffe://cluster.local/ns/shop/sa/web'
const asked: Asked = {
  identity: CLIENT,
  from: '10.1.2.1',
  to: { address: '10.1.1.1', port: 9080 },
  serverName: 'outbound_.9080_._.reviews',
  request: {
    ...{ method: 'GET', scheme: 'http', host: 'reviews', port: 9080, path: '/a/b?c=1', unknown: new Set(['x-set']) },
    headers: new Map([['x-user', 'jo']]),
  },
  hasToken: false,
}
const ANY = [{ any: true }]
const NAME = 'ns[books]-policy[readers]-rule[0]'

function judged(permission: JsonObject, principal: JsonObject = { any: true }, more: Partial<Asked> = {}) {
  const policies = { [NAME]: { permissions: [permission], principals: [principal] } }
  return judgeRules({ policies }, { ...asked, ...more })[0]
}

const header = (name: string, text: string): JsonObject => ({ header: { name, stringMatch: { exact: text } } })
const client = (exact: string): JsonObject => ({ authenticated: { principalName: { exact } } })
const token = { metadata: { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'payload' }, { key: 'iss' }] } }

describe('a permission', () => {
  it.each<[JsonObject, boolean | undefined, string]>([
    [{ any: true }, true, ''],
    [header(':method', 'GET'), true, 'the method is GET'],
    [header(':method', 'PUT'), false, 'the method is GET'],
    [header(':authority', 'reviews:9080'), true, 'the host is reviews:9080'],
    [header('x-user', 'jo'), true, 'x-user is "jo"'],
    [header('x-none', 'jo'), false, 'there is no header x-none'],
    [header('x-set', 'jo'), undefined, 'what x-set will be'],
    [header('x-request-id', '1'), undefined, 'what x-request-id will be'],
    [{ urlPath: { path: { prefix: '/a' } } }, true, 'the path is /a/b'],
    [{ urlPath: { path: { exact: '/a' } } }, false, 'the path is /a/b'],
    [{ uriTemplate: { typedConfig: { pathTemplate: '/a/*' } } }, true, 'the path is /a/b'],
    [{ uriTemplate: { typedConfig: { pathTemplate: '/*' } } }, false, 'the path is /a/b'],
    [{ uriTemplate: { typedConfig: { pathTemplate: '/**' } } }, true, 'the path is /a/b'],
    [{ destinationPort: 9080 }, true, 'the port is 9080'],
    [{ destinationIp: { addressPrefix: '10.2.0.0', prefixLen: 16 } }, false, 'the address is 10.1.1.1'],
    [{ requestedServerName: { prefix: 'outbound' } }, true, 'the server name is outbound_.9080_._.reviews'],
    [{ notRule: header(':method', 'GET') }, false, 'the method is GET'],
    [{ notRule: header('x-set', 'a') }, undefined, 'what x-set will be'],
    [{ andRules: { rules: [header('x-set', 'a'), { destinationPort: 1 }] } }, false, 'the port is 9080'],
    [{ andRules: { rules: [{ destinationPort: 9080 }, header('x-set', 'a')] } }, undefined, 'what x-set will be'],
    [{ orRules: { rules: [header('x-set', 'a'), { destinationPort: 9080 }] } }, true, 'the port is 9080'],
    [{ orRules: { rules: [] } }, false, ''],
    [{ madeUp: 1 }, undefined, 'whether madeUp holds'],
  ])('%j is %s: %s', (permission, verdict, because) => {
    expect(judged(permission)).toEqual({ rule: NAME, verdict, because: because === '' ? [] : [because] })
  })
})

describe('a principal', () => {
  it.each<[JsonObject, boolean | undefined, string]>([
    [client(CLIENT), true, `the client is ${CLIENT}`],
    [client('spiffe://x'), false, `the client is ${CLIENT}`],
    [{ authenticated: {} }, true, `the client is ${CLIENT}`],
    [{ directRemoteIp: { addressPrefix: '10.1.2.0', prefixLen: 24 } }, true, 'the connection comes from 10.1.2.1'],
    [{ remoteIp: { addressPrefix: '10.1.2.0', prefixLen: 24 } }, undefined, 'which address the first client has'],
    [{ orIds: { ids: [client('spiffe://x'), token] } }, false, `the client is ${CLIENT}, the request has no token`],
    [{ metadata: { filter: 'other' } }, undefined, 'what other finds out'],
  ])('%j is %s: %s', (principal, verdict, because) => {
    const found = judged({ any: true }, principal)
    expect([found?.verdict, found?.because.join(', ')]).toEqual([verdict, because])
  })

  it.each<[string, JsonObject, Partial<Asked>, boolean | undefined]>([
    ['nobody without a certificate', client(CLIENT), { identity: undefined }, false],
    ['who is not known', client(CLIENT), { identity: 'unknown' }, undefined],
    ['a token that nobody knows', token, { hasToken: true }, undefined],
    ['an address that nobody knows', { directRemoteIp: {} }, { from: undefined }, undefined],
    ['the header of bytes', header('x-user', 'jo'), { request: undefined }, undefined],
  ])('is %s', (_, principal, more, verdict) => {
    expect(judged({ any: true }, principal, more)?.verdict).toBe(verdict)
  })
})

describe('the filters of a chain', () => {
  const rbac = (config: JsonObject): JsonObject => ({ name: 'envoy.filters.http.rbac', typedConfig: config })
  const rules = (action: string, permission: JsonObject, name = NAME): JsonObject => ({
    ...(action === 'ALLOW' ? {} : { action }),
    policies: { [name]: { permissions: [permission], principals: ANY } },
  })
  const never = { destinationPort: 1 }
  const open = header('x-set', 'a')
  const authorizer = { name: 'envoy.filters.http.ext_authz', typedConfig: {} }
  const custom = (permission: JsonObject): JsonObject =>
    rbac({ shadowRules: rules('DENY', permission), shadowRulesStatPrefix: 'istio_ext_authz_' })
  const jwt = (requires: JsonObject): JsonObject => ({
    name: 'envoy.filters.http.jwt_authn',
    typedConfig: { providers: { a: {} }, rules: [{ requires }] },
  })
  const said = (filters: JsonObject[], more: Partial<Asked> = {}): string[] =>
    decideAccess(filters, { ...asked, ...more }, []).map(({ outcome, text }) => `${outcome}: ${text}`)

  it.each<[string, JsonObject[], string[]]>([
    ['nothing', [{ name: 'envoy.filters.http.router' }], []],
    ['what is only logged', [rbac({ rules: rules('LOG', { any: true }) })], []],
    ['DENY', [rbac({ rules: rules('DENY', { any: true }) })], ['denied: a rule of a DENY policy matches: 403']],
    ['DENY', [rbac({ rules: rules('DENY', never) })], ['allowed: no rule of a DENY policy matches']],
    ['DENY', [rbac({ rules: rules('DENY', open) })], ['unknown: denied if this rule of a DENY policy matches']],
    ['ALLOW', [rbac({ rules: rules('ALLOW', { any: true }) })], ['allowed: a rule of an ALLOW policy matches']],
    ['ALLOW', [rbac({ rules: rules('ALLOW', never) })], ['denied: no rule of an ALLOW policy matches: 403']],
    ['ALLOW', [rbac({ rules: {} })], ['denied: no rule of an ALLOW policy matches: 403']],
    [
      'ALLOW',
      [rbac({ rules: rules('ALLOW', open) })],
      ['unknown: allowed only if this rule of an ALLOW policy matches'],
    ],
    [
      'nothing after a denial',
      [rbac({ rules: rules('DENY', { any: true }) }), rbac({ rules: rules('ALLOW', { any: true }) })],
      ['denied: a rule of a DENY policy matches: 403'],
    ],
    [
      'a dry run',
      [rbac({ shadowRules: rules('DENY', { any: true }) })],
      ['tried: it would be refused, a rule of a DENY policy matches: 403'],
    ],
    [
      'an authorizer',
      [custom({ any: true }), authorizer],
      ['unknown: if this matches, an authorizer is asked, and what it says decides'],
    ],
    ['an authorizer that is not asked', [custom(never), authorizer], []],
    [
      'an authorizer that is not there',
      [rbac({ rules: rules('DENY', { any: true }, `istio-ext-authz-x-${NAME}-deny-due-to-bad-CUSTOM-action`) })],
      ['denied: a rule of a CUSTOM policy, whose authorizer is not in the mesh, matches: 403'],
    ],
    [
      'a token that may be missing',
      [jwt({ requiresAny: { requirements: [{ providerName: 'a' }, { allowMissing: {} }] } })],
      [],
    ],
    [
      'a token that has to be there',
      [jwt({ providerName: 'a' })],
      ['denied: the request has no token, and one is required: 401'],
    ],
  ])('say %s', (_, filters, expected) => {
    expect(said(filters)).toEqual(expected)
  })

  it('cannot tell of a token whether it is valid', () => {
    expect(said([jwt({ providerName: 'a' })], { hasToken: true })).toEqual([
      'unknown: whether the token is valid; if it is not: 401',
    ])
  })

  it('close connections of bytes', () => {
    expect(said([rbac({ rules: {} })], { request: undefined })).toEqual([
      'denied: no rule of an ALLOW policy matches: the connection is closed',
    ])
  })

  it.each<[JsonObject, [string, string][], string, boolean]>([
    [{}, [['authorization', 'x']], '/', true],
    [{}, [], '/?access_token=x', true],
    [{}, [['x-token', 'x']], '/', false],
    [{ fromHeaders: [{ name: 'X-Token' }] }, [['x-token', 'x']], '/', true],
    [{ fromHeaders: [{ name: 'X-Token' }] }, [['authorization', 'x']], '/', false],
    [{ fromParams: ['t'] }, [], '/?t=x', true],
    [{ fromCookies: ['t'] }, [['cookie', 'a=b; t=x']], '/', true],
    [{ fromCookies: ['t'] }, [['cookie', 'at=x']], '/', false],
  ])('with provider %j and %j, %s: a token is there: %s', (provider, headers, path, expected) => {
    const filters = [{ name: 'envoy.filters.http.jwt_authn', typedConfig: { providers: { provider } } }]
    expect(hasToken(filters, new Map(headers), path)).toBe(expected)
  })
})
