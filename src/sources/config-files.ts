import { type ConfigObject, isSameObject } from '../config/object.js'
import type { IgnoredDocument } from '../config/parse.js'
import type { Problem } from '../lang/problem.js'
import { duplicateProblem, type FileState, type ReadOptions, readFile } from './config-file.js'
import { spellingProblems } from './host-spelling.js'
import { type Overlay, overlay } from './overlay.js'
import { equalContent, type FileSnapshot } from './snapshot.js'

/** Everything known of a set of files. */
export interface ConfigFiles {
  readonly files: ReadonlyMap<string, FileState>
  /** Objects in force, by id. */
  readonly objects: ReadonlyMap<string, ConfigObject>
}

/** With a mesh of thousands of files and objects, one change must not cost copies of all: what changes is written into it. */
interface State extends ConfigFiles {
  readonly files: Map<string, FileState>
  readonly objects: Map<string, ConfigObject>
  /** The file of each object in force. */
  readonly holders: Map<string, string>
  /** Ids that stand in several files: these files, sorted. */
  readonly contested: Map<string, readonly string[]>
  /** Of the files those that findings are about. */
  readonly noted: Map<string, FileState>
  /** Files are held whose folders cannot be read. */
  isLost: boolean
  findings: Findings
}

type Findings = Pick<ConfigChange, 'problems' | 'ignored'>

/** One batch for the engine's inputs, and the findings on all files as they are now. */
export interface ConfigChange {
  /** New and changed objects. */
  readonly put: readonly ConfigObject[]
  readonly remove: readonly ConfigObject[]
  /** Objects that only stand elsewhere now: nothing changed but their `source`. */
  readonly moved: readonly ConfigObject[]
  readonly problems: readonly Problem[]
  readonly ignored: readonly IgnoredDocument[]
  /** Takes the change over; without it nothing has happened. To be called before the next one is read. */
  readonly accept: () => void
}

export interface ConfigFilesReader extends ConfigFiles {
  /**
   * What a new snapshot of files changes. It does not depend on history but for one thing: an object whose document is invalid
   * now keeps its last good version, as long as its document is there, and so does all of a file or folder that cannot be read. A
   * document that cannot be read at all might have been any of the file's objects: all that the file no longer names stay until it
   * can be read again. Of several objects with one id the one in the first file (by path) is in force; the others are problems.
   * Files that did not change are not parsed again, and objects that only they hold are not looked at. `changed`: the paths that
   * differ from the snapshot before, the one that was accepted; without it all are compared.
   */
  read(snapshot: FileSnapshot, changed?: readonly string[]): ConfigChange
}

/** Knows of no file to begin with. */
export function openConfigFiles(options: ReadOptions = {}): ConfigFilesReader {
  const state: State = {
    files: new Map(),
    objects: new Map(),
    holders: new Map(),
    contested: new Map(),
    noted: new Map(),
    isLost: false,
    findings: { problems: [], ignored: [] },
  }
  const { files, objects } = state
  return { files, objects, read: (snapshot, changed) => readChange(state, snapshot, options, changed) }
}

/** The state as it would be. */
interface Next {
  readonly files: Overlay<FileState>
  readonly objects: Overlay<ConfigObject>
  readonly holders: Overlay<string>
  readonly contested: Overlay<readonly string[]>
  readonly noted: Overlay<FileState>
}

function readChange(
  state: State,
  snapshot: FileSnapshot,
  options: ReadOptions,
  hint: readonly string[] | undefined,
): ConfigChange {
  const next: Next = {
    files: overlay(state.files),
    objects: overlay(state.objects),
    holders: overlay(state.holders),
    contested: overlay(state.contested),
    noted: overlay(state.noted),
  }
  const { paths, lost } = toLookAt(state, snapshot, options, hint)
  const touched = new Set<string>()
  const read: string[] = []
  for (const path of paths) {
    const known = state.files.get(path)
    const content = snapshot.get(path)
    const isSame = known === undefined ? content === undefined : equalContent(known.content, content)
    if (isSame || lost.files.has(path)) continue
    const now = content && readFile(path, content, known, options, lost.held.get(path) ?? 0)
    next.files.set(path, now)
    next.noted.set(path, now !== undefined && isNoted(now) ? now : undefined)
    for (const file of [known, now]) for (const id of file?.objects.keys() ?? []) touched.add(id)
    read.push(path)
  }
  const placed = place(state, next, touched, read)
  const found = read.length === 0 ? state.findings : findings(next, snapshot)
  const accept = (): void => {
    for (const part of [next.files, next.objects, next.holders, next.contested, next.noted]) part.settle()
    state.isLost = lost.files.size > 0
    state.findings = found
  }
  return { ...placed, ...found, accept }
}

interface ToLookAt {
  readonly paths: Iterable<string>
  readonly lost: LostFolders
}

function toLookAt(
  state: State,
  snapshot: FileSnapshot,
  { holds = () => true }: ReadOptions,
  hint: readonly string[] | undefined,
): ToLookAt {
  const own = hint?.filter(holds)
  // What a folder held that cannot be read is in no snapshot: its return changes paths that are not in the hint.
  const isPlain = !state.isLost && own?.every(path => snapshot.get(path)?.ok !== false)
  if (own !== undefined && isPlain) return { paths: own, lost: NOTHING_LOST }
  const unread = [...snapshot].flatMap(([path, content]) => (content.ok || !holds(path) ? [] : [path]))
  return {
    paths: new Set([...[...snapshot.keys()].filter(holds), ...state.files.keys()]),
    lost: unread.length === 0 ? NOTHING_LOST : lostFolders(state, snapshot, unread),
  }
}

function isNoted({ problems, ignored, capitalised }: FileState): boolean {
  return problems.length + ignored.length + capitalised.length > 0
}

interface LostFolders {
  /** Files that were read below folders that cannot be read now. */
  readonly files: ReadonlySet<string>
  /** How many objects they held, by the folder. */
  readonly held: ReadonlyMap<string, number>
}

const NOTHING_LOST: LostFolders = { files: new Set(), held: new Map() }

/** A folder that is named and not there, such as a volume that is not mounted, says nothing about its files: they are not gone. */
function lostFolders(before: ConfigFiles, snapshot: FileSnapshot, unread: readonly string[]): LostFolders {
  const files = new Set<string>()
  const held = new Map<string, number>()
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
  before: State,
  next: Next,
  touched: ReadonlySet<string>,
  read: readonly string[],
): Pick<ConfigChange, 'put' | 'remove' | 'moved'> {
  const put: ConfigObject[] = []
  const remove: ConfigObject[] = []
  const moved: ConfigObject[] = []
  const holders = holdersOf(before, next, touched, read)
  for (const id of touched) {
    const paths = holders.get(id) ?? []
    const [first] = paths
    next.contested.set(id, paths.length > 1 ? paths : undefined)
    next.holders.set(id, first)
    const old = before.objects.get(id)
    const now = first === undefined ? undefined : next.files.get(first)?.objects.get(id)
    if (now === old) continue
    next.objects.set(id, now)
    if (now === undefined) remove.push(old as ConfigObject)
    else if (old === undefined || !isSameObject(old, now)) put.push(now)
    else if (!isSamePlace(old, now)) moved.push(now)
  }
  return { put, remove, moved }
}

/** The files that hold each of these ids now, sorted. */
function holdersOf(
  before: State,
  { files }: Next,
  touched: ReadonlySet<string>,
  read: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, Set<string>>()
  const hold = (id: string, path: string | undefined): void => {
    if (path === undefined || files.get(path)?.objects.has(id) !== true) return
    const held = holders.get(id)
    if (held === undefined) holders.set(id, new Set([path]))
    else held.add(path)
  }
  for (const path of read) for (const id of files.get(path)?.objects.keys() ?? []) hold(id, path)
  for (const id of touched) {
    for (const path of before.contested.get(id) ?? []) hold(id, path)
    hold(id, before.holders.get(id))
  }
  return new Map([...holders].map(([id, paths]) => [id, [...paths].sort()]))
}

/** Those of each file, the objects that another file's stands before, and hosts that differ by case alone. */
function findings(next: Next, snapshot: FileSnapshot): Findings {
  const problems: Problem[] = []
  const ignored: IgnoredDocument[] = []
  const capitalised = new Set<string>()
  for (const file of inOrder(next.noted, snapshot)) {
    problems.push(...file.problems)
    ignored.push(...file.ignored)
    for (const host of file.capitalised) capitalised.add(host)
  }
  const spelled = capitalised.size === 0 ? [] : spellingProblems(capitalised, rowsOf(next.objects))
  return { problems: [...problems, ...duplicates(next), ...spelled], ignored }
}

/** In that of the snapshot; what is held and not in it comes last. */
function inOrder(noted: Overlay<FileState>, snapshot: FileSnapshot): readonly FileState[] {
  const rest = new Map(noted.entries())
  const found: FileState[] = []
  if (rest.size > 0) {
    for (const path of snapshot.keys()) {
      const file = rest.get(path)
      if (file !== undefined) found.push(file)
      rest.delete(path)
    }
  }
  return [...found, ...rest.values()]
}

function* rowsOf<V>(table: Overlay<V>): Iterable<V> {
  for (const [, row] of table.entries()) yield row
}

function duplicates({ files, contested }: Next): readonly Problem[] {
  const twice: { readonly path: string; readonly problem: Problem }[] = []
  for (const [id, [first = '', ...others]] of contested.entries()) {
    const winner = files.get(first)?.objects.get(id)
    for (const path of others) {
      const object = files.get(path)?.objects.get(id)
      if (object !== undefined && winner !== undefined) twice.push({ path, problem: duplicateProblem(object, winner) })
    }
  }
  twice.sort((a, b) => compare(a.path, b.path) || lineOf(a.problem) - lineOf(b.problem))
  return twice.map(({ problem }) => problem)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function lineOf({ position }: Problem): number {
  return position?.line ?? 0
}

function isSamePlace({ source: a }: ConfigObject, { source: b }: ConfigObject): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column
}
