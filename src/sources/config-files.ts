import { type ConfigObject, isSameObject, objectId } from '../config/object.js'
import {
  type IgnoredDocument,
  type ParseConfigOptions,
  type ParsedConfig,
  parseConfigDocuments,
} from '../config/parse.js'
import type { Problem } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { capitalisedHosts, spellingProblems } from './host-spelling.js'
import { equalContent, type FileContent, type FileSnapshot } from './snapshot.js'

/** What one file said when it was last read, and what it still holds of before. */
interface FileState {
  readonly content: FileContent
  /** Valid objects, and last good versions of those that are invalid now, by id; of equal ids within the file the first. */
  readonly objects: ReadonlyMap<string, ConfigObject>
  readonly problems: readonly Problem[]
  readonly ignored: readonly IgnoredDocument[]
  /** Hosts that its objects write with capitals. */
  readonly capitalised: readonly string[]
}

/** Everything known of a set of files; `NO_CONFIG` to begin with. A value: an older one stays usable. */
export interface ConfigFiles {
  readonly files: ReadonlyMap<string, FileState>
  /** Objects in force, by id. */
  readonly objects: ReadonlyMap<string, ConfigObject>
  /** The file of each. */
  readonly holders: ReadonlyMap<string, string>
  /** Ids that stand in several files: these files, sorted. */
  readonly contested: ReadonlyMap<string, readonly string[]>
}

export const NO_CONFIG: ConfigFiles = { files: new Map(), objects: new Map(), holders: new Map(), contested: new Map() }

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
 * now keeps its last good version, as long as its document is there, and so does all of a file or folder that cannot be read. A document that cannot be read at all might have been any
 * of the file's objects: all that the file no longer names stay until it can be read again. Of several objects with one id the
 * one in the first file (by path) is in force; the others are problems. Files that did not change are not parsed again, and
 * objects that only they hold are not looked at.
 */
export function readConfigFiles(
  before: ConfigFiles,
  snapshot: FileSnapshot,
  options: ParseConfigOptions = {},
): ConfigChange {
  const files = new Map<string, FileState>()
  const touched = new Set<string>()
  const touch = (file: FileState | undefined): void => {
    for (const id of file?.objects.keys() ?? []) touched.add(id)
  }
  const changed: string[] = []
  const lost = unreadableFolders(before, snapshot)
  for (const [path, content] of snapshot) {
    const known = before.files.get(path)
    if (known !== undefined && equalContent(known.content, content)) files.set(path, known)
    else {
      const read = readFile(path, content, known, options, lost.held.get(path) ?? 0)
      files.set(path, read)
      changed.push(path)
      touch(known)
      touch(read)
    }
  }
  for (const [path, file] of before.files) {
    if (files.has(path)) continue
    if (lost.files.has(path)) files.set(path, file)
    else touch(file)
  }
  const { objects, holders, contested, ...difference } = place(before, files, touched, changed)
  const state: ConfigFiles = { files, objects, holders, contested }
  return { state, ...difference, ...findings(state) }
}

interface LostFolders {
  /** Files that were read below folders that cannot be read now. */
  readonly files: ReadonlySet<string>
  /** How many objects they held, by the folder. */
  readonly held: ReadonlyMap<string, number>
}

/** A folder that is named and not there, such as a volume that is not mounted, says nothing about its files: they are not gone. */
function unreadableFolders(before: ConfigFiles, snapshot: FileSnapshot): LostFolders {
  const unread = [...snapshot].flatMap(([path, content]) => (content.ok ? [] : [path]))
  const files = new Set<string>()
  const held = new Map<string, number>()
  if (unread.length === 0) return { files, held }
  for (const [path, { objects }] of before.files) {
    const folder = snapshot.has(path) ? undefined : unread.find(each => path.startsWith(`${each}/`))
    if (folder === undefined) continue
    files.add(path)
    held.set(folder, (held.get(folder) ?? 0) + objects.size)
  }
  return { files, held }
}

/** Which file's object is in force, of each id that a file which changed holds or held. */
function place(
  before: ConfigFiles,
  files: ReadonlyMap<string, FileState>,
  touched: ReadonlySet<string>,
  changed: readonly string[],
): Pick<ConfigChange, 'put' | 'remove' | 'moved'> & Omit<ConfigFiles, 'files'> {
  const objects = new Map(before.objects)
  const inForce = new Map(before.holders)
  const contested = new Map(before.contested)
  const put: ConfigObject[] = []
  const remove: ConfigObject[] = []
  const moved: ConfigObject[] = []
  const holders = holdersOf(before, files, touched, changed)
  for (const id of touched) {
    const [first, ...others] = holders.get(id) ?? []
    if (others.length > 0) contested.set(id, holders.get(id) ?? [])
    else contested.delete(id)
    const old = before.objects.get(id)
    const now = first === undefined ? undefined : files.get(first)?.objects.get(id)
    if (first === undefined) inForce.delete(id)
    else inForce.set(id, first)
    if (now === old) continue
    if (now === undefined) objects.delete(id)
    else objects.set(id, now)
    if (now === undefined) remove.push(old as ConfigObject)
    else if (old === undefined || !isSameObject(old, now)) put.push(now)
    else if (!isSamePlace(old, now)) moved.push(now)
  }
  return { objects, holders: inForce, contested, put, remove, moved }
}

/** The files that hold each of these ids now, sorted. */
function holdersOf(
  before: ConfigFiles,
  files: ReadonlyMap<string, FileState>,
  touched: ReadonlySet<string>,
  changed: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, Set<string>>()
  const hold = (id: string, path: string | undefined): void => {
    if (path === undefined || files.get(path)?.objects.has(id) !== true) return
    const held = holders.get(id)
    if (held === undefined) holders.set(id, new Set([path]))
    else held.add(path)
  }
  for (const path of changed) for (const id of files.get(path)?.objects.keys() ?? []) hold(id, path)
  for (const id of touched) {
    for (const path of before.contested.get(id) ?? []) hold(id, path)
    hold(id, before.holders.get(id))
  }
  return new Map([...holders].map(([id, paths]) => [id, [...paths].sort()]))
}

/** Those of each file, the objects that another file's stands before, and hosts that differ by case alone. */
function findings({ files, objects, contested }: ConfigFiles): Pick<ConfigChange, 'problems' | 'ignored'> {
  const problems: Problem[] = []
  const ignored: IgnoredDocument[] = []
  const capitalised = new Set<string>()
  for (const file of files.values()) {
    problems.push(...file.problems)
    ignored.push(...file.ignored)
    for (const host of file.capitalised) capitalised.add(host)
  }
  const twice: { readonly path: string; readonly problem: Problem }[] = []
  for (const [id, [first, ...others]] of contested) {
    const winner = files.get(first ?? '')?.objects.get(id)
    for (const path of others) {
      const object = files.get(path)?.objects.get(id)
      if (object !== undefined && winner !== undefined) twice.push({ path, problem: duplicateProblem(object, winner) })
    }
  }
  twice.sort((a, b) => compare(a.path, b.path) || lineOf(a.problem) - lineOf(b.problem))
  const spelled = spellingProblems(capitalised, objects.values())
  return { problems: [...problems, ...twice.map(({ problem }) => problem), ...spelled], ignored }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function lineOf({ position }: Problem): number {
  return position?.line ?? 0
}

function readFile(
  path: string,
  content: FileContent,
  known: FileState | undefined,
  options: ParseConfigOptions,
  below: number,
): FileState {
  if (!content.ok) return unreadable(path, content, known, below)
  const text = content.value.replace(/^\ufeff/, '')
  const parsed = parseConfigDocuments(parseYamlStream(text, { file: path }), { ...options, file: path })
  const problems = [...parsed.problems]
  const objects = ofFile(parsed, problems)
  for (const kept of keptOf(parsed, objects, known)) {
    objects.set(objectId(kept), kept)
    problems.push(keptProblem(kept, path))
  }
  return { content, objects, problems, ignored: parsed.ignored, capitalised: capitalisedHosts(objects.values()) }
}

/**
 * What cannot be read keeps what it held: a file that is gone from its folder is not in the snapshot, so that one which is, and is not
 * there, was named. `below`: objects of its files, where it is a folder.
 */
function unreadable(
  path: string,
  content: FileContent & { ok: false },
  known: FileState | undefined,
  below: number,
): FileState {
  const objects = known?.objects ?? new Map<string, ConfigObject>()
  const count = objects.size + below
  const kept = count === 0 ? '' : `; its ${count} objects stay as they were`
  const problem: Problem = {
    severity: 'error',
    code: 'unreadable',
    message: `cannot read ${path}: ${content.error}${kept}`,
  }
  return { content, objects, problems: [problem], ignored: [], capitalised: capitalisedHosts(objects.values()) }
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

function isSamePlace({ source: a }: ConfigObject, { source: b }: ConfigObject): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column
}
