import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../config/mesh-config.js'
import { decide, injectionSetup, WORKLOAD_KINDS } from '../inject/index.js'
import type { Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { clusterFacts, explainInjection, explanationText, locatedObjects, PLAIN, subjectOf } from './index.js'

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const CONFIG = `policy: enabled
neverInjectSelector: [{matchLabels: {constructor: "1"}}]
templates:
  sidecar: "spec: {containers: [{name: istio-proxy, image: p}]}"
`
const setup = must(
  injectionSetup({
    config: must(parseInjectionConfig(CONFIG, { file: 'config.yaml' })),
    values: must(parseInjectionValues('{}')),
    mesh: DEFAULT_MESH_CONFIG,
  }),
)

/** Objects of every kind whose parts are of any shape at all. */
const key = fc.constantFrom('a', 'constructor', 'sidecar.istio.io/inject', '__proto__', 'istio.io/rev')
const labels = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(key, fc.constantFrom('true', 'false', '1', '')) },
  fc.jsonValue({ maxDepth: 1 }),
)
const metadata = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        name: fc.constantFrom('p', ''),
        namespace: fc.constantFrom('shop', 'kube-system'),
        labels,
        annotations: fc.oneof({ arbitrary: fc.constant({}), weight: 5 }, labels),
      },
      { requiredKeys: [] },
    ),
  },
  fc.jsonValue({ maxDepth: 2 }),
)
const spec = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        containers: fc.array(
          fc.record(
            {
              name: fc.constantFrom('a', 'istio-proxy'),
              env: fc.oneof({ arbitrary: fc.constant([]), weight: 5 }, fc.jsonValue()),
            },
            { requiredKeys: [] },
          ),
        ),
        hostNetwork: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  },
  fc.jsonValue({ maxDepth: 3 }),
)
const pod = fc.record({ metadata, spec }, { requiredKeys: [] })
const object = fc.record({
  kind: fc.constantFrom(...WORKLOAD_KINDS.keys()),
  metadata,
  spec: fc.oneof(
    spec,
    fc.record({ template: pod }),
    fc.record({ jobTemplate: fc.record({ spec: fc.record({ template: pod }) }) }),
  ),
})
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { mesh: 'on' } } }
const WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'c' },
  webhooks: [
    {
      name: 'w',
      clientConfig: { url: 'https://x/inject' },
      objectSelector: { matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] },
      matchConditions: [{ name: 'c', expression: "object.metadata.name != 'x'" }],
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
  ],
}
// A pod that has a generateName only has no name yet when it is admitted: the match condition fails for it.
const SEED = 20_261
const RUNS = 300

describe('explainInjection', () => {
  it('has an answer for objects of any shape, and decides as the webhook does', () => {
    const seen = new Set<string>()
    const property = fc.property(object, value => {
      const text = [value, NAMESPACE, WEBHOOK].map(one => JSON.stringify(one)).join('\n---\n')
      const objects = locatedObjects({ file: 'f', documents: parseYamlStream(text, { file: 'f' }) })
      const { cluster, problems } = clusterFacts(objects)
      expect(problems).toEqual([])
      const subject = subjectOf(objects[0]!, 'shop')!
      const explanation = explainInjection({ setup, cluster, subject })
      const decision = decide(setup, { pod: subject.pod, namespace: subject.namespace.name })
      expect(explanation.decision.inject).toBe(decision.inject)
      expect(explanation.decision.gates.filter(({ role }) => role === 'decides')).toHaveLength(1)
      expect(explanation.verdict.isInjected).toBe(
        explanation.call.outcome === 'called' && explanation.injection !== undefined,
      )
      expect(explanationText(explanation, { paint: PLAIN, isVerbose: true }).split('\n')[0]).toContain(': ')
      seen.add(explanation.verdict.code)
    })
    fc.assert(property, { seed: SEED, numRuns: RUNS })
    expect([...seen].sort()).toEqual(['failed', 'injected', 'not-called', 'refused', 'rejected'])
  })
})
