import { describe, expect, it } from 'vitest'
import type { Json } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { err, ok } from '../lang/result.js'
import { applyRules } from './apply.js'
import { ruleFunctions } from './functions.js'
import { webhookManifests } from './manifest.js'
import { parseRules, type RulesFile } from './parse.js'
import { strategicTypeOf } from './resources.js'
import type { InterceptionRequest } from './rule.js'

const HEAD = 'apiVersion: pillion.dev/v1alpha1\nkind: InterceptionRules\nrules:\n'
const PODS = 'match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}'

function parse(text: string, files: Record<string, string> = {}): RulesFile {
  return parseRules(text, 'rules.yaml', {
    readFile: path => (files[path] === undefined ? err('no such file') : ok(files[path])),
    configMaps: new Map(),
    functions: ruleFunctions({}),
    hasStrategicMerge: (...resource) => strategicTypeOf(...resource) !== undefined,
  })
}

function rulesOf(text: string, files?: Record<string, string>) {
  const { rules, problems } = parse(text, files)
  expect(problems.map(formatProblem)).toEqual([])
  return rules
}

function request(object: Json, more: Partial<InterceptionRequest> = {}): InterceptionRequest {
  const facts = {
    group: '',
    version: 'v1',
    resource: 'pods',
    subResource: '',
    kind: 'Pod',
    operation: 'CREATE' as const,
  }
  return {
    ...facts,
    name: 'web',
    namespace: 'demo',
    object,
    oldObject: null,
    request: {},
    namespaceLabels: undefined,
    ...more,
  }
}

const pod = (more: Record<string, Json> = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...more },
  spec: { containers: [{ name: 'app', image: 'a' }] },
})

describe('actions', () => {
  it('merges strategically: lists by name, the rest kept', () => {
    const [rule] = rulesOf(
      `${HEAD}- name: a\n  ${PODS}\n  merge:\n    template: |\n      spec:\n        containers:\n        - {name: app, env: [{name: A, value: {{ .object.metadata.name | quote }}}]}\n        - {name: envoy, image: e}\n`,
    )
    const result = applyRules([rule!], request(pod()))
    expect(result.object).toMatchObject({
      spec: {
        containers: [
          { name: 'app', image: 'a', env: [{ name: 'A', value: 'web' }] },
          { name: 'envoy', image: 'e' },
        ],
      },
    })
    expect(result.outcomes[0]?.effect).toBe('changed')
  })

  it('changes nothing when the template says nothing', () => {
    const rules = rulesOf(
      `${HEAD}- name: a\n  ${PODS}\n  merge:\n    template: '{{ if .object.metadata.labels }}metadata: {labels: {x: z}}{{ end }}'\n`,
    )
    expect(applyRules(rules, request(pod()))).toMatchObject({ isAllowed: true, patch: [] })
    expect(applyRules(rules, request(pod({ labels: { a: 'b' } }))).patch).toEqual([
      { op: 'add', path: '/metadata/labels/x', value: 'z' },
    ])
  })

  it('patches, and says which path is absent', () => {
    const operations = 'operations: [{op: add, path: /metadata/labels/team, value: shop}]'
    const strict = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  failurePolicy: Fail\n  patch: {${operations}}\n`)
    const refused = applyRules(strict, request(pod()))
    expect(refused).toMatchObject({ isAllowed: false, denial: { code: 500 } })
    expect(refused.denial?.message).toMatch(/rule a: .*\/metadata\/labels/)
    const lenient = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  patch: {createMissingParents: true, ${operations}}\n`)
    expect(applyRules(lenient, request(pod())).object).toMatchObject({ metadata: { labels: { team: 'shop' } } })
  })

  it('says where the output of a template stops being YAML, and nothing of what it contains', () => {
    const template = '"metadata:\\n  labels:\\n    a: [secret"'
    const rules = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  failurePolicy: Fail\n  merge: {template: ${template}}\n`)
    const { denial } = applyRules(rules, request(pod()))
    expect(denial?.message).toMatch(/the template's output is not YAML \(line \d, column \d+ of it\): /)
    expect(denial?.message).not.toContain('secret')
  })

  it('with failurePolicy Ignore a failing rule warns, and the others still work', () => {
    const rules = rulesOf(
      `${HEAD}- name: broken\n  ${PODS}\n  patch: {operations: [{op: remove, path: /spec/nope}]}\n- name: good\n  ${PODS}\n  patch: {operations: [{op: add, path: /metadata/name, value: x}]}\n`,
    )
    const result = applyRules(rules, request(pod()))
    expect(result.isAllowed).toBe(true)
    expect(result.warnings).toHaveLength(1)
    expect(result.object).toMatchObject({ metadata: { name: 'x' } })
  })

  it('denies with a message, and the first denial ends it', () => {
    const rules = rulesOf(
      `${HEAD}- name: a\n  ${PODS}\n  deny: {code: 422, message: 'no {{ .object.metadata.name }} in {{ .namespace }}'}\n- name: b\n  ${PODS}\n  record: {}\n`,
    )
    const result = applyRules(rules, request(pod()))
    expect(result.denial).toEqual({ code: 422, message: 'no web in demo' })
    expect(result.outcomes.map(({ rule }) => rule)).toEqual(['a'])
    expect(result.patch).toEqual([])
  })

  it('sees what earlier rules made, and answers one patch against what was received', () => {
    const rules = rulesOf(
      `${HEAD}- name: a\n  ${PODS}\n  merge: {strategy: json, template: 'metadata: {labels: {a: "1"}}'}\n- name: b\n  ${PODS}\n  merge: {strategy: json, template: 'metadata: {annotations: {seen: {{ .object.metadata.labels.a | quote }}}}'}\n`,
    )
    expect(applyRules(rules, request(pod())).object).toMatchObject({ metadata: { annotations: { seen: '1' } } })
  })
})

describe('matching', () => {
  const cases: readonly (readonly [
    name: string,
    match: string,
    request: Partial<InterceptionRequest>,
    object: Json,
    effect: string,
  ])[] = [
    ['operation', 'operations: [UPDATE]', {}, pod(), 'not matched'],
    ['any operation', 'operations: ["*"]', {}, pod(), 'recorded'],
    ['resource star is no subresource', 'resources: ["*"]', { subResource: 'exec' }, pod(), 'not matched'],
    ['subresource', 'resources: [pods/exec]', { subResource: 'exec' }, pod(), 'recorded'],
    ['star star', 'resources: ["*/*"]', { subResource: 'exec' }, pod(), 'recorded'],
    ['star of one subresource', 'resources: ["*/scale"]', { subResource: 'exec' }, pod(), 'not matched'],
    ['other group', 'apiGroups: [apps]', {}, pod(), 'not matched'],
    ['cluster scope', 'scope: Cluster', {}, pod(), 'not matched'],
  ]
  it.each(cases)('%s', (_name, override, more, object, effect) => {
    const [field] = override.split(':')
    const base = { apiGroups: '[""]', apiVersions: '[v1]', resources: '[pods]', operations: '[CREATE]' }
    const lines = Object.entries(base)
      .filter(([key]) => key !== field)
      .map(([key, value]) => `${key}: ${value}`)
    const rules = rulesOf(
      `${HEAD}- name: a\n  match: {resources: [{${[...lines, override].join(', ')}}]}\n  record: {}\n`,
    )
    expect(applyRules(rules, request(object, more)).outcomes[0]?.effect).toBe(effect)
  })

  const selecting = (more: string): ReturnType<typeof rulesOf> =>
    rulesOf(
      `${HEAD}- name: a\n  match:\n    resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: ["*"]}]\n    ${more}\n  record: {}\n`,
    )

  it('an object selector is met by the old object too, as on the API server', () => {
    const rules = selecting('objectSelector: {matchLabels: {a: b}}')
    const update = request(pod(), { operation: 'UPDATE', oldObject: pod({ labels: { a: 'b' } }) })
    expect(applyRules(rules, update).outcomes[0]?.effect).toBe('recorded')
    expect(applyRules(rules, request(pod())).outcomes[0]?.effect).toBe('not matched')
  })

  it('a namespace selector needs labels, its name it knows', () => {
    const byName = selecting('namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}')
    expect(applyRules(byName, request(pod())).outcomes[0]?.effect).toBe('not matched')
    const byTeam = selecting('namespaceSelector: {matchLabels: {team: shop}}')
    expect(applyRules(byTeam, request(pod())).outcomes[0]).toMatchObject({
      effect: 'recorded',
      match: { steps: [{}, { outcome: 'unknown' }] },
    })
    expect(applyRules(byTeam, request(pod(), { namespaceLabels: { team: 'pay' } })).outcomes[0]?.effect).toBe(
      'not matched',
    )
  })

  it('match conditions: all must hold, integers compare as integers, false outweighs an error', () => {
    const conditions = (...all: string[]) =>
      selecting(`matchConditions: [${all.map((e, i) => `{name: c${i}, expression: ${JSON.stringify(e)}}`).join(', ')}]`)
    const effect = (...all: string[]) =>
      applyRules(conditions(...all), request({ metadata: { name: 'web' }, n: 3 })).outcomes[0]?.effect
    expect(effect("object.metadata.name.matches('^w(e|b)+$')", 'object.n > 2', 'oldObject == null')).toBe('recorded')
    expect(effect('object.n > 3')).toBe('not matched')
    expect(effect('object.absent.deeper == 1')).toBe('not matched')
    expect(effect('object.absent.deeper == 1', 'false')).toBe('not matched')
  })

  it('an erring condition with failurePolicy Fail refuses, with a message', () => {
    const rules = rulesOf(
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}], matchConditions: [{name: c, expression: object.x.y == 1}]}\n  failurePolicy: Fail\n  record: {}\n`,
    )
    expect(applyRules(rules, request(pod())).denial?.message).toContain('object.x.y == 1')
  })

  it('a pattern that backtracks elsewhere is linear here', () => {
    const rules = selecting(`matchConditions: [{name: c, expression: "object.metadata.name.matches('^(a+)+$')"}]`)
    const name = `${'a'.repeat(40)}!`
    expect(applyRules(rules, request(pod({ name }))).outcomes[0]?.effect).toBe('not matched')
  })
})

describe('content', () => {
  const FROM_MAP = `${HEAD}- name: a\n  ${PODS}\n  merge: {templateFrom: {configMapKeyRef: {namespace: demo, name: content, key: k}}}\n`
  it('comes from a ConfigMap in the stream, or a file beside it', () => {
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: content, namespace: demo}\ndata: {k: "metadata: {labels: {a: b}}"}\n'
    expect(rulesOf(`${FROM_MAP}---\n${map}`)).toHaveLength(1)
    expect(
      rulesOf(`${HEAD}- name: a\n  ${PODS}\n  patch: {operationsFrom: {file: ops.yaml}}\n`, {
        'ops.yaml': '- {op: remove, path: /spec}',
      }),
    ).toHaveLength(1)
  })
  it('is missed with what there is', () => {
    expect(parse(FROM_MAP).problems.map(formatProblem)).toEqual([
      'rules.yaml:6:26: ConfigMap demo/content is not among the files; there are none (rules[0].merge.templateFrom.configMapKeyRef)',
    ])
  })
})

describe('mistakes are reported all at once, at their lines', () => {
  const cases: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
    ['not YAML', 'rules: [', /rules\.yaml:\d+:\d+: /],
    ['not an object', '- 1', /expected InterceptionRules or ConfigMap, found no object/],
    ['another kind', 'apiVersion: v1\nkind: Pod\n', /found Pod/],
    ['nothing at all', '', /holds no InterceptionRules document/],
    ['no name', `${HEAD}- ${PODS}\n  record: {}\n`, /is required \(rules\[0\]\.name\)/],
    ['bad name', `${HEAD}- name: A_b\n  ${PODS}\n  record: {}\n`, /4:3: "A_b" is not a name/],
    ['unknown field', `${HEAD}- name: a\n  ${PODS}\n  record: {}\n  recrod: {}\n`, /7:3: unknown field recrod/],
    ['no action', `${HEAD}- name: a\n  ${PODS}\n`, /exactly one of merge, patch, deny, record/],
    ['two actions', `${HEAD}- name: a\n  ${PODS}\n  record: {}\n  deny: {message: x}\n`, /not deny and record/],
    [
      'twice',
      `${HEAD}- name: a\n  ${PODS}\n  record: {}\n- name: a\n  ${PODS}\n  record: {}\n`,
      /7:3: rule a is defined twice/,
    ],
    [
      'template',
      `${HEAD}- name: a\n  ${PODS}\n  merge: {template: "{{ nope }}"}\n`,
      /function "nope" not defined.*line 1/,
    ],
    [
      'expression',
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}], matchConditions: [{name: c, expression: "object.a +"}]}\n  record: {}\n`,
      /EOF.*column 11/,
    ],
    [
      'expression type',
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}], matchConditions: [{name: c, expression: "1 + 1"}]}\n  record: {}\n`,
      /must be a boolean, but is of type int/,
    ],
    [
      'pointer',
      `${HEAD}- name: a\n  ${PODS}\n  patch: {operations: [{op: add, path: spec, value: 1}]}\n`,
      /is not a JSON pointer/,
    ],
    [
      'operation',
      `${HEAD}- name: a\n  ${PODS}\n  patch: {operations: [{op: plus, path: /a}]}\n`,
      /must be one of add, remove/,
    ],
    [
      'patch on DELETE',
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [DELETE]}]}\n  patch: {operations: [{op: remove, path: /a}]}\n`,
      /DELETE and CONNECT have no object/,
    ],
    [
      'strategic merge of a custom resource',
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [x.io], apiVersions: [v1], resources: [things], operations: [CREATE]}]}\n  merge: {template: ""}\n`,
      /x\.io\/v1\/things has no strategic merge schema here; use strategy: json/,
    ],
    [
      'selector',
      `${HEAD}- name: a\n  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}], objectSelector: {matchLabels: {"-": b}}}\n  record: {}\n`,
      /rules\[0\]\.match\.objectSelector/,
    ],
  ]
  it.each(cases)('%s', (_name, text, problem) => {
    const { rules, problems } = parse(text)
    expect(problems.map(formatProblem).join('\n')).toMatch(problem)
    expect(problems.some(({ severity }) => severity === 'error')).toBe(true)
    expect(rules.length).toBeLessThanOrEqual(2)
  })

  it('data keys such as __proto__ are data', () => {
    const rules = rulesOf(
      `${HEAD}- name: a\n  ${PODS}\n  merge: {strategy: json, template: 'metadata: {labels: {"__proto__": x, "constructor": y}}'}\n`,
    )
    const { object } = applyRules(rules, request(pod()))
    const labels = (object as { metadata: { labels: object } }).metadata.labels
    expect(Object.keys(labels).sort()).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('manifests', () => {
  it('register one entry a rule, with a Service and slices for a server outside', () => {
    const rules = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  failurePolicy: Fail\n  timeoutSeconds: 3\n  record: {}\n`)
    const client = { kind: 'service', name: 'pillion', namespace: 'demo', port: 443 } as const
    const endpoints = [
      { ip: '10.0.0.5', port: 8443 },
      { ip: '10.0.0.6', port: 8443 },
      { ip: '2001:db8::1', port: 8443 },
    ]
    const manifests = webhookManifests(rules, { name: 'mine', client, caBundle: 'PEM', endpoints })
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Service',
      'EndpointSlice',
      'EndpointSlice',
      'MutatingWebhookConfiguration',
    ])
    expect(manifests[0]).toMatchObject({ spec: { ipFamilyPolicy: 'PreferDualStack' } })
    expect(manifests[1]).toMatchObject({ endpoints: [{ addresses: ['10.0.0.5'] }, { addresses: ['10.0.0.6'] }] })
    expect(manifests[2]).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] })
    expect(manifests[3]).toMatchObject({
      webhooks: [
        {
          name: 'a.rules.pillion.dev',
          failurePolicy: 'Fail',
          timeoutSeconds: 3,
          clientConfig: { caBundle: btoa('PEM'), service: { path: '/mutate/a', port: 443 } },
          rules: [{ resources: ['pods'], operations: ['CREATE'] }],
        },
      ],
    })
  })
  it.each([
    ['10.0.0.5', {}],
    ['2001:db8::1', { ipFamilies: ['IPv6'] }],
  ])('ask for the family of %s alone where the server has no other', (ip, families) => {
    const rules = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  record: {}\n`)
    const client = { kind: 'service', name: 'pillion', namespace: 'demo', port: 443 } as const
    const endpoints = [{ ip, port: 8443 }]
    const [service] = webhookManifests(rules, { name: 'mine', client, caBundle: 'PEM', endpoints })
    const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 8443 }]
    expect(service).toMatchObject({ spec: { ...families, ports } })
    expect(Object.keys((service as { spec: object }).spec)).toEqual([...Object.keys(families), 'ports'])
  })
  it('or by address', () => {
    const rules = rulesOf(`${HEAD}- name: a\n  ${PODS}\n  record: {}\n`)
    const [only, ...rest] = webhookManifests(rules, {
      name: 'mine',
      client: { kind: 'url', url: 'https://h:8443/' },
      caBundle: 'PEM',
      endpoints: [],
    })
    expect(rest).toEqual([])
    expect(only).toMatchObject({ webhooks: [{ clientConfig: { url: 'https://h:8443/mutate/a' } }] })
  })
})
