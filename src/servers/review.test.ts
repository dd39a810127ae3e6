import { describe, expect, it } from 'vitest'
import { decodeReview, encodeAnswer, encodeUndecodable } from './review.js'

const bytes = (text: string) => Buffer.from(text)
const review = (request: object, apiVersion = 'admission.k8s.io/v1') =>
  JSON.stringify({ kind: 'AdmissionReview', apiVersion, request })

function decoded(text: string) {
  const result = decodeReview(bytes(text))
  if (!result.ok) throw new Error(result.error)
  return result.value
}

describe('decodeReview', () => {
  it('reads the fields that webhooks look at', () => {
    const resource = { group: 'apps', version: 'v1', resource: 'deployments' }
    const object = { metadata: { name: 'x' } }
    const { apiVersion, request } = decoded(
      review({
        uid: 'u',
        namespace: 'n',
        name: 'x',
        operation: 'CREATE',
        dryRun: true,
        resource,
        subResource: 'scale',
        object,
      }),
    )
    expect(apiVersion).toBe('admission.k8s.io/v1')
    const { raw, ...fields } = request
    expect(fields).toEqual({
      ...{ uid: 'u', namespace: 'n', name: 'x', operation: 'CREATE', dryRun: true, subResource: 'scale' },
      ...{ resource, object, oldObject: null },
    })
    expect(raw['uid']).toBe('u')
  })

  it('reads v1beta1, YAML, and requests that hold almost nothing', () => {
    expect(decoded(review({ uid: 'u' }, 'admission.k8s.io/v1beta1')).apiVersion).toBe('admission.k8s.io/v1beta1')
    const yaml = 'kind: AdmissionReview\napiVersion: admission.k8s.io/v1\nrequest:\n  uid: u\n  object: {spec: {}}\n'
    expect(decoded(yaml).request.object).toEqual({ spec: {} })
    expect(decoded(review({ uid: null, dryRun: null, resource: null })).request.namespace).toBe('')
  })

  it('keeps integers that a double cannot hold', () => {
    const text = review({ uid: 'u' }).replace('"uid"', '"object":{"spec":{"big":9007199254740993}},"uid"')
    expect(decoded(text).request.object).toEqual({ spec: { big: 9007199254740993n } })
  })

  it('takes __proto__ and constructor for the keys that they are', () => {
    const text = `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","__proto__":{"request":{"uid":"evil"}}}`
    expect(decodeReview(bytes(text))).toEqual({ ok: false, error: 'the AdmissionReview has no request' })
    expect(({} as Record<string, unknown>)['request']).toBeUndefined()
  })

  it.each([
    ['{}', 'its kind is missing'],
    ['[]', 'it is not an object'],
    ['"x"', 'it is not an object'],
    ['{"kind":"Pod","apiVersion":"v1"}', 'its kind is "Pod"'],
    [`{"kind":"${'x'.repeat(5000)}"}`, `its kind is "${'x'.repeat(60)}…"`],
    [
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v9"}',
      'apiVersion "admission.k8s.io/v9" is not supported',
    ],
    ['{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}', 'has no request'],
    [review({ uid: 5 }), 'request.uid must be a string, not 5'],
    [review({ namespace: {} }), 'request.namespace must be a string, not an object'],
    [review({ dryRun: 'yes' }), 'request.dryRun must be true or false, not "yes"'],
    [review({ resource: [] }), 'request.resource must be an object, not a list'],
    ['{"kind":', 'neither JSON nor YAML'],
    ['\u0000\u0001\u0002', 'the body is n'],
    ['['.repeat(10_000), 'neither JSON nor YAML'],
    [`{"kind":"AdmissionReview","request":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`, 'nested more than'],
    [' '.repeat(2_000_000), 'not JSON'],
  ])('refuses %.60s', (text, message) => {
    const result = decodeReview(bytes(text))
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining(message) })
  })

  it('refuses an alias bomb in bounded time', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]`)
    expect(decodeReview(bytes(`a0: &a0 x\n${levels.join('\n')}\n`)).ok).toBe(false)
  })
})

describe('encodeAnswer', () => {
  const asked = decoded(review({ uid: 'u-1' }, 'admission.k8s.io/v1beta1'))

  it('mirrors version and uid; a patch travels as base64', () => {
    const patch = [{ op: 'add', path: '/metadata/labels', value: { name: 'ünïcode' } }] as const
    const answer = JSON.parse(
      encodeAnswer(asked, { allowed: true, reason: 'policy-enabled', patch, warnings: ['one'] }),
    )
    expect(answer).toEqual({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1beta1',
      response: { uid: 'u-1', allowed: true, patch: expect.any(String), patchType: 'JSONPatch', warnings: ['one'] },
    })
    expect(JSON.parse(Buffer.from(answer.response.patch, 'base64').toString())).toEqual(patch)
  })

  it('says nothing more than allowed where nothing changes', () => {
    const unchanged = {
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1beta1',
      response: { uid: 'u-1', allowed: true },
    }
    expect(JSON.parse(encodeAnswer(asked, { allowed: true, reason: 'x' }))).toEqual(unchanged)
    expect(JSON.parse(encodeAnswer(asked, { allowed: true, reason: 'x', patch: [], warnings: [] }))).toEqual(unchanged)
  })

  it('explains a denial, and escapes what a browser could take for markup', () => {
    const text = encodeAnswer(asked, { allowed: false, reason: 'x', message: '</script> & "quotes"\n', code: 403 })
    expect(text).not.toMatch(/[<>&]/)
    expect(JSON.parse(text).response).toEqual({
      uid: 'u-1',
      allowed: false,
      status: { metadata: {}, message: '</script> & "quotes"\n', code: 403 },
    })
  })

  it('writes integers beyond 2^53 exactly', () => {
    const patch = [{ op: 'add', path: '/x', value: { list: [9007199254740993n, 'y', null, true] } }] as const
    const { response } = JSON.parse(encodeAnswer(asked, { allowed: true, reason: 'x', patch: patch as never }))
    expect(Buffer.from(response.patch, 'base64').toString()).toBe(
      '[{"op":"add","path":"/x","value":{"list":[9007199254740993,"y",null,true]}}]',
    )
  })

  it('answers what is no review in the shape of one', () => {
    expect(encodeUndecodable('why')).toBe(
      '{"response":{"uid":"","allowed":false,"status":{"metadata":{},"message":"why"}}}',
    )
  })
})
