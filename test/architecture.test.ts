import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** What each layer may import besides itself. The order is bottom up; ARCHITECTURE.md explains it. */
const ARROWS: Record<string, readonly string[]> = {
  engine: ['lang'], // the type Problem, and nothing else
  lang: [],
  proto: [],
  patch: ['lang'],
  template: ['lang'],
  config: ['lang', 'proto'],
  mesh: ['config', 'engine', 'lang'],
  proxy: ['mesh', 'config', 'lang'],
  'xds/resources': ['proxy', 'mesh', 'config', 'engine', 'proto', 'lang'],
  'xds/delivery': ['engine', 'proto', 'lang'],
  identity: ['lang'],
  inject: ['template', 'patch', 'config', 'lang'],
  rules: ['template', 'patch', 'config', 'lang'],
  explain: [
    'inject',
    'rules',
    'mesh',
    'proxy',
    'xds/resources',
    'xds/delivery',
    'engine',
    'config',
    'template',
    'patch',
    'proto',
    'lang',
  ],
  kube: ['lang'],
  sources: ['config', 'engine', 'kube', 'lang'],
  servers: ['*'],
  cli: ['*'],
}
/** The shells: only they may be imported by main.ts and the library's face alone. */
const SHELLS = ['servers', 'cli']
/** Pure: no clock, randomness, environment, files, sockets or logging. */
const CORES = [
  'engine',
  'lang',
  'config',
  'mesh',
  'proxy',
  'xds/resources',
  'template',
  'patch',
  'inject',
  'rules',
  'explain',
  'identity',
]

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function layerOf(path: string): string {
  const [first = '', second = '', third] = relative(src, path).split('/')
  if (third === undefined && second === '') return first.replace(/\.ts$/, '')
  return first === 'xds' ? `xds/${second}` : first
}

interface Import {
  readonly from: string
  readonly to: string
  readonly isTypeOnly: boolean
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm)) {
    found.push({
      from: path,
      to: resolve(dirname(path), match[2]!.replace(/\.js$/, '.ts')),
      isTypeOnly: match[1] !== undefined,
    })
  }
  for (const match of text.matchAll(/\bimport\(\s*'(\.[^']+)'\s*\)/g)) {
    found.push({ from: path, to: resolve(dirname(path), match[1]!.replace(/\.js$/, '.ts')), isTypeOnly: true })
  }
  return found
}

const files = filesBelow(src).filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
const code = new Map(files.map(path => [path, readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')]))

describe('architecture', () => {
  it('knows every layer', () => {
    const layers = new Set(files.map(layerOf).filter(layer => layer !== 'main' && layer !== 'index'))
    expect([...layers].filter(layer => ARROWS[layer] === undefined)).toEqual([])
  })

  it('imports along the arrows only', () => {
    const wrong: string[] = []
    for (const { from, to } of files.flatMap(importsOf)) {
      const [source, target] = [layerOf(from), layerOf(to)]
      if (source === target || source === 'main' || source === 'index') continue
      const allowed = ARROWS[source] ?? []
      const isAllowed =
        allowed[0] === '*' ? target !== 'main' && !(source === 'servers' && target === 'cli') : allowed.includes(target)
      if (!isAllowed) wrong.push(`${relative(root, from)} -> ${relative(root, to)}`)
    }
    expect(wrong).toEqual([])
  })

  it('keeps shells out of the library face', () => {
    const index = files.filter(path => layerOf(path) === 'index').flatMap(importsOf)
    expect(index.filter(({ to }) => SHELLS.includes(layerOf(to))).map(({ to }) => relative(root, to))).toEqual([])
  })

  it('has no cycle of value imports', () => {
    const edges = new Map(
      files.map(path => [
        path,
        importsOf(path)
          .filter(i => !i.isTypeOnly)
          .map(i => i.to),
      ]),
    )
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].map(p => relative(src, p)).join(' -> '))
        return
      }
      state.set(path, 'open')
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
      state.set(path, 'done')
    }
    for (const path of files) visit(path, [])
    expect(cycles).toEqual([])
  })

  it('reads the environment and exits in main.ts only', () => {
    const wrong = files.filter(path => layerOf(path) !== 'main' && /process\.(env|exit)\b/.test(code.get(path)!))
    expect(wrong.map(path => relative(root, path))).toEqual([])
  })

  it('keeps cores pure', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bconsole\.|\bperformance\.now\b|\brandomUUID\b|'node:(fs|net|http|https|http2|tls|child_process|os|worker_threads|dns)(\/promises)?'/
    const wrong = files.filter(path => CORES.includes(layerOf(path)) && impure.test(code.get(path)!))
    expect(wrong.map(path => relative(root, path))).toEqual([])
  })
})
