import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG } from '../config/mesh-config.js'
import { injectionSetup } from '../inject/index.js'
import type { Json } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import { parseSelectorText, selectorToJson } from '../lang/selector.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { clusterFacts, explainInjection, imagine, locatedObjects, parseWhatIf, subjectOf, type World } from './index.js'

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** What the files say; a change to it is an edit of them. */
interface Files {
  readonly policy: string
  readonly neverInjectSelector: string
  readonly alwaysInjectSelector: string
  readonly namespaceSelector: string
  readonly objectSelector: string
  readonly namespaceLabels: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const selectorJson = (text: string): Json => selectorToJson(must(parseSelectorText(text)))
const listJson = (text: string): Json => (text === '' ? [] : text.split(';').map(selectorJson))

function worldOf(files: Files): World {
  const { policy, neverInjectSelector, alwaysInjectSelector } = files
  const templates = { sidecar: 'spec: {containers: [{name: istio-proxy, image: p}]}' }
  const selectors = {
    neverInjectSelector: listJson(neverInjectSelector),
    alwaysInjectSelector: listJson(alwaysInjectSelector),
  }
  const config = must(parseInjectionConfig(JSON.stringify({ policy, templates, ...selectors })))
  const setup = must(injectionSetup({ config, values: must(parseInjectionValues('{}')), mesh: DEFAULT_MESH_CONFIG }))
  const objects = locatedObjects({ file: 'f', documents: parseYamlStream(manifestsOf(files), { file: 'f' }) })
  const { cluster, problems } = clusterFacts(objects)
  expect(problems).toEqual([])
  return { setup, cluster, subjects: objects.flatMap(object => subjectOf(object) ?? []) }
}

function manifestsOf({ namespaceLabels, labels, annotations, ...files }: Files): string {
  const webhook = {
    name: 'w',
    clientConfig: { service: { name: 'istiod', namespace: 'istio-system', path: '/inject' } },
    namespaceSelector: selectorJson(files.namespaceSelector),
    objectSelector: selectorJson(files.objectSelector),
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  }
  const api = 'admissionregistration.k8s.io/v1'
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: namespaceLabels } },
    { apiVersion: api, kind: 'MutatingWebhookConfiguration', metadata: { name: 'c' }, webhooks: [webhook] },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', labels, annotations },
      spec: { containers: [{ name: 'web', image: 'web' }] },
    },
  ]
    .map(object => `${JSON.stringify(object)}\n`)
    .join('---\n')
}

/** One change, as a user writes it, and the edit that does the same. */
interface Change {
  readonly text: string
  readonly edit: (files: Files) => Files
}

type MapField = 'namespaceLabels' | 'labels' | 'annotations'
const VERBS: Readonly<Record<MapField, readonly [set: string, unset: string]>> = {
  namespaceLabels: ['label-namespace:shop:', 'unlabel-namespace:shop:'],
  labels: ['label-pod:web:', 'unlabel-pod:web:'],
  annotations: ['annotate-pod:web:', 'unannotate-pod:web:'],
}

const key = fc.constantFrom('sidecar.istio.io/inject', 'mesh', 'app', 'constructor')
const value = fc.constantFrom('true', 'false', 'on', 'x', '')
const map = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })
const selector = fc.constantFrom(
  '',
  'mesh',
  '!mesh',
  'app=x',
  'mesh in (on,x)',
  'sidecar.istio.io/inject=true',
  'constructor',
)
const selectors = fc.array(selector, { maxLength: 2 }).map(list => list.filter(text => text !== '').join(';'))
const policy = fc.constantFrom('enabled', 'disabled', '')
const field = fc.constantFrom<MapField>('namespaceLabels', 'labels', 'annotations')

function withoutKey(entries: Readonly<Record<string, string>>, removed: string): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([own]) => own !== removed))
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(field, key, value).map(([name, k, v]) => ({
    text: `${VERBS[name][0]}${k}=${v}`,
    // What is imagined of a namespace is listed last.
    edit: (files: Files): Files => ({
      ...files,
      [name]: { ...(name === 'namespaceLabels' ? withoutKey(files[name], k) : files[name]), [k]: v },
    }),
  })),
  fc.tuple(field, key).map(([name, k]) => ({
    text: `${VERBS[name][1]}${k}`,
    edit: (files: Files): Files => ({ ...files, [name]: withoutKey(files[name], k) }),
  })),
  policy.map(text => ({ text: `policy=${text}`, edit: (files: Files): Files => ({ ...files, policy: text }) })),
  fc.tuple(fc.constantFrom('neverInjectSelector', 'alwaysInjectSelector'), selectors).map(([name, text]) => ({
    text: `${name}=${text}`,
    edit: (files: Files): Files => ({ ...files, [name]: text }),
  })),
  fc.tuple(fc.constantFrom('namespaceSelector', 'objectSelector'), selector).map(([name, text]) => ({
    text: `${name}:w=${text}`,
    edit: (files: Files): Files => ({ ...files, [name]: text }),
  })),
)

const filesAtFirst: fc.Arbitrary<Files> = fc.record({
  policy,
  neverInjectSelector: selectors,
  alwaysInjectSelector: selectors,
  namespaceSelector: selector,
  objectSelector: selector,
  namespaceLabels: map,
  labels: map,
  annotations: map,
})

/** What is said of the pod, without where it stands: what is imagined stands nowhere. */
function explained({ setup, cluster, subjects }: World): string {
  const { verdict, call, decision } = explainInjection({ setup, cluster, subject: subjects[0]!, provenance: false })
  return JSON.stringify({ verdict, call, decision }, (name, said) => (name === 'position' ? undefined : said), 1)
}

interface Said {
  readonly verdict: { readonly code: string }
  readonly decision: { readonly reason: string }
}

describe('what-if', () => {
  it('says what would be said if the files were edited so', () => {
    const verdicts = new Set<string>()
    fc.assert(
      fc.property(filesAtFirst, fc.array(change, { minLength: 1, maxLength: 4 }), (files, changes) => {
        const imagined = must(
          imagine(
            worldOf(files),
            changes.map(({ text }) => must(parseWhatIf(text))),
          ),
        )
        const edited = changes.reduce((current, { edit }) => edit(current), files)
        const expected = explained(worldOf(edited))
        expect(explained(imagined)).toBe(expected)
        const { verdict, decision } = JSON.parse(expected) as Said
        verdicts.add(`${verdict.code} ${decision.reason}`)
      }),
      { seed: 17, numRuns: 500 },
    )
    expect(verdicts.size).toBeGreaterThan(5)
  })
})
