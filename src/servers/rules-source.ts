import { dirname, resolve } from 'node:path'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYamlStream, type YamlDocument } from '../lang/yaml/index.js'
import {
  configMapsOf,
  namespaceLabelsOf,
  parseRules,
  type Rule,
  type RulesFile,
  strategicTypeOf,
} from '../rules/index.js'
import { type FileWatch, watchFiles } from '../sources/files.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import type { FunctionMap } from '../template/index.js'
import { readOrProblem } from './reading.js'

/** Where the rules stand; absolute paths. */
export interface RulesPaths {
  readonly rules: string
  /** Files and folders with the ConfigMap and Namespace objects that rules may refer to. */
  readonly objects: readonly string[]
}

/** Rules in force, and what was known when they were compiled. */
export interface LiveRules {
  readonly rules: readonly Rule[]
  /** Labels by name of the Namespace, of those that are among the files. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly warnings: readonly Problem[]
}

export interface RulesSource {
  readonly current: () => LiveRules
  readonly close: () => void
}

export interface RulesListener {
  readonly onReload: (changed: readonly string[], live: LiveRules) => void
  /** The change cannot be used, wholly; the rules in force stay. */
  readonly onProblems: (problems: readonly Problem[]) => void
}

/** What one reading of the files made, and the files that templates and operations were taken from. */
export interface RulesReading {
  readonly result: Result<LiveRules, readonly Problem[]>
  readonly referenced: ReadonlySet<string>
}

/** Reads the rules and follows them on disk with everything that they refer to. */
export async function openRules(
  paths: RulesPaths,
  functions: FunctionMap,
  listener: RulesListener,
): Promise<Result<RulesSource, readonly Problem[]>> {
  let watch: FileWatch | undefined
  let watched: ReadonlySet<string> = new Set()
  let live: LiveRules | undefined
  let isClosed = false

  const read = (snapshot: FileSnapshot): RulesReading => {
    let referenced: ReadonlySet<string> = watched
    const result = readOrProblem(() => {
      const reading = readRules(snapshot, paths, functions)
      referenced = reading.referenced
      return reading.result
    })
    return { result, referenced }
  }
  const follow = async (referenced: ReadonlySet<string>): Promise<RulesReading> => {
    watch?.close()
    watched = referenced
    const next = await watchFiles([paths.rules, ...paths.objects, ...referenced], take)
    if (isClosed) next.close()
    watch = next
    return read(next.current())
  }
  /** Reading may find references that nobody watched yet; what they hold counts as well. */
  const settle = async (reading: RulesReading): Promise<RulesReading> => {
    const isKnown = [...reading.referenced].every(path => watched.has(path))
    return isKnown ? reading : settle(await follow(new Set([...watched, ...reading.referenced])))
  }
  // One change at a time: settling may open another watch, which sees changes of its own.
  let turn: Promise<void> = Promise.resolve()
  const take = (snapshot: FileSnapshot, changed: readonly string[]): void => {
    turn = turn.then(() => use(snapshot, changed))
  }
  const use = async (snapshot: FileSnapshot, changed: readonly string[]): Promise<void> => {
    const { result } = await settle(read(snapshot))
    if (isClosed) return
    if (!result.ok) return listener.onProblems(result.error)
    live = result.value
    listener.onReload(changed, live)
  }

  const { result } = await settle(await follow(new Set()))
  if (!result.ok) {
    watch?.close()
    return result
  }
  const first = result.value
  const close = (): void => {
    isClosed = true
    watch?.close()
  }
  return ok({ current: () => live ?? first, close })
}

/** Compiles the rules of one snapshot. Every problem of every file at once. */
export function readRules(snapshot: FileSnapshot, paths: RulesPaths, functions: FunctionMap): RulesReading {
  const referenced = new Set<string>()
  const text = textOf(snapshot, paths.rules)
  if (!text.ok) {
    const message = `cannot read ${paths.rules}: ${text.error}`
    return { result: err([{ severity: 'error', code: 'unreadable', message }]), referenced }
  }
  const documents = objectDocuments(snapshot, paths)
  const file = parseRules(text.value, paths.rules, {
    readFile: name => {
      const path = resolve(dirname(paths.rules), name)
      referenced.add(path)
      return textOf(snapshot, path)
    },
    configMaps: configMapsOf(documents),
    functions,
    hasStrategicMerge: (group, version, resource) => strategicTypeOf(group, version, resource) !== undefined,
  })
  return { result: toLive(file, documents), referenced }
}

function toLive(file: RulesFile, documents: readonly YamlDocument[]): Result<LiveRules, readonly Problem[]> {
  if (file.problems.some(({ severity }) => severity === 'error')) return err(file.problems)
  return ok({ rules: file.rules, namespaces: namespaceLabelsOf(documents), warnings: file.problems })
}

function objectDocuments(snapshot: FileSnapshot, { objects }: RulesPaths): YamlDocument[] {
  const isObject = (path: string): boolean => objects.some(root => path === root || path.startsWith(`${root}/`))
  return [...snapshot].flatMap(([path, content]) =>
    content.ok && isObject(path) ? parseYamlStream(content.value, { file: path }) : [],
  )
}

function textOf(snapshot: FileSnapshot, path: string): Result<string, string> {
  const isFolder = [...snapshot.keys()].some(file => file.startsWith(`${path}/`))
  return snapshot.get(path) ?? err(isFolder ? 'it is a folder' : 'no such file')
}
