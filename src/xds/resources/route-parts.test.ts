import { describe, expect, it } from 'vitest'
import type { HTTPMatchRequest, HTTPRedirect, HTTPRetry } from '../../config/istio-types.generated.js'
import { MAX_PATTERN_LENGTH } from '../../lang/regex.js'
import { directResponse, pathRewrite, redirectAction } from './route-answer.js'
import { corsConfig } from './route-cors.js'
import { faultConfig } from './route-fault.js'
import { hashPolicies } from './route-hash.js'
import { headerOperations } from './route-headers.js'
import { comesFrom, routeMatch } from './route-match.js'
import { retryPolicy } from './route-retry.js'

describe('routeMatch', () => {
  it.each<[string, HTTPMatchRequest | undefined, unknown]>([
    ['none', undefined, { prefix: '/' }],
    ['empty', {}, { prefix: '/', caseSensitive: true }],
    ['exact', { uri: { exact: '/a' }, ignoreUriCase: true }, { path: '/a', caseSensitive: false }],
    ['regex', { uri: { regex: '/a+' } }, { safeRegex: { regex: '/a+' }, caseSensitive: true }],
    [
      'presence',
      { headers: { b: {}, a: { regex: '*' } } },
      {
        prefix: '/',
        caseSensitive: true,
        headers: [
          { name: 'a', presentMatch: true },
          { name: 'b', presentMatch: true },
        ],
      },
    ],
    [
      'exact empty text is a value',
      { headers: { a: { exact: '' } } },
      { prefix: '/', caseSensitive: true, headers: [{ name: 'a', stringMatch: { exact: '' } }] },
    ],
    [
      'absence',
      { withoutHeaders: { a: {} } },
      { prefix: '/', caseSensitive: true, headers: [{ name: 'a', presentMatch: true, invertMatch: true }] },
    ],
    [
      'not the value',
      { withoutHeaders: { a: { prefix: 'x' } } },
      {
        prefix: '/',
        caseSensitive: true,
        headers: [{ name: 'a', stringMatch: { prefix: 'x' }, invertMatch: true, treatMissingHeaderAsEmpty: true }],
      },
    ],
    [
      'query',
      { queryParams: { q: { exact: '1' }, p: {} } },
      {
        prefix: '/',
        caseSensitive: true,
        queryParameters: [
          { name: 'p', presentMatch: true },
          { name: 'q', stringMatch: { exact: '1' } },
        ],
      },
    ],
    [
      'a header called __proto__',
      { headers: JSON.parse('{"__proto__":{"exact":"1"}}') },
      { prefix: '/', caseSensitive: true, headers: [{ name: '__proto__', stringMatch: { exact: '1' } }] },
    ],
    ['look-around', { uri: { regex: '(?=a)b' } }, undefined],
    ['long pattern', { headers: { a: { regex: 'a'.repeat(MAX_PATTERN_LENGTH + 1) } } }, undefined],
  ])('%s', (_, match, expected) => {
    expect(routeMatch(match)).toEqual(expected)
  })
})

describe('comesFrom', () => {
  const source = { labels: { app: 'a' }, namespace: 'ns', gateways: new Set(['mesh']), port: 80 }
  it.each<[HTTPMatchRequest, boolean]>([
    [{}, true],
    [{ port: 80 }, true],
    [{ port: 81 }, false],
    [{ sourceLabels: { app: 'a' } }, true],
    [{ sourceLabels: { app: 'b' } }, false],
    [{ sourceLabels: { constructor: 'b' } }, false],
    [{ sourceNamespace: 'ns' }, true],
    [{ sourceNamespace: 'other' }, false],
    [{ gateways: ['x/y', 'mesh'] }, true],
    [{ gateways: ['x/y'] }, false],
    [{ gateways: ['mesh'], sourceLabels: { app: 'b' } }, false],
  ])('%j: %s', (match, expected) => {
    expect(comesFrom(match, source)).toBe(expected)
  })
})

describe('retryPolicy', () => {
  it.each<[HTTPRetry | undefined, string | undefined, number | undefined, readonly number[] | undefined]>([
    [undefined, 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes', 2, undefined],
    [{}, undefined, undefined, undefined],
    [{ attempts: 0, retryOn: '5xx' }, undefined, undefined, undefined],
    [{ attempts: 3 }, 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes', 3, undefined],
    [{ attempts: 1, retryOn: '5xx, reset' }, '5xx,reset', 1, undefined],
    [{ attempts: 1, retryOn: '503,5xx,429' }, '5xx,retriable-status-codes', 1, [503, 429]],
    [{ attempts: 1, retryOn: 'retriable-status-codes,503' }, 'retriable-status-codes', 1, [503]],
  ])('%j', (retry, retryOn, numRetries, codes) => {
    const policy = retryPolicy(retry)
    expect([policy?.retryOn, policy?.numRetries, policy?.retriableStatusCodes]).toEqual([retryOn, numRetries, codes])
  })

  it('says where', () => {
    const policy = retryPolicy({
      attempts: 1,
      retryIgnorePreviousHosts: false,
      retryRemoteLocalities: true,
      backoff: '0.1s',
    })
    expect(policy?.retryHostPredicate).toBeUndefined()
    expect(policy?.retryPriority?.name).toBe('envoy.retry_priorities.previous_priorities')
    expect(policy?.retryBackOff).toEqual({ baseInterval: '0.1s' })
  })
})

describe('redirectAction', () => {
  it.each<[HTTPRedirect, unknown]>([
    [
      { uri: '/x', authority: 'h' },
      { hostRedirect: 'h', pathRedirect: '/x', responseCode: 'MOVED_PERMANENTLY' },
    ],
    [
      { scheme: 'https', port: 443, redirectCode: 308 },
      { pathRedirect: '', schemeRedirect: 'https', responseCode: 'PERMANENT_REDIRECT' },
    ],
    [
      { scheme: 'https', port: 80 },
      { pathRedirect: '', schemeRedirect: 'https', portRedirect: 80, responseCode: 'MOVED_PERMANENTLY' },
    ],
    [{ derivePort: 'FROM_REQUEST_PORT' }, { pathRedirect: '', portRedirect: 8080, responseCode: 'MOVED_PERMANENTLY' }],
    [{ derivePort: 'FROM_PROTOCOL_DEFAULT' }, { pathRedirect: '', responseCode: 'MOVED_PERMANENTLY' }],
    [{ redirectCode: 200 }, undefined],
  ])('%j', (redirect, expected) => {
    expect(redirectAction(redirect, 8080, false)).toEqual(expected)
  })
})

describe('answers and paths', () => {
  it('direct responses carry text or bytes', () => {
    expect(directResponse({ status: 418, body: { string: 'x' } })).toEqual({ status: 418, body: { inlineString: 'x' } })
    expect(directResponse({ status: 200, body: { bytes: 'AA==' } })).toEqual({
      status: 200,
      body: { inlineBytes: 'AA==' },
    })
    expect(directResponse({ status: 503 })).toEqual({ status: 503 })
  })

  it('a pattern is before a prefix', () => {
    expect(pathRewrite({ uri: '/x' })).toEqual({ prefixRewrite: '/x' })
    expect(pathRewrite({ uri: '/x', uriRegexRewrite: { match: 'a', rewrite: 'b' } })).toEqual({
      regexRewrite: { pattern: { regex: 'a' }, substitution: 'b' },
    })
    expect(pathRewrite(undefined)).toEqual({})
  })
})

describe('filters', () => {
  it('faults', () => {
    expect(faultConfig({ abort: { grpcStatus: 'UNAVAILABLE', percentage: { value: 0.5 } } })).toMatchObject({
      abort: { grpcStatus: 14, percentage: { numerator: 5000, denominator: 'MILLION' } },
    })
    expect(faultConfig({ delay: { fixedDelay: '1s', percent: 7 } })).toMatchObject({
      delay: { fixedDelay: '1s', percentage: { numerator: 7 } },
    })
    expect(faultConfig({ abort: { grpcStatus: 'NONSENSE' } })).toBeUndefined()
  })

  it('cross-origin requests', () => {
    expect(corsConfig({ allowOrigin: ['a'], maxAge: '90s' })).toMatchObject({
      allowOriginStringMatch: [{ exact: 'a' }],
      maxAge: '90',
      forwardNotMatchingPreflights: true,
    })
  })

  it('headers: Host is the authority, what HTTP/2 reserves stays', () => {
    const { fields, authority } = headerOperations({
      request: { set: { HOST: 'x', b: '2', a: '1' }, add: { ':path': '/' }, remove: ['host', 'c'] },
    })
    expect(authority).toBe('x')
    expect(fields.requestHeadersToAdd?.map(({ header }) => header?.key)).toEqual(['a', 'b'])
    expect(fields.requestHeadersToRemove).toEqual(['c'])
  })
})

describe('hashPolicies', () => {
  const header = (name: string) => ({ loadBalancer: { consistentHash: { httpHeaderName: name } } })
  const rule = {
    from: [],
    namespace: 'a',
    name: 'r',
    host: 'h',
    trafficPolicy: { ...header('top'), portLevelSettings: [{ port: { number: 81 }, ...header('port') }] },
    subsets: [{ name: 'v1', trafficPolicy: header('subset') }, { name: 'v2' }],
    exportTo: ['*'],
    selector: undefined,
  }
  it.each<[string, number, string]>([
    ['', 80, 'top'],
    ['', 81, 'port'],
    ['v1', 80, 'subset'],
    ['v1', 81, 'subset'],
    ['v2', 81, 'port'],
    ['missing', 80, 'top'],
  ])('subset %j, port %i', (subset, port, expected) => {
    expect(hashPolicies(rule, subset, port)).toEqual([{ header: { headerName: expected } }])
  })
})
