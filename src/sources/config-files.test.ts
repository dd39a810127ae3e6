import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConfigObject, objectId } from '../config/object.js'
import { err, ok } from '../lang/result.js'
import { type ConfigChange, openConfigFiles } from './config-files.js'
import { equalContent, type FileContent } from './snapshot.js'

const rule = (name: string, host: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: ${name}\nspec:\n  host: ${host}\n`

function snapshot(files: Readonly<Record<string, string | FileContent>>): Map<string, FileContent> {
  return new Map(Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? ok(text) : text]))
}

interface Read extends ConfigChange {
  /** All that is in force then. */
  readonly hosts: readonly string[]
}

/** Reads the snapshots one after the other; the last change. What differs is told or found, and comes to the same. */
function read(...steps: Readonly<Record<string, string | FileContent>>[]): Read {
  const found = readAll(steps, false)
  expect(comparable(readAll(steps, true))).toEqual(comparable(found))
  return found
}

/** In an order that hangs on nothing. */
function comparable({ put, remove, moved, problems, ignored, hosts }: Read): object {
  const sorted = (objects: readonly ConfigObject[]) =>
    [...objects]
      .sort((a, b) => (objectId(a) < objectId(b) ? -1 : 1))
      .map(({ name, spec, source }) => [name, spec, source])
  return { put: sorted(put), remove: sorted(remove), moved: sorted(moved), problems, ignored, hosts }
}

function readAll(steps: readonly Readonly<Record<string, string | FileContent>>[], isTold: boolean): Read {
  const files = openConfigFiles()
  let before = snapshot({})
  let change = files.read(before)
  change.accept()
  for (const step of steps) {
    const now = snapshot(step)
    const paths = [...new Set([...before.keys(), ...now.keys()])].filter(
      path => !equalContent(before.get(path), now.get(path)),
    )
    change = isTold ? files.read(now, paths) : files.read(now)
    change.accept()
    before = now
  }
  const hosts = [...files.objects.values()].map(({ name, spec }) => `${name}=${(spec as { host?: string }).host}`)
  return { ...change, hosts: hosts.sort() }
}

const hostsOf = ({ hosts }: Read): readonly string[] => hosts
const codesOf = ({ problems }: ConfigChange): string[] => problems.map(({ code }) => code)

describe('configuration files', () => {
  it('tells what is new, changed and gone, and nothing else', () => {
    const change = read(
      { 'a.yaml': rule('a', 'x'), 'b.yaml': rule('b', 'x'), 'c.yaml': rule('c', 'x') },
      { 'a.yaml': rule('a', 'z'), 'b.yaml': rule('b', 'x'), 'd.yaml': rule('d', 'x') },
    )
    expect(change.put.map(({ name }) => name)).toEqual(['a', 'd'])
    expect(change.remove.map(({ name }) => name)).toEqual(['c'])
  })

  it('changes nothing when a document only moves', () => {
    const change = read({ 'a.yaml': rule('a', 'x') }, { 'a.yaml': `# one more line\n${rule('a', 'x')}` })
    expect([change.put, change.remove]).toEqual([[], []])
    expect(change.moved.map(({ source }) => source?.line)).toEqual([2])
  })

  it('keeps the last good version of an invalid object, and takes all others', () => {
    const change = read(
      { 'a.yaml': `${rule('a', 'x')}---\n${rule('b', 'x')}` },
      { 'a.yaml': `${rule('a', '"?"')}---\n${rule('b', 'z')}` },
    )
    expect(hostsOf(change)).toEqual(['a=x', 'b=z'])
    expect(codesOf(change)).toEqual(['invalid-value', 'last-good'])
  })

  it('keeps what a half-written file held, until it is whole again', () => {
    const whole = `${rule('a', 'x')}---\n${rule('b', 'x')}`
    const half = read(
      { 'a.yaml': whole },
      { 'a.yaml': `${rule('a', 'z')}---\napiVersion: networking.istio.io/v1\nkind: "Dest` },
    )
    expect(hostsOf(half)).toEqual(['a=z', 'b=x'])
    expect(codesOf(half)).toContain('last-good')
    expect(hostsOf(read({ 'a.yaml': whole }, { 'a.yaml': '{' }, { 'a.yaml': rule('b', 'z') }))).toEqual(['b=z'])
  })

  it('removes an invalid object when its document goes', () => {
    expect(hostsOf(read({ 'a.yaml': rule('a', 'x') }, { 'a.yaml': rule('a', '"?"') }, { 'a.yaml': '' }))).toEqual([])
  })

  // A file that was named and is not there, one behind a lost permission, one replaced by a folder of the same name.
  it.each([
    ['no such file', { 'a.yaml': err('no such file') }, ['a=x']],
    ['permission denied', { 'a.yaml': err('permission denied') }, ['a=x']],
    ['a folder', { 'a.yaml/b.yaml': rule('b', 'z') }, ['b=z']],
  ])('%s', (_, after, expected) => {
    expect(hostsOf(read({ 'a.yaml': rule('a', 'x') }, after))).toEqual(expected)
  })

  it('keeps what a folder held that cannot be read, until it can', () => {
    const held = { 'mesh/a.yaml': rule('a', 'x'), 'mesh/sub/b.yaml': rule('b', 'x'), 'meshes.yaml': rule('c', 'x') }
    const gone = { mesh: err('no such file'), 'meshes.yaml': rule('c', 'z') }
    const lost = read(held, gone, gone)
    expect(hostsOf(lost)).toEqual(['a=x', 'b=x', 'c=z'])
    expect(lost.problems.map(({ message }) => message)).toEqual([
      'cannot read mesh: no such file; its 2 objects stay as they were',
    ])
    expect(hostsOf(read(held, gone, { 'mesh/a.yaml': rule('a', 'z') }))).toEqual(['a=z'])
    expect(hostsOf(read(held, gone, {}))).toEqual([])
  })

  it('takes the object of the first file, and names both places', () => {
    const change = read({ 'b.yaml': rule('a', 'b'), 'a.yaml': rule('a', 'a') })
    expect(hostsOf(change)).toEqual(['a=a'])
    expect(change.problems).toMatchObject([{ code: 'duplicate-object', position: { file: 'b.yaml' } }])
    expect(change.problems[0]?.message).toContain('a.yaml:1')
    expect(hostsOf(read({ 'b.yaml': rule('a', 'b'), 'a.yaml': rule('a', 'a') }, { 'b.yaml': rule('a', 'b') }))).toEqual(
      ['a=b'],
    )
  })

  it('are as they were until a change is accepted', () => {
    const files = openConfigFiles()
    const [one, other] = [snapshot({ 'a.yaml': rule('a', 'x') }), snapshot({ 'b.yaml': rule('b', 'x') })]
    files.read(one).accept()
    expect(files.read(other).put.map(({ name }) => name)).toEqual(['b'])
    expect([...files.files.keys(), ...files.objects.keys()].join()).toContain('a.yaml')
    const change = files.read(other)
    expect([change.put, change.remove].map(objects => objects.map(({ name }) => name))).toEqual([['b'], ['a']])
    change.accept()
    expect([...files.files.keys()]).toEqual(['b.yaml'])
  })

  it('are looked at where they changed, and nowhere else', () => {
    const files = openConfigFiles()
    files.read(snapshot({ 'a.yaml': rule('a', 'x'), 'b.yaml': rule('b', 'x') })).accept()
    const change = files.read(snapshot({ 'a.yaml': rule('a', 'z'), 'b.yaml': rule('b', 'z') }), ['b.yaml'])
    expect(change.put.map(({ name }) => name)).toEqual(['b'])
  })

  it('reads a byte order mark', () => {
    expect(hostsOf(read({ 'a.yaml': `\ufeff${rule('a', 'x')}` }))).toEqual(['a=x'])
  })

  it('is the same step by step as at once, for valid files', () => {
    const file = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'z')), { maxLength: 3 })
    const files = fc.dictionary(fc.constantFrom('1.yaml', '2.yaml', '3.yaml'), file)
    fc.assert(
      fc.property(fc.array(files, { minLength: 1, maxLength: 5 }), steps => {
        const texts = steps.map(step =>
          Object.fromEntries(
            Object.entries(step).map(([path, rules]) => [path, rules.map(([n, h]) => rule(n, h)).join('---\n')]),
          ),
        )
        const [stepwise, atOnce] = [read(...texts), read(texts.at(-1)!)]
        expect(hostsOf(stepwise)).toEqual(hostsOf(atOnce))
        expect(stepwise.problems).toEqual(atOnce.problems)
        const ids = [...stepwise.put, ...stepwise.remove].map(objectId)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { seed: 4, numRuns: 200 },
    )
  })
})
