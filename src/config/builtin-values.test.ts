import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { parseYaml } from '../lang/yaml/index.js'
import { checkBuiltinValues, parseBuiltinValues, TYPES } from './builtin-values.js'
import { BUILTIN_VALUES, UNUSED_VALUES } from './builtin-values-table.js'

const root = resolve(import.meta.dirname, '../..')
const defaults = readFileSync(join(root, 'src/inject/builtin/values.yaml'), 'utf8')
const templates = readFileSync(join(root, 'src/inject/builtin/config.yaml'), 'utf8')
const data = join(process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(root, '../shared/conformance'), 'injection')

const read = (text: string): JsonObject => {
  const value = parseYaml(text)
  if (!value.ok || !isJsonObject(value.value)) throw new Error(text)
  return value.value
}

function at(value: Json | undefined, path: string): Json | undefined {
  for (const key of path.split('.')) value = isJsonObject(value) ? value[key] : undefined
  return value
}

/** `file:1:2: …`, errors and warnings alike. */
function problemsOf(text: string): string[] {
  const parsed = parseBuiltinValues(text, defaults, { file: 'v' })
  return (parsed.ok ? parsed.value.warnings : parsed.error).map(formatProblem)
}

function valuesOf(text: string): JsonObject {
  const parsed = parseBuiltinValues(text, defaults)
  if (!parsed.ok) throw new Error(parsed.error.map(formatProblem).join('\n'))
  return parsed.value.values.raw
}

describe('the table of values', () => {
  it('has a default of the right type for every value, and values.yaml has nothing else', () => {
    for (const { path, type } of BUILTIN_VALUES) {
      expect([path, TYPES[type].fits(at(read(defaults), path) ?? null)]).toEqual([path, true])
    }
    expect(checkBuiltinValues(read(defaults))).toEqual([])
  })

  it('names each value once', () => {
    const paths = [...BUILTIN_VALUES.map(({ path }) => path), ...UNUSED_VALUES]
    expect(new Set(paths).size).toBe(paths.length)
  })

  it('has every value that a template reads', () => {
    const roots: Record<string, string> = { global: 'global', proxy: 'global.proxy', pilot: 'pilot', '.Values': '' }
    const reads = [...templates.matchAll(/\$(global|proxy|pilot)\.([\w.]+)|(\.Values)\.([\w.]+)/g)]
    const paths = reads.map(([, variable, below, values, rest]) =>
      [roots[variable ?? values ?? ''], below ?? rest].filter(Boolean).join('.'),
    )
    const known = BUILTIN_VALUES.map(({ path }) => path)
    const isKnown = (path: string): boolean => known.some(value => value === path || value.startsWith(`${path}.`))
    expect(paths.length).toBeGreaterThan(50)
    expect([...new Set(paths)].filter(path => !isKnown(path))).toEqual([])
  })

  it('stands in the manual as it is', () => {
    const manual = readFileSync(join(root, 'docs/inject.md'), 'utf8')
    const shown = (value: Json): string => (value === '' ? '' : `\`${JSON.stringify(value)}\``)
    const lines = BUILTIN_VALUES.map(({ path, type, about, oneOf }) => {
      const choices = oneOf === undefined ? '' : ` One of ${oneOf.filter(Boolean).join(', ')}.`
      return `| \`${path}\` | ${type} | ${shown(at(read(defaults), path) ?? null)} | ${about}${choices} |`
    })
    expect(manual).toContain(`${lines.join('\n')}\n`)
  })
})

describe('the manual', () => {
  it('names every annotation and label that a template reads or writes', () => {
    const manual = readFileSync(join(root, 'docs/inject.md'), 'utf8')
    const keys = new Set(templates.match(/(?:[a-z0-9-]+\.)+(?:io|com)\/[A-Za-z-]+(?=[`":])/g))
    expect(keys.size).toBeGreaterThan(25)
    expect([...keys].filter(key => !manual.includes(`\`${key}\``))).toEqual([])
  })
})

describe('values over the defaults', () => {
  it('merges maps, replaces lists, and takes null for the default', () => {
    const values = valuesOf('global: {hub: h, imagePullSecrets: [a], tag: null, proxy: null, sds: {token: null}}')
    expect(at(values, 'global.hub')).toBe('h')
    expect(at(values, 'global.tag')).toBe('latest')
    expect(at(values, 'global.imagePullSecrets')).toEqual(['a'])
    expect(at(values, 'global.proxy.statusPort')).toBe(15020)
    expect(at(values, 'global.sds.token.aud')).toBe('istio-ca')
  })

  it('keeps null inside resources, where it takes a default away', () => {
    const values = valuesOf('global: {proxy: {resources: {limits: {cpu: null, memory: 2Gi}}}}')
    expect(at(values, 'global.proxy.resources.limits')).toEqual({ cpu: null, memory: '2Gi' })
    expect(at(values, 'global.proxy.resources.requests')).toEqual({ cpu: '100m', memory: '128Mi' })
  })

  it.each(['', '{}', '# nothing\n'])('%j is the defaults', text => {
    expect(valuesOf(text)).toEqual(read(defaults))
  })

  it.each([
    ['global:\n  hub: 5', 'v:2:3: expected text, not 5 (global.hub)'],
    ['global: []', 'v:1:1: expected a map, not a list (global)'],
    ['[]', 'v:1:1: expected a map, not a list'],
    ['global: {tag: [1]}', 'v:1:10: expected text or a number, not a list (global.tag)'],
    [
      'global: {imagePullPolicy: never}',
      'v:1:10: expected one of "", Always, IfNotPresent, Never, not "never" (global.imagePullPolicy)',
    ],
    [
      'global: {imagePullSecrets: [{name: a}]}',
      'v:1:10: expected a list of text, not a list of other things (global.imagePullSecrets)',
    ],
    [
      'global: {proxy: {statusPort: 65536}}',
      'v:1:18: expected a port from 0 to 65535, not 65536 (global.proxy.statusPort)',
    ],
    [
      'global: {proxy: {readinessPeriodSeconds: 1.5}}',
      'v:1:18: expected a whole number from 0, not 1.5 (global.proxy.readinessPeriodSeconds)',
    ],
    ['global: {proxy: {privileged: "no"}}', 'v:1:18: expected true or false, not "no" (global.proxy.privileged)'],
    ['global: {proxy: {resources: 1}}', 'v:1:18: expected a map, not 1 (global.proxy.resources)'],
    ['global: {Hub: h}', 'v:1:10: no built-in template reads global.Hub; did you mean global.hub? (global.Hub)'],
    ['hub: h', 'v:1:1: no built-in template reads hub; did you mean global.hub? (hub)'],
    ['global.hub: h', 'v:1:1: no built-in template reads global.hub (global.hub)'],
    ['__proto__: {a: 1}', 'v:1:1: no built-in template reads __proto__ (__proto__)'],
  ])('%s', (text, wanted) => {
    expect(problemsOf(text)).toEqual([wanted])
  })

  it('reports everything that is wrong at once', () => {
    expect(problemsOf('global:\n  hub: 5\n  logAsJson: 1\nrevision: {}\n')).toHaveLength(3)
  })
})

describe.skipIf(!existsSync(data))('files of the reference', () => {
  const files = existsSync(data) ? readdirSync(join(data, 'configs')).filter(name => name.startsWith('values-')) : []
  it.each(files)('%s: no errors, no warnings', name => {
    expect(problemsOf(readFileSync(join(data, 'configs', name), 'utf8'))).toEqual([])
  })

  it('have the same defaults where both have one', () => {
    const stock = read(readFileSync(join(data, 'install/default/ConfigMap-istio-sidecar-injector.yaml'), 'utf8'))
    const values = read(String(at(stock, 'data.values')))
    const differing = BUILTIN_VALUES.map(({ path }) => path).filter(path => {
      const known = at(values, path)
      return (
        known !== undefined && JSON.stringify(known) !== JSON.stringify(sortedLike(known, at(read(defaults), path)))
      )
    })
    expect(differing).toEqual([])
  })
})

/** The same value with the keys in the order of another. */
function sortedLike(order: Json, value: Json | undefined): Json {
  if (!isJsonObject(order) || !isJsonObject(value)) return value ?? null
  const keys = [...new Set([...Object.keys(order), ...Object.keys(value)])].filter(key => Object.hasOwn(value, key))
  return Object.fromEntries(keys.map(key => [key, sortedLike(order[key] ?? null, value[key])]))
}
