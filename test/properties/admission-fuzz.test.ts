// What arrives at the webhook is anybody's bytes: whatever they are, the answer is an AdmissionReview (or says why not), the
// patch applies, and nothing throws. Seeded; PILLION_FUZZ_RUNS raises the number of runs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../../src/config/injection-config.js'
import { parseInjectionValues } from '../../src/config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../../src/config/mesh-config.js'
import { injectionSetup } from '../../src/inject/index.js'
import type { Json } from '../../src/lang/json.js'
import { applyJsonPatch } from '../../src/patch/index.js'
import { answerInjection } from '../../src/servers/injection.js'
import type { LiveInjection } from '../../src/servers/injection-source.js'
import { decodeReview, encodeAnswer, encodeUndecodable } from '../../src/servers/review.js'

const RUNS = Number(process.env['PILLION_FUZZ_RUNS'] ?? 400)
const OPTIONS = { seed: 20260101, numRuns: RUNS }

const CONFIG = `
policy: enabled
templates:
  sidecar: |
    metadata:
      labels: {app: {{ index .ObjectMeta.Labels "app" | default .DeploymentMeta.Name | quote }}}
    spec:
      initContainers:
      - name: istio-init
        args: [{{ excludeInboundPort (annotation .ObjectMeta \`status.sidecar.istio.io/port\` .ProxyConfig.StatusPort) "" | quote }}]
      containers:
      - name: istio-proxy
        env:
        - name: PROXY_CONFIG
          value: |
                 {{ protoToJSON .ProxyConfig }}
        - name: PORTS
          value: {{ range .Spec.Containers }}{{ range .Ports }}{{ .ContainerPort }},{{ end }}{{ end }}x
      volumes:
      - name: istio-data
        emptyDir: {}
`

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const live: LiveInjection = {
  setup: must(
    injectionSetup({
      config: must(parseInjectionConfig(CONFIG)),
      values: must(
        parseInjectionValues(
          '{"global": {"hub": "h", "tag": "t"}, "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": true}}',
        ),
      ),
      mesh: DEFAULT_MESH_CONFIG,
      environment: { nativeSidecars: 'auto' },
    }),
  ),
  namespaces: new Map(),
  warnings: [],
}

/** A pod that takes every step of injection: probes, Prometheus, overrides, status, annotations of each kind. */
const POD: Json = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'web-abc-',
    namespace: 'shop',
    labels: { app: 'web', 'pod-template-hash': 'abc', 'sidecar.istio.io/inject': 'true' },
    annotations: {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9090',
      'proxy.istio.io/config': 'concurrency: 2\nproxyMetadata: {A: b}\n',
      'traffic.sidecar.istio.io/excludeInboundPorts': '1,2',
      'sidecar.istio.io/status': '{"containers":["old"],"initContainers":null}',
      'proxy.istio.io/overrides': '{"containers":[{"name":"istio-proxy","resources":{}}]}',
    },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: 'u', controller: true }],
  },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'i',
        ports: [{ containerPort: 80, name: 'http' }],
        readinessProbe: { httpGet: { path: '/', port: 'http' }, timeoutSeconds: 1 },
        livenessProbe: { tcpSocket: { port: 80 } },
        lifecycle: { preStop: { httpGet: { path: '/stop', port: 80 } } },
        resources: { limits: { cpu: '2000m' } },
      },
      { name: 'istio-proxy', image: 'auto', securityContext: { runAsUser: 5 } },
    ],
    initContainers: [{ name: 'first', image: 'i' }],
    volumes: [{ name: 'v', emptyDir: {} }],
    dnsPolicy: 'Default',
  },
  status: {},
}

const reviewOf = (object: Json): string =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { uid: 'u', namespace: 'shop', operation: 'CREATE', object },
  })

/** The whole of what the server does with a body, but for the socket. */
function answer(body: Uint8Array, path = '/inject'): { readonly text: string; readonly object: Json | undefined } {
  const review = decodeReview(body)
  if (!review.ok) return { text: encodeUndecodable(review.error), object: undefined }
  return {
    text: encodeAnswer(review.value, answerInjection(live, review.value, path)),
    object: review.value.request.object,
  }
}

function check(body: Uint8Array, path?: string): void {
  const { text, object } = answer(body, path)
  const { response } = JSON.parse(text)
  expect(typeof response.allowed).toBe('boolean')
  // Values are named in messages in short: an answer cannot be made to grow out of proportion.
  expect(text.length).toBeLessThan(200_000 + body.length * 8)
  if (response.patch === undefined) return
  expect(response.allowed).toBe(true)
  const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8'))
  expect(must(applyJsonPatch(object!, patch))).toBeTypeOf('object')
}

/** Replaces the value at a random place of the tree. */
function graft(tree: Json, choices: readonly number[], value: Json): Json {
  const [choice = 0, ...rest] = choices
  if (typeof tree !== 'object' || tree === null || rest.length === 0) return value
  if (Array.isArray(tree)) {
    if (tree.length === 0) return [value]
    const at = choice % tree.length
    return tree.map((item, i) => (i === at ? graft(item, rest, value) : item))
  }
  const keys = Object.keys(tree)
  if (keys.length === 0) return value
  const key = keys[choice % keys.length]!
  return { ...tree, [key]: graft(tree[key] ?? null, rest, value) }
}

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  'null',
  '1e999',
  '-',
  '\n',
  '---\n',
  '&a',
  '*a',
  '!!binary ',
  '{{',
  '}}',
  '"__proto__":',
  '\u2028',
  '\ud800',
]

describe('any bytes at the webhook', () => {
  it('random ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => check(bytes)),
      OPTIONS,
    )
  })

  it('a valid review with pieces cut, doubled and put in', () => {
    const valid = reviewOf(POD)
    const edit = fc.record({
      at: fc.nat(valid.length),
      cut: fc.nat(40),
      put: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 8 })),
      times: fc.integer({ min: 0, max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => {
        const text = edits.reduce(
          (body, { at, cut, put, times }) => body.slice(0, at) + put.repeat(times) + body.slice(at + cut),
          valid,
        )
        check(Buffer.from(text))
      }),
      OPTIONS,
    )
  })

  it('a valid review with any JSON at any place of the pod', () => {
    const place = fc.array(fc.nat(30), { minLength: 1, maxLength: 7 })
    const grafts = fc.array(fc.tuple(place, fc.jsonValue({ maxDepth: 3 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(grafts, fc.webPath(), (all, path) => {
        const pod = all.reduce<Json>((tree, [where, value]) => graft(tree, where, value as Json), POD)
        check(Buffer.from(reviewOf(pod)), `/inject${path}`)
      }),
      OPTIONS,
    )
  })

  it('any text in any annotation and label', () => {
    const key = fc.constantFrom(
      ...Object.keys((POD as { metadata: { annotations: object } }).metadata.annotations),
      '__proto__',
      'constructor',
      'sidecar.istio.io/inject',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.json({ maxDepth: 2 }),
      fc.constantFrom(...TOKENS),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, text), { maxLength: 5 }),
        fc.array(fc.tuple(key, text), { maxLength: 3 }),
        (annotations, labels) => {
          const { metadata, ...rest } = POD as Record<string, Json>
          const texts = (pairs: [string, string][]) => Object.fromEntries(pairs)
          check(
            Buffer.from(
              reviewOf({
                ...rest,
                metadata: { ...(metadata as object), annotations: texts(annotations), labels: texts(labels) },
              }),
            ),
          )
        },
      ),
      OPTIONS,
    )
  })
})
