import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  changed,
  must,
  otherText,
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
import { cloneJson, type Json, type JsonObject } from '../../lang/json.js'
import { parseYaml, stringifyYaml } from '../../lang/yaml/index.js'
import { type InjectedDocument, injectStream } from '../manifest.js'
import type { InjectionSetup } from '../types.js'
import { WORKLOAD_KINDS, type WorkloadKind, workloadKindOf } from '../workload.js'
import { DocumentPlans } from './documents.js'
import { withOpen } from './key.js'
import { documentRule } from './leaves.js'

/** A document of a kind, around a pod. */
function documentOf(kindName: string, { metadata, spec }: WorkloadKind, pod: JsonObject): JsonObject {
  const isPlain = ['ReplicationController', 'DeploymentConfig'].includes(kindName)
  const document: JsonObject = {
    apiVersion: 'apps/v1',
    kind: kindName,
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { 'a/b': 'x' } },
    spec: {
      replicas: 2,
      selector: isPlain ? { app: 'web' } : { matchLabels: { app: 'web' } },
      ...(kindName === 'StatefulSet' ? { serviceName: 'web' } : {}),
      unknown: 'web',
    },
  }
  if (kindName === 'CronJob') document['spec'] = { schedule: '* * * * *' }
  for (const [path, part] of [
    [metadata, pod['metadata']],
    [spec, pod['spec']],
  ] as const)
    put(document, path, part ?? {})
  return document
}

function put(object: JsonObject, [key, ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) object[key!] = value
  else put((object[key!] ??= {}) as JsonObject, rest, value)
}

/** By the usual steps: plans come after some documents of a setup. */
function direct(setup: InjectionSetup, text: string): InjectedDocument {
  return injectStream({ ...setup }, text)[0]!
}

const AT_ONCE = { first: 0, metBefore: 1, free: Number.POSITIVE_INFINITY }

/** How many of many documents like this one a plan answered; fails where it says anything else than the usual steps do. */
function plannedOf(setup: InjectionSetup, base: JsonObject, count: number, seed: number): number {
  const next = random(seed)
  const plans = new DocumentPlans(setup, AT_ONCE)
  const rule = documentRule(workloadKindOf(base)!.kind)
  const made = parseYaml(direct(setup, stringifyYaml(base)).output)
  const texts = [
    ...TEXTS,
    ...new Set(made.ok ? textsOf(made.value) : []),
    'a b '.repeat(40),
    ' x',
    'x\n',
    '|',
    '- a',
    '# no',
    '? k',
  ]
  let planned = 0
  let like = base
  for (let i = 0; i < count; i++) {
    // A structure of its own for a while, and then other texts in it.
    if (i % 12 === 0) like = i % 24 === 0 ? base : changed(base, next, texts)
    const own =
      next() < 0.15 ? changed(like, next, texts) : withOpen(like, rule, (_, isName) => otherText(next, texts, isName))
    if (isPlanned(setup, plans, stringifyYaml(own))) planned++
  }
  return planned
}

function isPlanned(setup: InjectionSetup, plans: DocumentPlans, text: string): boolean {
  const read = parseYaml(text)
  const found = read.ok ? workloadKindOf(read.value) : undefined
  if (!read.ok || found === undefined) return false
  const expected = direct(setup, text)
  const isSilent = expected.warnings.length === 0 && expected.objects.every(({ warnings }) => warnings.length === 0)
  const answer = plans.answer(read.value as JsonObject, found, () =>
    expected.result === 'injected' && isSilent ? expected.output : undefined,
  )
  if (answer === undefined) return false
  expect(answer.output).toBe(expected.output)
  const { name, decision } = answer
  expect([{ kind: found.name, name, decision, warnings: [] }]).toEqual(expected.objects)
  expect([expected.result, expected.warnings]).toEqual(['injected', []])
  return true
}

const KINDS = [...WORKLOAD_KINDS]
const of = (name: string): JsonObject => documentOf(name, WORKLOAD_KINDS.get(name)!, podOf())

describe('a plan prints what the usual steps print', () => {
  const cases = Object.entries(TEMPLATES).map(([name, text], index) => ({ name, text, seed: index + 1 }))

  it.each(cases)('$name', ({ text, seed }) => {
    plannedOf(setupOf(template(text)), of('Deployment'), 360, seed)
  })

  it.each(KINDS.map(([name]) => name))('of a %s', name => {
    const setup = setupOf(template(TEMPLATES['what stock templates do']!))
    expect(plannedOf(setup, of(name), 300, 31)).toBeGreaterThan(60)
  })

  it('with the built-in configuration', () => {
    const folder = resolve(import.meta.dirname, '../builtin')
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
    const values = JSON.stringify(must(parseYaml(read('values.yaml'))))
    const setup = setupOf(read('config.yaml'), { values: must(parseInjectionValues(values)) })
    expect(plannedOf(setup, of('Deployment'), 400, 9)).toBeGreaterThan(100)
  })
})

describe.skipIf(!existsSync(join(recordedData, 'extra.json')))('recorded pods and configurations', () => {
  it('are printed by plans as by the usual steps', () => {
    const rows = JSON.parse(recordedText('extra.json')) as RecordedRow[]
    const setupFor = recordedSetups()
    let planned = 0
    for (const [index, row] of rows.entries()) {
      const body: unknown = JSON.parse(recordedText(row.request))
      const { object } = (body as { request?: { object?: JsonObject } }).request ?? {}
      if (typeof object !== 'object' || object === null || Array.isArray(object)) continue
      const [name, kind] = KINDS[index % KINDS.length]!
      planned += plannedOf(setupFor(row), documentOf(name, kind, object), 24, index + 500)
    }
    expect(planned).toBeGreaterThan(rows.length)
  }, 120_000)
})

describe('a stream', () => {
  const setup = setupOf(template(TEMPLATES['what stock templates do']!))
  const skipped = cloneJson(of('Deployment'))
  put(skipped, ['spec', 'template', 'spec', 'hostNetwork'], true)
  const warned = cloneJson(of('Deployment'))
  put(warned, ['spec', 'template', 'spec', 'dnsPolicy'], 'None')

  it('is the same with plans: texts, lines, what is said', () => {
    const documents = Array.from({ length: 120 }, (_, i) => {
      const base = i % 7 === 3 ? skipped : i % 7 === 5 ? warned : of(KINDS[i % 2]![0])
      const found = workloadKindOf(base)!
      return stringifyYaml(withOpen(base, documentRule(found.kind), at => `name-${at}-${i}`))
    })
    const together = injectStream({ ...setup }, documents.join('---\n'))
    expect(together).toHaveLength(documents.length)
    let line = 1
    for (const [i, text] of documents.entries()) {
      expect(together[i]).toEqual({ ...direct(setup, text), line })
      line += text.split('\n').length
    }
  })
})

describe('plans of documents', () => {
  const setup = setupOf(template(TEMPLATES['what stock templates do']!))
  const numbered = (i: number, group: number): JsonObject => {
    const document = of('Deployment')
    put(document, ['metadata', 'name'], `web-${i}`)
    put(document, ['spec', 'replicas'], group)
    return document
  }
  const plannedIn = (count: number, groupOf: (i: number) => number): number => {
    const plans = new DocumentPlans(setup)
    return Array.from({ length: count }, (_, i) =>
      isPlanned(setup, plans, stringifyYaml(numbered(i, groupOf(i)))),
    ).filter(Boolean).length
  }

  it('are not made for few documents, and then for nearly all', () => {
    expect(plannedIn(8, () => 1)).toBe(0)
    expect(plannedIn(100, () => 1)).toBeGreaterThan(80)
  })

  it('are not made for classes that hardly ever come again', () => {
    expect(plannedIn(120, i => Math.floor(i / 6))).toBeLessThan(10)
  })
})
