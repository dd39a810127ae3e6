import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../../config/injection-config.js'
import { parseInjectionValues } from '../../config/injection-values.js'
import { DEFAULT_MESH_CONFIG, loadMeshConfig } from '../../config/mesh-config.js'
import { cloneJson, type Json, type JsonObject } from '../../lang/json.js'
import { parseYaml } from '../../lang/yaml/index.js'
import { operationsText } from '../../patch/index.js'
import { ANNOTATION_RULES } from '../annotations.js'
import { inject } from '../inject.js'
import * as names from '../names.js'
import { injectionSetup } from '../setup.js'
import type { InjectionRequest, InjectionSetup } from '../types.js'
import { keyOf, withOpen } from './key.js'
import { isInspectedAnnotation, podRules } from './leaves.js'
import { injectByPlan } from './plans.js'

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

function setupOf(config: string, more: Partial<Parameters<typeof injectionSetup>[0]> = {}): InjectionSetup {
  return must(
    injectionSetup({
      config: must(parseInjectionConfig(config)),
      values: must(parseInjectionValues('{"global": {"hub": "h", "tag": "t"}}')),
      mesh: DEFAULT_MESH_CONFIG,
      environment: { nativeSidecars: 'false' },
      ...more,
    }),
  )
}

const template = (text: string, policy = 'policy: enabled'): string =>
  `${policy}\ntemplates:\n  sidecar: |\n${text
    .trim()
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n')}\n`

const PROXY = `
spec:
  containers:
  - name: istio-proxy
    image: proxy:1
    env:
    - name: NAME
      value: "{{ .DeploymentMeta.Name }}"
`

/** What a template may do with values of the pod that some later step looks at, or that meet what the pod has. */
const TEMPLATES: Record<string, string> = {
  'what stock templates do': `
metadata:
  labels:
    service.istio.io/canonical-name: {{ index .ObjectMeta.Labels "service.istio.io/canonical-name" | default (index .ObjectMeta.Labels "app") | default .DeploymentMeta.Name | trunc 63 | quote }}
  annotations:
    plain: "{{ .ObjectMeta.Name }}"
    prometheus.io/path: "{{ index .ObjectMeta.Labels "app" }}"
spec:
  initContainers:
  - name: istio-init
    image: "init:{{ index .ObjectMeta.Labels "version" }}"
  containers:
  - name: istio-proxy
    image: "proxy:{{ index .ObjectMeta.Labels "version" }}"
    args: ["a", "b"]
    env:
    - name: OWNER
      value: kubernetes://{{ .DeploymentMeta.Namespace }}/{{ toLower .TypeMeta.Kind }}s/{{ .DeploymentMeta.Name }}
    - name: APPS
      value: "{{ range $i, $c := .Spec.Containers }}{{ if $i }},{{ end }}{{ $c.Name }}{{ end }}"
    - name: ACCOUNT
      value: '{{ .Spec.ServiceAccountName }}'
    ports: [{containerPort: 15090}]
  volumes:
  - name: istio-data
    emptyDir: {}
`,
  'labels that the pod has': `
metadata: {labels: {app: "x", version: "{{ index .ObjectMeta.Labels "app" }}", "istio.io/rev": "{{ index .ObjectMeta.Labels "app" }}"}}
${PROXY}`,
  'annotations that the pod has': `
metadata: {annotations: {note: "{{ index .ObjectMeta.Labels "app" }}", other: fixed}}
${PROXY}`,
  'fields that the pod has': `
${PROXY}
  serviceAccountName: "{{ index .ObjectMeta.Labels "app" }}"
  hostname: web
  nodeName: "{{ index .ObjectMeta.Labels "app" }}"
`,
  'names from labels': `
spec:
  containers:
  - name: "{{ index .ObjectMeta.Labels "app" }}"
    image: i
  - name: istio-proxy
    env:
    - name: "{{ index .ObjectMeta.Labels "app" }}"
      value: "1"
    volumeMounts:
    - name: v
      mountPath: "/{{ index .ObjectMeta.Labels "app" }}"
  volumes:
  - name: "{{ index .ObjectMeta.Labels "app" }}"
    emptyDir: {}
`,
  "the app's container": `
spec:
  containers:
  - name: app
    image: "{{ index .ObjectMeta.Labels "app" }}"
    args: [web]
  - name: istio-proxy
    image: i
`,
  'lists that merge': `
metadata:
  finalizers: ["{{ index .ObjectMeta.Labels "app" }}"]
  ownerReferences:
  - uid: web
    name: x
${PROXY}
  imagePullSecrets: [{name: "{{ index .ObjectMeta.Labels "app" }}"}]
  hostAliases: [{ip: "{{ index .ObjectMeta.Labels "app" }}"}]
  tolerations: [{key: "{{ index .ObjectMeta.Labels "app" }}"}, {key: web}]
`,
  directives: `
metadata: {labels: {$patch: replace, only: this}}
spec:
  containers:
  - name: istio-proxy
    image: i
  $setElementOrder/volumes: [{name: data}]
`,
  'quantities and numbers': `
spec:
  containers:
  - name: istio-proxy
    image: i
    resources: {limits: {cpu: "{{ index .ObjectMeta.Labels "app" }}"}}
    ports: [{containerPort: {{ index .ObjectMeta.Annotations "note" | default "1" }} }]
`,
  'probes of another container': `
spec:
  containers:
  - name: istio-proxy
    image: i
    env: [{name: ENVOY_SECURE_MERGED_METRICS_PORT, value: "{{ index .ObjectMeta.Labels "app" }}"}]
  - name: helper
    image: i
    readinessProbe: {httpGet: {path: "/{{ index .ObjectMeta.Labels "app" }}", port: 80}}
`,
  'what depends on values': `
{{- $app := index .ObjectMeta.Labels "app" }}
{{- $long := false }}
{{- if gt (len $app) 3 }}{{ $long = true }}{{ end }}
metadata:
  labels:
    {{- if eq $app "web" }}
    is-web: "yes"
    {{- else if hasPrefix "a" $app }}
    starts: "{{ $app }}"
    {{- end }}
    long: "{{ $long }}"
    {{- range $key, $value := .ObjectMeta.Labels }}
    copy-{{ $key }}: "{{ $value }}"
    {{- end }}
${PROXY}
    - name: LENGTH
      value: "{{ len .ObjectMeta.Labels }} {{ len .ObjectMeta.Name }}"
    - name: ARGS
      value: "{{ range .Spec.Containers }}{{ range .Args }}{{ . }};{{ end }}{{ len .Env }}{{ end }}"
`,
}

function podOf(): JsonObject {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: 'web-5b4d8f-',
      creationTimestamp: null,
      labels: { app: 'web', version: 'v1', 'pod-template-hash': '5b4d8f' },
      annotations: { note: 'hello', other: 'fixed', 'prometheus.io/path': '/x' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5b4d8f', uid: 'u', controller: true }],
      finalizers: ['f'],
    },
    spec: {
      volumes: [
        { name: 'kube-api-access-x7f9k', emptyDir: {} },
        { name: 'data', emptyDir: {} },
      ],
      containers: [
        {
          name: 'app',
          image: 'registry/app:1',
          args: ['serve', 'web'],
          env: [{ name: 'A', value: 'a' }],
          ports: [{ containerPort: 8080 }],
          resources: {},
          volumeMounts: [{ name: 'kube-api-access-x7f9k', mountPath: '/run' }],
          livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
        },
        { name: 'second', image: 'other:2', command: ['run'], resources: {} },
      ],
      serviceAccountName: 'web',
      hostname: 'h',
      nodeName: '',
      tolerations: [{ key: 'web' }],
    },
    status: {},
  }
}

const TEXTS = [
  ...['web', 'api', 'x', 'v1', 'auto', 'true', 'false', '1', '0', '8080', '', ' ', 'null', '~', 'fixed', 'web-5b4d8f'],
  ...[
    '"',
    '\\',
    "it's",
    'a\nb',
    'a: b',
    '{{ .Values }}',
    '\ue000',
    '\ue001',
    '\uf8ff',
    '\ue000x',
    '\ud800',
    'é',
    '<&>',
  ],
  ...[
    '__proto__',
    'constructor',
    '$patch',
    'kube-api-access-abcde',
    'kube-api-access-x7f9k',
    'istio-proxy',
    'istio-init',
  ],
  ...[
    'kube-system',
    '100m',
    'a'.repeat(70),
    'x'.repeat(2_000),
    'data',
    'istio-data',
    'app',
    'second',
    'proxy:1',
    'i',
    '-_.',
  ],
]

/** Repeatable numbers below 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Place {
  readonly holder: Record<string | number, Json>
  readonly key: string | number
}

function placesIn(value: Json, want: (item: Json) => boolean): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string | number, Json>
  return Object.keys(value).flatMap(key => [
    ...(want(holder[key]!) ? [{ holder, key }] : []),
    ...placesIn(holder[key]!, want),
  ])
}

/** Changes of texts, so that pods of one key come again and again, and now and then of more. */
function changed(pod: JsonObject, next: () => number, texts: readonly string[]): JsonObject {
  const copy = cloneJson(pod)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!
  const places = placesIn(copy, item => typeof item === 'string')
  for (let i = Math.floor(next() * 4); i >= 0 && places.length > 0; i--) {
    const { holder, key } = pick(places)
    holder[key] = next() < 0.2 ? (pick(places).holder[pick(places).key] ?? 'x') : pick(texts)
  }
  if (next() < 0.15) {
    const { holder, key } = pick(placesIn(copy, () => true))
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else if (next() < 0.5) delete holder[key]
    else holder[`${key}`] = pick<Json>([null, 1, true, [], {}, ['web'], { app: 'web' }])
  }
  return copy
}

/** Like `changed` in open texts alone. */
function reopened(setup: InjectionSetup, pod: JsonObject, next: () => number, texts: readonly string[]): JsonObject {
  return withOpen(pod, podRules(setup).pod, (_, isName) => {
    if (isName)
      return `kube-api-access-${Math.floor(next() * 36 ** 5)
        .toString(36)
        .padStart(5, '0')}`
    return next() < 0.93 ? `name-${Math.floor(next() * 5)}` : (texts[Math.floor(next() * texts.length)] ?? '')
  }) as JsonObject
}

/** Texts of what injection made: a value that is the same as one of those is what would tempt a step. */
function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(item => textsOf(item as Json)) : []
}

/** Whether a plan answered; fails where it says anything else than injecting does. */
function isPlanned(setup: InjectionSetup, request: InjectionRequest): boolean {
  const planned = injectByPlan(setup, request)
  if (planned === undefined) return false
  const direct = inject(setup, request)
  if (direct.verdict !== 'injected') throw new Error(`planned, but ${JSON.stringify(direct)}`)
  expect(planned.patch).toBe(operationsText(direct.patch))
  expect([planned.reason, planned.warnings]).toEqual([direct.decision.reason, direct.decision.warnings])
  expect(direct.warnings).toEqual(direct.decision.warnings)
  return true
}

const NAMESPACES = ['shop', 'team-1', 'team-2', 'kube-system', '', '\ue000']

/** How many of many pods like this one a plan answered. */
function plannedOf(setup: InjectionSetup, base: InjectionRequest, count: number, seed: number): number {
  const next = random(seed)
  const direct = inject(setup, base)
  const texts = [...TEXTS, ...new Set(direct.verdict === 'injected' ? textsOf(direct.pod) : [])]
  let planned = 0
  let pod = base.pod
  for (let i = 0; i < count; i++) {
    // A structure of its own for a while, and then other texts in it.
    if (i % 12 === 0) pod = i % 24 === 0 ? base.pod : changed(base.pod, next, texts)
    const namespace = NAMESPACES[Math.floor(next() * NAMESPACES.length * 2)] ?? base.namespace
    const own = next() < 0.15 ? changed(pod, next, texts) : reopened(setup, pod, next, texts)
    // As it comes from the wire: ordinary objects, keys in their order.
    const received = JSON.parse(JSON.stringify(own)) as JsonObject
    if (isPlanned(setup, { ...base, pod: received, namespace })) planned++
  }
  return planned
}

describe('a plan answers as injecting does', () => {
  const cases = Object.entries(TEMPLATES).map(([name, text], index) => ({
    name,
    config: template(text),
    seed: index + 1,
  }))

  it.each(cases)('$name', ({ config, seed }) => {
    plannedOf(setupOf(config), { pod: podOf(), namespace: 'shop' }, 360, seed)
  })

  it('most of the time, for what stock templates do', () => {
    const setup = setupOf(template(TEMPLATES['what stock templates do']!))
    expect(plannedOf(setup, { pod: podOf(), namespace: 'shop' }, 600, 77)).toBeGreaterThan(150)
  })

  it('with selectors, ProxyConfig objects, native sidecars and parameters of the path', () => {
    const labels = 'matchLabels: {app: api}'
    const policy = `policy: enabled\nneverInjectSelector:\n- ${labels}\nalwaysInjectSelector:\n- matchExpressions: [{key: version, operator: In, values: [v1]}]`
    const resource = { name: 'p', namespace: 'team-1', creationTimestamp: '', selector: {}, config: { concurrency: 3 } }
    const mine = { ...resource, name: 'q', namespace: 'shop', selector: { app: 'api' }, config: { concurrency: 4 } }
    const text = `${TEMPLATES['what stock templates do']!}  serviceAccountName: "c{{ .ProxyConfig.Concurrency.GetValue }}"\n`
    const setup = setupOf(template(text, policy), {
      proxyConfigs: [resource, mine],
      environment: { nativeSidecars: 'true' },
    })
    const base = podOf()
    delete (base['spec'] as JsonObject)['serviceAccountName']
    const parameters = new Map([
      ['ISTIO_META_NETWORK', 'n1'],
      ['A', 'b'],
    ])
    expect(plannedOf(setup, { pod: base, namespace: 'shop', parameters }, 400, 5)).toBeGreaterThan(50)
  })

  it('with the built-in configuration', () => {
    const folder = resolve(import.meta.dirname, '../builtin')
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
    const values = JSON.stringify(must(parseYaml(read('values.yaml'))))
    const setup = setupOf(read('config.yaml'), { values: must(parseInjectionValues(values)) })
    expect(plannedOf(setup, { pod: podOf(), namespace: 'shop' }, 400, 9)).toBeGreaterThan(100)
  })
})

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/conformance'),
  'injection',
)

interface Row {
  readonly name: string
  readonly config: Record<'config' | 'values' | 'mesh', string>
  readonly request: string
  readonly path: string
  readonly nodeKubeletVersions?: unknown
  readonly env?: Record<string, string>
}

describe.skipIf(!existsSync(join(data, 'extra.json')))('recorded pods and configurations', () => {
  const text = (path: string): string => readFileSync(join(data, path), 'utf8')
  const setups = new Map<string, InjectionSetup>()
  const setupFor = ({ config }: Row): InjectionSetup => {
    const key = JSON.stringify(config)
    let setup = setups.get(key)
    if (setup === undefined) {
      const values = must(parseInjectionValues(text(config.values)))
      setups.set(key, (setup = setupOf(text(config.config), { values, mesh: must(loadMeshConfig(text(config.mesh))) })))
    }
    return setup
  }

  it('are answered by plans as by injecting', () => {
    const rows = JSON.parse(text('extra.json')) as Row[]
    let planned = 0
    for (const [index, row] of rows.entries()) {
      const body: unknown = JSON.parse(text(row.request))
      const { object, namespace } = (body as { request?: { object?: JsonObject; namespace?: string } }).request ?? {}
      if (typeof object !== 'object' || object === null || Array.isArray(object)) continue
      planned += plannedOf(setupFor(row), { pod: object, namespace: namespace ?? '' }, 24, index + 100)
    }
    expect(planned).toBeGreaterThan(rows.length)
  }, 120_000)
})

describe('keys', () => {
  const rules = podRules(setupOf(template(PROXY)))
  const key = (pod: Json): string | undefined => keyOf('', pod, rules.pod)?.text

  it('are the same whatever the open texts are, and only then', () => {
    const next = random(3)
    for (let i = 0; i < 300; i++) {
      const pod = changed(podOf(), next, TEXTS)
      const open = keyOf('', pod, rules.pod)!.open
      const seen: number[] = []
      const other = withOpen(pod, rules.pod, (at, isName) => {
        seen.push(at)
        return isName ? `kube-api-access-${String(at).padStart(5, '0')}` : `other-${at}`
      })
      expect(key(other)).toBe(key(pod))
      expect(seen).toEqual(open.map((_, at) => at))
      expect(withOpen(pod, rules.pod, at => open[at]!)).toEqual(pod)
    }
  })

  it.each([
    ['order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['null and nothing', { a: null }, {}],
    ['where a text ends', { a: 'b1:c"1:d' }, { a: 'b', c: 'd' }],
    ['an empty open text', { metadata: { name: '' } }, { metadata: { name: 'a' } }],
    ['an empty list and an empty map', { a: [] }, { a: {} }],
    ['which volume is mounted', volumes('aaaaa', 'bbbbb', 'aaaaa'), volumes('aaaaa', 'bbbbb', 'bbbbb')],
    ['large integers', { a: 2n ** 60n }, { a: 2n ** 60n + 1n }],
  ] as [string, Json, Json][])('tell %s apart', (_, a, b) => {
    expect(key(a)).not.toBe(key(b))
  })

  it('of pods that are too large are none', () => {
    expect(key({ a: 'x'.repeat(20_000) })).toBeUndefined()
    expect(key({ spec: { containers: [{ args: Array.from({ length: 2_000 }, () => 'x') }] } })).toBeUndefined()
  })

  function volumes(first: string, second: string, mounted: string): Json {
    const name = (end: string): string => `kube-api-access-${end}`
    return {
      spec: {
        volumes: [{ name: name(first) }, { name: name(second) }],
        containers: [{ volumeMounts: [{ name: name(mounted) }] }],
      },
    }
  }
})

describe('annotations that steps read', () => {
  it('are exact', () => {
    const read = Object.values(names).filter(name => name.includes('/'))
    for (const key of [...ANNOTATION_RULES.keys(), ...read, 'prometheus.io/scrape', 'prometheus_io/port']) {
      expect([key, isInspectedAnnotation(key)]).toEqual([key, true])
    }
  })
})
