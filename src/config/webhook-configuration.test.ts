import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { isWebhookConfiguration, parseWebhookConfiguration } from './webhook-configuration.js'

const client = { service: { name: 's', namespace: 'n' } }

function configuration(...webhooks: JsonObject[]): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'c', labels: { a: 'b' } },
    webhooks,
  }
}

describe('parseWebhookConfiguration', () => {
  it("fills in the API server's defaults", () => {
    const read = parseWebhookConfiguration(configuration({ name: 'w', clientConfig: client, rules: [{}] }))
    expect(read).toMatchObject({ ok: true, value: { name: 'c', labels: { a: 'b' } } })
    expect(read.ok && read.value.entries[0]).toEqual({
      name: 'w',
      path: ['webhooks', 0],
      client: { kind: 'service', name: 's', namespace: 'n', port: 443, path: '' },
      resources: [{ apiGroups: [], apiVersions: [], resources: [], operations: [], scope: '*' }],
      namespaceSelector: { requirements: [] },
      objectSelector: { requirements: [] },
      matchConditions: [],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      timeoutSeconds: 10,
    })
  })

  const MISTAKES: readonly (readonly [string, JsonObject, string])[] = [
    ['no name', { clientConfig: client }, 'every webhook needs a name'],
    ['no address', { name: 'w' }, 'clientConfig needs a service or a url'],
    ['not a map', { name: 'w', clientConfig: 'x' }, 'expected a map, not "x"'],
    ['rules', { name: 'w', clientConfig: client, rules: {} }, 'expected a list, not a map'],
    ['operation', { name: 'w', clientConfig: client, rules: [{ operations: ['MAKE'] }] }, 'not "MAKE"'],
    ['number', { name: 'w', clientConfig: client, timeoutSeconds: '10' }, 'expected a number, not "10"'],
    [
      'selector',
      { name: 'w', clientConfig: client, objectSelector: { matchLabels: { 'a b': 'c' } } },
      "'a b' is not a label key",
    ],
    ['text', { name: 'w', clientConfig: client, matchConditions: [{ name: 1 }] }, 'expected text, not 1'],
  ]
  it.each(MISTAKES)('refuses a wrong %s', (_name, entry, message) => {
    const read = parseWebhookConfiguration(configuration(entry))
    expect(read.ok).toBe(false)
    expect(read.ok ? '' : read.error.map(problem => problem.message).join('; ')).toContain(message)
  })

  it('refuses two webhooks of one name, and says where the second stands', () => {
    const webhook = { name: 'w', clientConfig: client }
    const seen: unknown[] = []
    const read = parseWebhookConfiguration(configuration(webhook, webhook), path => {
      seen.push(path)
      return { line: 7, column: 3 }
    })
    expect(read).toMatchObject({ ok: false, error: [{ position: { line: 7, column: 3 }, path: 'webhooks.1.name' }] })
    expect(seen).toContainEqual(['webhooks', 1, 'name'])
  })

  it('knows its objects by kind and group', () => {
    expect(isWebhookConfiguration(configuration())).toBe(true)
    expect(isWebhookConfiguration({ ...configuration(), apiVersion: 'v1' })).toBe(false)
    expect(isWebhookConfiguration({ ...configuration(), kind: 'ValidatingWebhookConfiguration' })).toBe(false)
    expect(isWebhookConfiguration(null)).toBe(false)
  })
})
