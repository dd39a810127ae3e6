// Pods, templates and recorded configurations for tests of plans: texts that tempt, and changes of structure.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseInjectionConfig } from '../../src/config/injection-config.js'
import { parseInjectionValues } from '../../src/config/injection-values.js'
import { DEFAULT_MESH_CONFIG, loadMeshConfig } from '../../src/config/mesh-config.js'
import { injectionSetup } from '../../src/inject/setup.js'
import type { InjectionSetup } from '../../src/inject/types.js'
import { cloneJson, type Json, type JsonObject } from '../../src/lang/json.js'

export function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

export function setupOf(config: string, more: Partial<Parameters<typeof injectionSetup>[0]> = {}): InjectionSetup {
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

export const template = (text: string, policy = 'policy: enabled'): string =>
  `${policy}\ntemplates:\n  sidecar: |\n${text
    .trim()
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n')}\n`

export const PROXY = `
spec:
  containers:
  - name: istio-proxy
    image: proxy:1
    env:
    - name: NAME
      value: "{{ .DeploymentMeta.Name }}"
`

/** What a template may do with values of the pod that some later step looks at, or that meet what the pod has. */
export const TEMPLATES: Record<string, string> = {
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
  'volumes that the pod has': `
spec:
  containers:
  - name: istio-proxy
    image: i
    envFrom: [{configMapRef: {name: "{{ index .ObjectMeta.Labels "app" }}"}}]
  volumes:
  - name: files
    configMap: {name: "{{ index .ObjectMeta.Labels "app" }}"}
  - name: secret
    secret: {secretName: web}
  - name: disk
    emptyDir: {}
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

export function podOf(): JsonObject {
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
        { name: 'files', configMap: { name: 'web', items: [{ key: 'web', path: 'p' }] } },
        { name: 'secret', secret: { secretName: 'web', optional: true } },
        { name: 'disk', persistentVolumeClaim: { claimName: 'web' } },
      ],
      containers: [
        {
          name: 'app',
          image: 'registry/app:1',
          args: ['serve', 'web'],
          env: [
            { name: 'A', value: 'a' },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'web', key: 'password' } } },
            { name: 'C', valueFrom: { configMapKeyRef: { name: 'web', key: 'level' } } },
          ],
          envFrom: [{ configMapRef: { name: 'web' } }, { prefix: 'X_', secretRef: { name: 'web' } }],
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

export const TEXTS = [
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
export function random(seed: number): () => number {
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
export function changed(pod: JsonObject, next: () => number, texts: readonly string[]): JsonObject {
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

/** Texts of what injection made: a value that is the same as one of those is what would tempt a step. */
export function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(item => textsOf(item as Json)) : []
}

/** Another text for an open one, mostly one of few. */
export function otherText(next: () => number, texts: readonly string[], isName: boolean): string {
  if (isName)
    return `kube-api-access-${Math.floor(next() * 36 ** 5)
      .toString(36)
      .padStart(5, '0')}`
  return next() < 0.93 ? `name-${Math.floor(next() * 5)}` : (texts[Math.floor(next() * texts.length)] ?? '')
}

/** Of the conformance data. */
export const recordedData = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance'),
  'injection',
)

/** A recorded request with its configuration. */
export interface RecordedRow {
  readonly name: string
  readonly config: Record<'config' | 'values' | 'mesh', string>
  readonly request: string
  readonly path: string
  readonly nodeKubeletVersions?: unknown
  readonly env?: Record<string, string>
}

export function recordedText(path: string): string {
  return readFileSync(join(recordedData, path), 'utf8')
}

/** The setup of a row, one for all of the same configuration. */
export function recordedSetups(): (row: Pick<RecordedRow, 'config'>) => InjectionSetup {
  const setups = new Map<string, InjectionSetup>()
  return ({ config }) => {
    const key = JSON.stringify(config)
    let setup = setups.get(key)
    if (setup === undefined) {
      const values = must(parseInjectionValues(recordedText(config.values)))
      const mesh = must(loadMeshConfig(recordedText(config.mesh)))
      setups.set(key, (setup = setupOf(recordedText(config.config), { values, mesh })))
    }
    return setup
  }
}
