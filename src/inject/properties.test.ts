import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../config/mesh-config.js'
import { equalJson, type JsonObject } from '../lang/json.js'
import { stringifyYaml } from '../lang/yaml/index.js'
import { applyJsonPatch, normalise } from '../patch/index.js'
import { inject } from './inject.js'
import { injectStream } from './manifest.js'
import { injectionSetup } from './setup.js'
import type { InjectionOutcome, InjectionSetup } from './types.js'
import { uninjectStream } from './uninject.js'

/** Reads what stock templates read, as they read it: in quotes, bare, through JSON and as lists. */
const CONFIG = `
policy: enabled
templates:
  sidecar: |
    metadata:
      labels:
        service.istio.io/canonical-name: {{ index .ObjectMeta.Labels "app" | default .DeploymentMeta.Name | trunc 63 | quote }}
      annotations:
        istio.io/rev: {{ .Revision | default "default" | quote }}
    spec:
      containers:
      - name: istio-proxy
        image: "{{ annotation .ObjectMeta \`sidecar.istio.io/proxyImage\` .ProxyImage }}"
        args:
        - --proxyLogLevel={{ annotation .ObjectMeta \`sidecar.istio.io/logLevel\` "warning" }}
        - "--ports={{ annotation .ObjectMeta \`traffic.sidecar.istio.io/includeOutboundPorts\` "" }}"
        env:
        - name: SERVICE_ACCOUNT
          value: "{{ .Spec.ServiceAccountName }}"
        {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
        - name: {{ $key }}
          value: "{{ $value }}"
        {{- end }}
        - name: APPS
          value: "{{ range $i, $c := .Spec.Containers }}{{ if $i }},{{ end }}{{ $c.Name }}{{ end }}"
        - name: LAST
          value: last
      volumes:
      - name: istio-data
        emptyDir: {}
      {{- if isset .ObjectMeta.Annotations \`sidecar.istio.io/userVolume\` }}
      {{ range $index, $value := fromJSON (index .ObjectMeta.Annotations \`sidecar.istio.io/userVolume\`) }}
      - name: "{{ $index }}"
        {{ toYaml $value | indent 8 }}
      {{ end }}
      {{- end }}
`

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const setup: InjectionSetup = must(
  injectionSetup({
    config: must(parseInjectionConfig(CONFIG)),
    values: must(parseInjectionValues('{"global": {"hub": "h", "tag": "t"}}')),
    mesh: DEFAULT_MESH_CONFIG,
    environment: { nativeSidecars: 'false' },
  }),
)

const run = (pod: JsonObject): InjectionOutcome => inject(setup, { pod, namespace: 'ns' })

function podWith(
  annotations: Record<string, string>,
  rest: { app?: string; account?: string; name?: string } = {},
): JsonObject {
  return {
    metadata: { name: 'p', annotations, labels: { app: rest.app ?? 'shop' } },
    spec: {
      ...(rest.account === undefined ? {} : { serviceAccountName: rest.account }),
      containers: [{ name: rest.name ?? 'app', image: 'i', resources: {} }],
    },
    status: {},
  }
}

/** Names of containers and volumes, and the fields of each. */
function shapeOf(pod: JsonObject): unknown {
  const spec = pod['spec'] as Record<string, JsonObject[]>
  const fields = (items: JsonObject[] = []) => items.map(item => [item['name'], Object.keys(item).sort()])
  const proxy = spec['containers']?.find(({ name }) => name === 'istio-proxy')
  const env = (proxy?.['env'] ?? []) as JsonObject[]
  const args = (proxy?.['args'] ?? []) as unknown[]
  return [fields(spec['containers']), fields(spec['volumes']), env.map(({ name }) => name), args.length]
}

const ATTACKS: [string, string][] = [
  ['a new field of the container', 'x"\n    securityContext: {privileged: true} #'],
  ['a new container', 'x"\n  - name: evil\n    image: evil #'],
  ['a changed trusted field', 'x\n    image: evil #'],
  ['swallowed lines', 'x\\'],
  ['a key', 'a: b'],
  ['a flow map', '{a: b}'],
  ['an anchor', '&x'],
  ['an alias', '*x'],
  ['a tag', '!!map'],
  ['a document end', 'x\n---\nspec: {}'],
  ['template syntax', '{{ .Values }}'],
  ['quotes', `"'`],
  ['a carriage return', 'x\rprivileged: true'],
  ['a JSON text with line breaks', '{"a":\n"b"}'],
]

const FIELDS: [string, (value: string) => JsonObject][] = [
  ['in quotes', value => podWith({ 'traffic.sidecar.istio.io/includeOutboundPorts': value })],
  ['bare', value => podWith({ 'sidecar.istio.io/logLevel': value })],
  ['image', value => podWith({ 'sidecar.istio.io/proxyImage': value })],
  ['label', value => podWith({}, { app: value })],
  ['service account', value => podWith({}, { account: value })],
  [
    'metadata of ProxyConfig',
    value => podWith({ 'proxy.istio.io/config': JSON.stringify({ proxyMetadata: { A: value } }) }),
  ],
]

/** A container, volume, env or field that the template does not name must never come out. */
function expectNoEscape(pod: JsonObject, plain: JsonObject): void {
  const outcome = run(pod)
  if (outcome.verdict === 'failed') return
  const reference = run(plain)
  if (outcome.verdict !== 'injected' || reference.verdict !== 'injected') throw new Error(outcome.verdict)
  expect(shapeOf(outcome.pod)).toEqual(shapeOf(reference.pod))
}

describe('values never become structure', () => {
  for (const [field, make] of FIELDS) {
    it.each(ATTACKS)(`${field}: %s`, (_, value) => expectNoEscape(make(value), make('plain')))
  }

  it('refuses with a reason that names the value', () => {
    const outcome = run(podWith({ 'traffic.sidecar.istio.io/includeOutboundPorts': 'x"\n    - "--evil' }))
    if (outcome.verdict !== 'failed') throw new Error(outcome.verdict)
    expect(outcome.failure.code).toBe('structure-changed')
    expect(outcome.failure.message).toContain('traffic.sidecar.istio.io/includeOutboundPorts')
  })

  it('lets values be expanded where the template says so', () => {
    const annotation = '{"my vol": {"emptyDir": {}}, "b\\"c": {"hostPath": {"path": "/a: b"}}}'
    const outcome = run(podWith({ 'sidecar.istio.io/userVolume': annotation.replace('b\\"c', 'other') }))
    expect(outcome.verdict === 'failed' ? outcome.failure.message : outcome.verdict).toBe('injected')
  })

  it('lets quoted text be anything', () => {
    expect(run(podWith({}, { app: 'a: "b"\n#' })).verdict).toBe('injected')
  })

  it('for any text', () => {
    // Not the empty text: Go does not print empty fields, so that the field would be missing without any escape.
    const text = fc.string({ unit: fc.constantFrom(...'"\'\\\n:#-{}[]&*!|>%@` \tax0,'), minLength: 1, maxLength: 12 })
    const property = fc.property(fc.constantFrom(...FIELDS), text, ([, make], value) => {
      expectNoEscape(make(value), make('plain'))
    })
    fc.assert(property, { seed: 7, numRuns: 400 })
  })
})

const word = fc.string({ unit: fc.constantFrom(...'abc019'), minLength: 1, maxLength: 6 })
const container = fc.record({
  name: word,
  image: word,
  resources: fc.constant({}),
  ports: fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 9000 }) }), {
    selector: p => p.containerPort,
    maxLength: 2,
  }),
  readinessProbe: fc.record({ httpGet: fc.record({ path: word, port: fc.integer({ min: 1, max: 9000 }) }) }),
})
const pods = fc
  .record({
    metadata: fc.record({ name: word, labels: fc.record({ app: word }) }),
    spec: fc.record({ containers: fc.uniqueArray(container, { selector: c => c.name, minLength: 1, maxLength: 3 }) }),
    status: fc.constant({}),
  })
  .map(pod => pod as unknown as JsonObject)

describe('provenance', () => {
  const outcome = inject(setup, { pod: podWith({}), namespace: 'ns', explain: true })
  const found = outcome.verdict === 'injected' ? (outcome.provenance ?? []) : []
  const originOf = (what: string) => found.find(entry => entry.what === what)?.origin
  const lineOf = (text: string): number =>
    (setup.config.templates.get('sidecar')?.text ?? '').split('\n').findIndex(line => line.includes(text)) + 1

  it.each([
    ['container app', { by: 'pod' }],
    ['container istio-proxy', { by: 'template', template: 'sidecar', line: lineOf('- name: istio-proxy') }],
    ['env LAST of istio-proxy', { by: 'template', template: 'sidecar', line: lineOf('- name: LAST') }],
    ['volume istio-data', { by: 'template', template: 'sidecar', line: lineOf('- name: istio-data') }],
    ['annotation prometheus.io/port', { by: 'step', step: 'prometheus-merge' }],
    ['annotation sidecar.istio.io/status', { by: 'step', step: 'status' }],
  ])('%s', (what, origin) => expect(originOf(what)).toEqual(origin))
})

describe('properties', () => {
  it('the patch makes the injected pod of the request', () => {
    const property = fc.property(pods, pod => {
      const outcome = run(pod)
      if (outcome.verdict !== 'injected') throw new Error(outcome.verdict)
      const patched = must(applyJsonPatch(pod, outcome.patch))
      expect(equalJson(must(normalise('v1.Pod', patched)), outcome.pod)).toBe(true)
    })
    fc.assert(property, { seed: 1, numRuns: 60 })
  })

  it('injecting twice is injecting once', () => {
    const property = fc.property(pods, pod => {
      const once = run(pod)
      if (once.verdict !== 'injected') throw new Error(once.verdict)
      const twice = run(once.pod)
      if (twice.verdict !== 'injected') throw new Error(twice.verdict)
      expect(equalJson(twice.pod, once.pod)).toBe(true)
      expect(twice.patch).toEqual([])
    })
    fc.assert(property, { seed: 2, numRuns: 60 })
  })

  it('uninject gives the manifest back', () => {
    const property = fc.property(pods, pod => {
      const manifest = stringifyYaml(must(normalise('v1.Pod', { ...pod, kind: 'Pod', apiVersion: 'v1' })))
      const injected = injectStream(setup, manifest)
        .map(({ output }) => output)
        .join('---\n')
      expect(injected).not.toBe(manifest)
      const back = uninjectStream(injected)
      if (back[0]?.losses.length === 0) expect(back.map(({ output }) => output).join('---\n')).toBe(manifest)
      expect(back[0]?.changed).toBe(true)
    })
    fc.assert(property, { seed: 3, numRuns: 60 })
  })

  it('keys such as __proto__ are data', () => {
    const pod = JSON.parse(
      '{"metadata":{"name":"p","labels":{"__proto__":"x","constructor":"y"}},"spec":{"containers":[{"name":"app"}]}}',
    )
    const outcome = run(pod)
    if (outcome.verdict !== 'injected') throw new Error(outcome.verdict)
    const { labels } = outcome.pod['metadata'] as { labels: Record<string, string> }
    expect(Object.keys(labels).sort()).toEqual(['__proto__', 'constructor', 'service.istio.io/canonical-name'])
  })
})
