import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../config/mesh-config.js'
import { injectionSetup } from '../inject/index.js'
import type { Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import {
  clusterFacts,
  compareExplanations,
  explainInjection,
  imagine,
  locatedObjects,
  parseWhatIf,
  subjectOf,
  WHAT_IF_FORMS,
  type World,
} from './index.js'

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const OBJECTS = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {mesh: "on"}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: c}
webhooks:
- name: w
  clientConfig: {service: {name: istiod, namespace: istio-system, path: /inject}}
  namespaceSelector: {matchLabels: {mesh: "on"}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
`

function world(): World {
  const config = must(
    parseInjectionConfig(
      'policy: enabled\ntemplates:\n  sidecar: "spec: {containers: [{name: istio-proxy, image: p}]}"\n',
    ),
  )
  const setup = must(injectionSetup({ config, values: must(parseInjectionValues('{}')), mesh: DEFAULT_MESH_CONFIG }))
  const objects = locatedObjects({ file: 'f', documents: parseYamlStream(OBJECTS, { file: 'f' }) })
  const { cluster, problems } = clusterFacts(objects)
  expect(problems).toEqual([])
  return { setup, cluster, subjects: objects.flatMap(object => subjectOf(object) ?? []) }
}

function outcomeOf(...changes: string[]): string {
  const before = world()
  const after = must(
    imagine(
      before,
      changes.map(text => must(parseWhatIf(text))),
    ),
  )
  const [was, is] = [before, after].map(({ subjects, ...rest }) => explainInjection({ ...rest, subject: subjects[0]! }))
  return compareExplanations(was!, is!).kind
}

describe('what-if', () => {
  it.each([
    ['label-namespace:shop:mesh=off', 'loses'],
    ['label-namespace:shop:more=1', 'none'],
    ['unlabel-namespace:shop:mesh', 'loses'],
    ['label-pod:web-1:sidecar.istio.io/inject=false', 'loses'],
    ['label-pod:web-*:sidecar.istio.io/inject=true', 'result'],
    ['label-pod:shop/w*b*:tier=1', 'result'],
    ['annotate-pod:*:inject.istio.io/templates=nope', 'loses'],
    ['unannotate-pod:*:x', 'none'],
    ['policy=disabled', 'loses'],
    ['policy=', 'loses'],
    ['neverInjectSelector=app in (web,api)', 'loses'],
    ['neverInjectSelector=', 'none'],
    ['alwaysInjectSelector=app', 'reason'],
    ['namespaceSelector:w=!mesh', 'loses'],
    ['namespaceSelector:c/w=', 'none'],
    ['objectSelector:c=app=api', 'loses'],
    ['remove-webhook:w', 'loses'],
  ])('%s: %s', (text, kind) => {
    expect(outcomeOf(text)).toBe(kind)
  })

  it('takes several changes in their order', () => {
    expect(outcomeOf('policy=disabled', 'policy=enabled')).toBe('none')
    expect(outcomeOf('unlabel-namespace:shop:mesh', 'label-namespace:shop:mesh=on')).toBe('none')
  })

  it.each([
    'label-pod:web:a=b',
    'label-pod:other/*:a=b',
    'label-pod:web-1*1:a=b',
    'remove-webhook:x',
    'objectSelector:x=a',
  ])('has nothing to do for %s, and says so', text => {
    expect(imagine(world(), [must(parseWhatIf(text))])).toMatchObject({ ok: false })
  })

  it('leaves the world as it was', () => {
    const before = world()
    const text = JSON.stringify([before.subjects, [...before.cluster.namespaces], before.setup.config.policy])
    const changes = ['policy=disabled', 'label-pod:*:a=b', 'label-namespace:shop:a=y']
    must(
      imagine(
        before,
        changes.map(one => must(parseWhatIf(one))),
      ),
    )
    expect(JSON.stringify([before.subjects, [...before.cluster.namespaces], before.setup.config.policy])).toBe(text)
  })

  it('reads every form that it documents', () => {
    const examples: Record<string, string> = {
      KEY: 'k',
      VALUE: 'v',
      NAMESPACE: 'n',
      WORKLOAD: 'w',
      WEBHOOK: 'h',
      SELECTORS: 'a=b;c',
      SELECTOR: 'a',
    }
    for (const [form] of WHAT_IF_FORMS) {
      const text = form.replace('enabled|disabled', 'enabled').replace(/[A-Z]{3,}/g, word => examples[word] ?? word)
      expect([form, parseWhatIf(text).ok]).toEqual([form, true])
    }
  })
})
