import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { carryChanges } from './carry.js'
import { diffJson } from './json-diff.js'
import { carryTyped, decodeTyped, encodeTyped } from './typed.js'

/** What people write and what they misspell: unknown fields, names without case, nulls, names that are missing or there twice. */
const name = fc.constantFrom<Json>('a', 'b', 'c', '')
const env = fc.record(
  { name, Name: name, value: fc.constantFrom<Json>('', 'x', null), extra: name },
  { requiredKeys: [] },
)
const port = fc.record(
  { name, containerPort: fc.constantFrom(80, 81), protocol: name },
  { requiredKeys: ['containerPort'] },
)
const container = fc.record(
  {
    name,
    image: name,
    Image: name,
    args: fc.array(name, { maxLength: 2 }),
    env: fc.array(env, { maxLength: 3 }),
    ports: fc.array(port, { maxLength: 2 }),
    resources: fc.constantFrom<Json>({}, null, { limits: { cpu: '1000m' } }, { limits: {} }),
    securityContext: fc.constantFrom<Json>({}, { runAsUser: 1 }, { runAsUser: null }),
    unknown: fc.constant<Json>({ a: 1 }),
  },
  { requiredKeys: [] },
)
const texts = fc.dictionary(fc.constantFrom('a', 'b', 'z', '__proto__'), fc.constantFrom('', 'x', 'y'), { maxKeys: 3 })
const pod = fc.record(
  {
    metadata: fc.record({ name, namespace: name, labels: texts, annotations: texts }, { requiredKeys: [] }),
    Metadata: fc.constant<Json>({ generateName: 'x' }),
    spec: fc.record(
      {
        containers: fc.array(container, { maxLength: 3 }),
        initContainers: fc.array(container, { maxLength: 2 }),
        volumes: fc.array(fc.record({ name, emptyDir: fc.constant({}) }, { requiredKeys: [] }), { maxLength: 3 }),
        hostNetwork: fc.boolean(),
        unknown: fc.constant(null),
      },
      { requiredKeys: [] },
    ),
    status: fc.constantFrom<Json>({}, null, { phase: 'Running' }),
  },
  { requiredKeys: [] },
)

type Edit = readonly [path: readonly number[], kind: number, with_: Json]
const edit = fc.tuple(fc.array(fc.nat(9), { maxLength: 6 }), fc.nat(4), fc.oneof(container, pod, texts, name))

/** A copy along a path; the rest is shared, as the steps of an injection do it. */
function edited(value: Json, [path, kind, new_]: Edit): Json {
  const [step, ...rest] = path
  if (Array.isArray(value)) {
    if (step === undefined || value.length === 0) return change(value, kind, new_)
    const at = step % value.length
    return value.with(at, edited(value[at]!, [rest, kind, new_]))
  }
  if (!isJsonObject(value)) return value
  const keys = Object.keys(value)
  if (step === undefined || keys.length === 0) return withMembers(value, kind, new_)
  const key = keys[step % keys.length]!
  return { ...value, [key]: edited(value[key]!, [rest, kind, new_]) }
}

function change(list: Json[], kind: number, new_: Json): Json[] {
  if (kind === 0) return [...list].reverse()
  if (kind === 1) return list.slice(1)
  return isJsonObject(new_) === isJsonObject(list[0] ?? {})
    ? [...list.slice(0, kind - 2), new_, ...list.slice(kind - 2)]
    : list
}

function withMembers(map: JsonObject, kind: number, new_: Json): JsonObject {
  if (kind === 0) return { ...map }
  if (kind === 1) return Object.fromEntries(Object.entries(map).slice(1))
  return isJsonObject(new_) ? { ...map, ...new_ } : map
}

test('carries what printing both and comparing them carries', () => {
  const counts = { changed: 0, same: 0, misfit: 0 }
  fc.assert(
    fc.property(pod, fc.array(edit, { minLength: 1, maxLength: 4 }), (received, edits) => {
      const before = decodeTyped('v1.Pod', received as Json)
      if (!before.ok) {
        return
      }
      const after = edits.reduce<Json>(edited, before.value)
      const carried = carryTyped('v1.Pod', received as Json, before.value, after)
      counts[!carried.ok ? 'misfit' : carried.value === received ? 'same' : 'changed']++
      if (!carried.ok) {
        expect(() => encodeTyped('v1.Pod', after)).toThrow(carried.error.message)
        return
      }
      const printed = encodeTyped('v1.Pod', after)
      const wanted = carryChanges(received as Json, encodeTyped('v1.Pod', before.value), printed)
      // The order of members counts: it is that of the patch.
      expect(JSON.stringify(carried.value)).toBe(JSON.stringify(wanted))
      expect(diffJson(received as Json, carried.value)).toEqual(diffJson(received as Json, wanted))
    }),
    { seed: 11, numRuns: 4_000 },
  )
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50)
})
