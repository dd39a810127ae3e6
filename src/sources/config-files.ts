import { type ConfigObject, isSameObject, objectId } from '../config/object.js'
import {
  type IgnoredDocument,
  type ParseConfigOptions,
  type ParsedConfig,
  parseConfigDocuments,
} from '../config/parse.js'
import type { Problem } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import type { FileContent, FileSnapshot } from './snapshot.js'

/** What one file said when it was last read, and what it still holds of before. */
interface FileState {
  readonly content: FileContent
  /** Valid objects, and last good versions of those that are invalid now, by id; of equal ids within the file the first. */
  readonly objects: ReadonlyMap<string, ConfigObject>
  readonly problems: readonly Problem[]
  readonly ignored: readonly IgnoredDocument[]
}

/** Everything known of a set of files; `NO_CONFIG` to begin with. A value: an older one stays usable. */
export interface ConfigFiles {
  readonly files: ReadonlyMap<string, FileState>
  /** Objects in force, by id. */
  readonly objects: ReadonlyMap<string, ConfigObject>
}

export const NO_CONFIG: ConfigFiles = { files: new Map(), objects: new Map() }

/** One batch for the engine's inputs, and the findings on all files as they are now. */
export interface ConfigChange {
  readonly state: ConfigFiles
  /** New and changed objects. */
  readonly put: readonly ConfigObject[]
  readonly remove: readonly ConfigObject[]
  /** Objects that only stand elsewhere now: nothing changed but their `source`. */
  readonly moved: readonly ConfigObject[]
  readonly problems: readonly Problem[]
  readonly ignored: readonly IgnoredDocument[]
}

/**
 * What a new snapshot of files changes. Pure, and independent of history but for one thing: an object whose document is invalid
 * now keeps its last good version, as long as its document is there. A document that cannot be read at all might have been any
 * of the file's objects: all that the file no longer names stay until it can be read again. Files that did not change are not
 * parsed again. Of several objects with one id the one in the first file (by path) is in force; the others are problems.
 */
export function readConfigFiles(
  before: ConfigFiles,
  snapshot: FileSnapshot,
  options: ParseConfigOptions = {},
): ConfigChange {
  const files = new Map<string, FileState>()
  for (const [path, content] of snapshot) {
    const known = before.files.get(path)
    files.set(
      path,
      known !== undefined && isSameContent(known.content, content) ? known : readFile(path, content, known, options),
    )
  }
  const problems = [...files.values()].flatMap(file => file.problems)
  const objects = merge(files, problems)
  const state: ConfigFiles = { files, objects }
  return {
    state,
    ...difference(before.objects, objects),
    problems,
    ignored: [...files.values()].flatMap(file => file.ignored),
  }
}

function isSameContent(a: FileContent, b: FileContent): boolean {
  return a === b || (a.ok ? b.ok && a.value === b.value : !b.ok && a.error === b.error)
}

function readFile(
  path: string,
  content: FileContent,
  known: FileState | undefined,
  options: ParseConfigOptions,
): FileState {
  if (!content.ok) return unreadable(path, content, known)
  const text = content.value.replace(/^\ufeff/, '')
  const parsed = parseConfigDocuments(parseYamlStream(text, { file: path }), { ...options, file: path })
  const problems = [...parsed.problems]
  const objects = ofFile(parsed, problems)
  for (const kept of keptOf(parsed, objects, known)) {
    objects.set(objectId(kept), kept)
    problems.push(keptProblem(kept, path))
  }
  return { content, objects, problems, ignored: parsed.ignored }
}

/** A file that is gone holds nothing; one that is there but cannot be read keeps what it held. */
function unreadable(path: string, content: FileContent & { ok: false }, known: FileState | undefined): FileState {
  const isGone = content.error.startsWith('no such file')
  const objects = isGone || known === undefined ? new Map<string, ConfigObject>() : known.objects
  const kept = objects.size === 0 ? '' : `; its ${objects.size} objects stay as they were`
  const problem: Problem = {
    severity: 'error',
    code: 'unreadable',
    message: `${content.error}${kept}`,
    position: { file: path, line: 1, column: 1 },
  }
  return { content, objects, problems: [problem], ignored: [] }
}

function ofFile(parsed: ParsedConfig, problems: Problem[]): Map<string, ConfigObject> {
  const objects = new Map<string, ConfigObject>()
  for (const object of parsed.objects) {
    const id = objectId(object)
    const first = objects.get(id)
    if (first === undefined) objects.set(id, object)
    else problems.push(duplicateProblem(object, first))
  }
  return objects
}

/** Last good versions that stay: of invalid objects, and, while a document cannot be read, of all that are not named. */
function keptOf(
  parsed: ParsedConfig,
  objects: ReadonlyMap<string, ConfigObject>,
  known: FileState | undefined,
): ConfigObject[] {
  if (known === undefined) return []
  const invalid = new Set(parsed.invalid)
  return [...known.objects].flatMap(([id, object]) =>
    !objects.has(id) && (parsed.isBroken || invalid.has(id)) ? [object] : [],
  )
}

function keptProblem(kept: ConfigObject, file: string): Problem {
  const position = kept.source === undefined ? undefined : { ...kept.source, file }
  return {
    severity: 'warning',
    code: 'last-good',
    message: `${nameOf(kept)} stays in force as it was before`,
    ...(position === undefined ? {} : { position }),
  }
}

function duplicateProblem(object: ConfigObject, first: ConfigObject): Problem {
  const { source } = first
  const place = source === undefined ? 'elsewhere' : `${source.file ?? '-'}:${source.line}`
  return {
    severity: 'error',
    code: 'duplicate-object',
    message: `${nameOf(object)} is defined at ${place} already, and that one is in force`,
    ...(object.source === undefined ? {} : { position: object.source }),
  }
}

function nameOf({ kind, namespace, name }: ConfigObject): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`
}

function merge(files: ReadonlyMap<string, FileState>, problems: Problem[]): Map<string, ConfigObject> {
  const objects = new Map<string, ConfigObject>()
  for (const path of [...files.keys()].sort()) {
    for (const [id, object] of files.get(path)?.objects ?? []) {
      const first = objects.get(id)
      if (first === undefined) objects.set(id, object)
      else problems.push(duplicateProblem(object, first))
    }
  }
  return objects
}

function difference(
  before: ReadonlyMap<string, ConfigObject>,
  now: ReadonlyMap<string, ConfigObject>,
): Pick<ConfigChange, 'put' | 'remove' | 'moved'> {
  const put: ConfigObject[] = []
  const moved: ConfigObject[] = []
  for (const [id, object] of now) {
    const old = before.get(id)
    if (old === object) continue
    if (old === undefined || !isSameObject(old, object)) put.push(object)
    else if (!isSamePlace(old, object)) moved.push(object)
  }
  return { put, moved, remove: [...before].filter(([id]) => !now.has(id)).map(([, object]) => object) }
}

function isSamePlace({ source: a }: ConfigObject, { source: b }: ConfigObject): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column
}
