import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../config/mesh-config.js'
import { injectionSetup } from '../inject/index.js'
import type { Json, JsonObject } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { logAdmissions, observers } from '../servers/admission-log.js'
import { admit } from '../servers/admit.js'
import { answerInjection } from '../servers/injection.js'
import type { Log, LogFields } from '../servers/log.js'
import { createMetrics } from '../servers/metrics.js'
import type { AdmissionReview } from '../servers/review.js'
import { clusterFacts, explainInjection, locatedObjects, subjectOf } from './index.js'

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const CONFIG = `policy: POLICY
neverInjectSelector: [{matchLabels: {never: "1"}}]
alwaysInjectSelector: [{matchLabels: {always: "1"}}]
templates:
  sidecar: |
    spec:
      containers:
      - {name: istio-proxy, image: proxy, ports: [{containerPort: 15090}]}
`

function setupOf(policy: string) {
  const config = must(parseInjectionConfig(CONFIG.replace('POLICY', policy), { file: 'config.yaml' }))
  const values = must(parseInjectionValues('{}'))
  return must(injectionSetup({ config, values, mesh: DEFAULT_MESH_CONFIG }))
}

interface Facts {
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly namespace?: string
  readonly hostNetwork?: boolean
  readonly port?: number
}

function podOf({ labels = {}, annotations = {}, hostNetwork = false, port = 80 }: Facts): JsonObject {
  const container: Json = { name: 'app', image: 'app', ports: [{ containerPort: port }] }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels, annotations },
    spec: { hostNetwork, containers: [container] },
  }
}

function reviewOf(object: JsonObject, namespace: string): AdmissionReview {
  const request = {
    ...{ uid: 'u', name: '', namespace, operation: 'CREATE', subResource: '', dryRun: false, object, oldObject: null },
    resource: { group: '', version: 'v1', resource: 'pods' },
    raw: {},
  }
  return { apiVersion: 'admission.k8s.io/v1', request } as AdmissionReview
}

const KEY = 'sidecar.istio.io/inject'

/** Pod, policy, reason code, codes of the warnings. */
const STORIES: readonly (readonly [string, Facts, string, string, readonly string[]])[] = [
  ['plain pod', {}, 'enabled', 'policy-enabled', []],
  ['plain pod, policy disabled', {}, 'disabled', 'policy-disabled', []],
  ['plain pod, policy misspelt', {}, 'on', 'policy-invalid', []],
  ['asked for', { labels: { [KEY]: 'true' } }, 'disabled', 'inject-true', []],
  ['asked for by annotation', { annotations: { [KEY]: 'true' } }, 'disabled', 'inject-true', []],
  ['opted out', { labels: { [KEY]: 'false' } }, 'enabled', 'inject-false', []],
  ['"True"', { labels: { [KEY]: 'True' } }, 'disabled', 'policy-disabled', ['inject-value-ignored']],
  ['"yes"', { annotations: { [KEY]: 'yes' } }, 'enabled', 'policy-enabled', ['inject-value-ignored']],
  [
    'label over annotation',
    { labels: { [KEY]: 'false' }, annotations: { [KEY]: 'true' } },
    'enabled',
    'inject-false',
    ['annotation-shadowed'],
  ],
  [
    'hostNetwork, asked for',
    { hostNetwork: true, labels: { [KEY]: 'true' } },
    'enabled',
    'host-network',
    ['inject-overruled'],
  ],
  [
    'kube-system, asked for',
    { namespace: 'kube-system', labels: { [KEY]: 'true' } },
    'enabled',
    'ignored-namespace',
    ['inject-overruled'],
  ],
  ['policy misspelt, asked for', { labels: { [KEY]: 'true' } }, 'on', 'policy-invalid', ['inject-overruled']],
  ['never', { labels: { never: '1' } }, 'enabled', 'never-inject-selector', []],
  ['always', { labels: { always: '1' } }, 'disabled', 'always-inject-selector', []],
  ['port of the proxy', { port: 15090 }, 'enabled', 'policy-enabled', ['port-conflict']],
  ['port of the proxy, outbound', { port: 15001 }, 'enabled', 'policy-enabled', ['port-conflict']],
]

describe('webhook, log, metric and explain tell one story', () => {
  it.each(STORIES)('%s', async (_name, facts, policy, reason, codes) => {
    const setup = setupOf(policy)
    const namespace = facts.namespace ?? 'shop'
    const pod = podOf(facts)

    const text = JSON.stringify(pod)
    const objects = locatedObjects({ file: 'pod.yaml', documents: parseYamlStream(text, { file: 'pod.yaml' }) })
    const subject = subjectOf(objects[0]!, namespace)!
    const { verdict, warnings } = explainInjection({ setup, cluster: clusterFacts([]).cluster, subject })
    expect(verdict.reason).toBe(reason)
    expect(warnings.map(({ code }) => code)).toEqual(codes)

    const answer = answerInjection({ setup, namespaces: new Map(), warnings: [] }, reviewOf(pod, namespace), '/inject')
    expect(answer.reason).toBe(verdict.reason)
    expect(answer.allowed && answer.patch !== undefined).toBe(verdict.isInjected)
    expect(answer.warnings).toEqual(warnings.map(({ message }) => message))

    const metrics = createMetrics({ withProcess: false })
    const lines: LogFields[] = []
    const log = { info: (_: string, fields?: LogFields) => lines.push(fields ?? {}) } as unknown as Log
    const { apiVersion, request } = reviewOf(pod, namespace)
    const body = Buffer.from(JSON.stringify({ kind: 'AdmissionReview', apiVersion, request }))
    const { facts: told } = admit(() => answer, body, '/inject', String)
    observers(metrics.injection, logAdmissions(log, 'injection')).finished(told, 0.001)
    expect(lines).toMatchObject([{ reason: verdict.reason, verdict: verdict.isInjected ? 'patched' : 'skipped' }])
    const counted = (await metrics.registry.getSingleMetric('sidecar_injection_skip_total')!.get()).values
    const skips = counted.map(({ labels, value }) => [labels['reason'], value])
    expect(skips).toEqual(verdict.isInjected ? [] : [[verdict.reason, 1]])
  })
})
