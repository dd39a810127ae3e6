import { basename, dirname, extname, join } from 'node:path'
import { err, ok, type Result } from '../lang/result.js'
import { AT_ONCE, type FileAccess, IN_TURN } from './file-access.js'
import { isSameMark, type Mark, markOf, noMark, reasonOf } from './mark.js'

/** What one path held: its text, or in a few words why there is none, such as `no such file`. */
export type FileContent = Result<string, string>

/** All files at one moment, by path, sorted. Files of a folder stand under the folder's path as it was given. */
export type FileSnapshot = ReadonlyMap<string, FileContent>

/** One reading of a set of paths. What did not change since the last one is the same object as in it. */
export interface Reading {
  readonly snapshot: FileSnapshot
  readonly marks: ReadonlyMap<string, Mark>
  /** Folders in which a change would matter, with the identity of each: one that was replaced has to be watched anew. */
  readonly folders: ReadonlyMap<string, string>
  /** Of the folders those whose files are read, with their marks; the others only lead to what was named. */
  readonly trees: ReadonlyMap<string, Mark>
  /** Entries that lead to what was named: links and named folders. If one is another now, so may everything be. */
  readonly leads: ReadonlySet<string>
  /** Whether there are links on the way or in the trees: what they lead through may have any name. */
  readonly hasLinks: boolean
}

export const NOTHING_READ: Reading = {
  snapshot: new Map(),
  marks: new Map(),
  folders: new Map(),
  trees: new Map(),
  leads: new Set(),
  hasLinks: false,
}

/** Larger is not configuration, and a snapshot holds every text in memory. */
const FILE_LIMIT_BYTES = 64 * 1024 * 1024
/** A tree with a link to its own parent would never end. */
const FOLDER_DEPTH = 16
/** Only these files of a folder are read; a file that is named itself may be called anything. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])
/** Files that are open at once: many systems let a process have 1,024, sockets included. */
const MAX_OPEN = 64
const UNREAD: FileContent = err('not read')

/**
 * Reads every path, folders recursively. A file whose mark is the same as in `known` is not read again. Returns nothing if
 * something changed under the reader, since the texts may then belong to different states: try again later. Nothing else runs
 * during a first reading, for that is what everything waits for. `onFolders` is told what to watch before anything is read, so
 * that no change goes unseen.
 */
export async function readPaths(
  paths: readonly string[],
  known: Reading = NOTHING_READ,
  onFolders: (folders: Reading['folders']) => void = () => {},
): Promise<Reading | undefined> {
  const now = Date.now()
  const files = known === NOTHING_READ ? AT_ONCE : IN_TURN
  const before = await markPaths(paths, { now, files })
  onFolders(before.folders)
  if (known !== NOTHING_READ && isEqual(before.marks, known.marks)) return { ...before, snapshot: known.snapshot }
  const snapshot = new Map<string, FileContent>()
  const unread: (readonly [path: string, mark: Mark])[] = []
  for (const [path, mark] of before.marks) {
    const seen = isSameMark(known.marks.get(path), mark) ? known.snapshot.get(path) : undefined
    // Holds the file's place in the order while it is read.
    snapshot.set(path, seen ?? UNREAD)
    if (seen === undefined) unread.push([path, mark])
  }
  const read = async (): Promise<void> => {
    for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
      const [path, mark] = next
      snapshot.set(path, sameOr(known.snapshot.get(path), await readText(path, mark, files)))
    }
  }
  await Promise.all(Array.from({ length: MAX_OPEN }, read))
  const after = await markPaths(paths, { now, files })
  return isEqual(before.marks, after.marks) ? { ...after, snapshot } : undefined
}

/** Whether a change of that entry of a watched folder could change what is read. */
export function mayMatter(reading: Reading, entry: string): boolean {
  const { marks, folders, trees, leads, hasLinks } = reading
  if (marks.has(entry) || leads.has(entry) || folders.has(entry)) return true
  return hasLinks || (trees.has(dirname(entry)) && !basename(entry).startsWith('.'))
}

/**
 * Reads these entries of watched folders again, whatever their marks say, and nothing else. `unclear`: one of them is more than
 * a file, so that everything has to be looked at; nothing: one changed under the reader.
 */
export async function rereadEntries(
  known: Reading,
  entries: Iterable<string>,
): Promise<Reading | 'unclear' | undefined> {
  const now = Date.now()
  const marks = new Map(known.marks)
  const snapshot = new Map(known.snapshot)
  let isSorted = true
  for (const entry of entries) {
    const mark = await markEntry(known, entry, now)
    if (mark === 'unclear') return 'unclear'
    if (mark === undefined) {
      marks.delete(entry)
      snapshot.delete(entry)
      continue
    }
    const content = await readText(entry, mark, IN_TURN)
    const after = await markEntry(known, entry, now)
    if (after === 'unclear' || !isSameMark(after, mark)) return undefined
    isSorted &&= marks.has(entry)
    marks.set(entry, mark)
    snapshot.set(entry, sameOr(known.snapshot.get(entry), content))
  }
  return { ...known, marks: isSorted ? marks : sorted(marks), snapshot: isSorted ? snapshot : sorted(snapshot) }
}

/** Nothing: there is no such file, or none that is read. */
async function markEntry(known: Reading, path: string, now: number): Promise<Mark | 'unclear' | undefined> {
  if (known.leads.has(path) || known.folders.has(path)) return 'unclear'
  const isKnown = known.marks.has(path)
  try {
    const entry = await IN_TURN.lstat(path)
    if (entry.isDirectory() || entry.isSymbolicLink()) return 'unclear'
    if (!isKnown && !isReadIn(known, path)) return known.hasLinks ? 'unclear' : undefined
    return markOf(entry, now)
  } catch (error) {
    // What was named itself is missed; anything else is simply not there.
    if (!isKnown) return known.hasLinks ? 'unclear' : undefined
    return known.trees.has(dirname(path)) ? undefined : noMark(reasonOf(error))
  }
}

/** Whether a file of that name is read, being where it is. */
export function isReadIn({ trees }: Reading, path: string): boolean {
  return trees.has(dirname(path)) && EXTENSIONS.has(extname(path)) && !basename(path).startsWith('.')
}

function sorted<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function sameOr(before: FileContent | undefined, now: FileContent): FileContent {
  return before !== undefined && equalContent(before, now) ? before : now
}

function isEqual(a: ReadonlyMap<string, Mark>, b: ReadonlyMap<string, Mark>): boolean {
  if (a.size !== b.size) return false
  for (const [path, mark] of a) if (!isSameMark(mark, b.get(path))) return false
  return true
}

export function equalContent(a: FileContent | undefined, b: FileContent | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return a === b
  return a.ok ? b.ok && a.value === b.value : !b.ok && a.error === b.error
}

interface Marks {
  readonly marks: Map<string, Mark>
  readonly folders: Map<string, string>
  readonly trees: Map<string, Mark>
  readonly leads: Set<string>
  hasLinks: boolean
}

interface Look {
  /** When the reading began, in ms since 1970. */
  readonly now: number
  readonly files: FileAccess
}

async function markPaths(paths: readonly string[], look: Look): Promise<Omit<Reading, 'snapshot'>> {
  const found: Marks = { marks: new Map(), folders: new Map(), trees: new Map(), leads: new Set(), hasLinks: false }
  for (const path of paths) {
    await markPath(path, found, { depth: FOLDER_DEPTH, isNamed: true, ...look })
    for (const folder of await foldersOnTheWay(path, found, look)) await markFolder(folder, found, look)
  }
  return { ...found, marks: sorted(found.marks) }
}

interface Way extends Look {
  /** How much deeper to look. */
  readonly depth: number
  readonly isNamed: boolean
}

async function markPath(path: string, found: Marks, { depth, isNamed, now, files }: Way): Promise<void> {
  try {
    const entry = await files.stat(path)
    if (!entry.isDirectory()) {
      if (isNamed || EXTENSIONS.has(extname(path))) found.marks.set(path, markOf(entry, now))
    } else if (depth > 0) {
      found.folders.set(path, `${entry.dev}:${entry.ino}`)
      found.trees.set(path, markOf(entry, now))
      const entries = (await files.entries(path)).filter(({ name }) => !name.startsWith('.'))
      if (entries.some(each => each.isSymbolicLink())) found.hasLinks = true
      const way = { depth: depth - 1, isNamed: false, now, files }
      const looked = entries.filter(each => !each.isFile() || EXTENSIONS.has(extname(each.name)))
      await Promise.all(looked.map(({ name }) => markPath(join(path, name), found, way)))
    }
  } catch (error) {
    // An entry that vanished between listing and looking is simply not there; a path that the user named is missed.
    if (isNamed) found.marks.set(path, noMark(reasonOf(error)))
  }
}

async function markFolder(folder: string, found: Marks, { files }: Look): Promise<void> {
  try {
    const { dev, ino } = await files.stat(folder)
    found.folders.set(folder, `${dev}:${ino}`)
  } catch {
    // Not there (yet): nothing to watch; the poll finds it when it appears.
  }
}

/** The folder of the path, that of what it leads to, and that of every link on the way, whose swap changes what it means. */
async function foldersOnTheWay(path: string, found: Marks, { files }: Look): Promise<Set<string>> {
  const { leads, trees } = found
  const folders = new Set([dirname(path)])
  if (trees.has(path)) leads.add(path)
  for (let step = path; dirname(step) !== step; step = dirname(step)) {
    if (!(await isLink(step, files))) continue
    folders.add(dirname(step))
    leads.add(step)
    found.hasLinks = true
  }
  const real = await realPath(path, files)
  if (real !== path) {
    folders.add(dirname(real))
    leads.add(real)
  }
  return folders
}

async function isLink(path: string, files: FileAccess): Promise<boolean> {
  try {
    return (await files.lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}

/** The path itself where it leads to nothing. */
async function realPath(path: string, files: FileAccess): Promise<string> {
  try {
    return await files.realpath(path)
  } catch {
    return path
  }
}

async function readText(path: string, { size }: Mark, files: FileAccess): Promise<FileContent> {
  if (size > FILE_LIMIT_BYTES) return err(`larger than ${FILE_LIMIT_BYTES} bytes`)
  try {
    return ok(await files.text(path))
  } catch (error) {
    return err(reasonOf(error))
  }
}
