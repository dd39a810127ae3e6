import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  changed,
  must,
  otherText,
  PROXY,
  podOf,
  type RecordedRow,
  random,
  recordedData,
  recordedSetups,
  recordedText,
  setupOf,
  TEMPLATES,
  TEXTS,
  template,
  textsOf,
} from '../../../test/kit/planned-pods.js'
import { parseInjectionValues } from '../../config/injection-values.js'
import type { Json, JsonObject } from '../../lang/json.js'
import { parseYaml } from '../../lang/yaml/index.js'
import { operationsText } from '../../patch/index.js'
import { ANNOTATION_RULES } from '../annotations.js'
import { inject } from '../inject.js'
import * as names from '../names.js'
import type { InjectionRequest, InjectionSetup } from '../types.js'
import { keyOf, withOpen } from './key.js'
import { isInspectedAnnotation, podRules } from './leaves.js'
import { injectByPlan } from './plans.js'

/** Like `changed` in open texts alone. */
function reopened(setup: InjectionSetup, pod: JsonObject, next: () => number, texts: readonly string[]): JsonObject {
  return withOpen(pod, podRules(setup).pod, (_, isName) => otherText(next, texts, isName)) as JsonObject
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

describe.skipIf(!existsSync(join(recordedData, 'extra.json')))('recorded pods and configurations', () => {
  const setupFor = recordedSetups()

  it('are answered by plans as by injecting', () => {
    const rows = JSON.parse(recordedText('extra.json')) as RecordedRow[]
    let planned = 0
    for (const [index, row] of rows.entries()) {
      const body: unknown = JSON.parse(recordedText(row.request))
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
