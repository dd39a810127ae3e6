import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { err, ok, type Result } from '../lang/result.js'

/** What one path held: its text, or in a few words why there is none, such as `no such file`. */
export type FileContent = Result<string, string>

/** All files at one moment, by path, sorted. Files of a folder stand under the folder's path as it was given. */
export type FileSnapshot = ReadonlyMap<string, FileContent>

/** One reading of a set of paths. */
export interface Reading {
  readonly snapshot: FileSnapshot
  /** Identity, size and times of each file: while they are the same, so is the content (but for writes in one clock tick). */
  readonly marks: ReadonlyMap<string, string>
  /** Folders in which a change would matter, with the identity of each: one that was replaced has to be watched anew. */
  readonly folders: ReadonlyMap<string, string>
}

export const NOTHING_READ: Reading = { snapshot: new Map(), marks: new Map(), folders: new Map() }

/** Larger is not configuration, and a snapshot holds every text in memory. */
const FILE_LIMIT_BYTES = 64 * 1024 * 1024
/** A tree with a link to its own parent would never end. */
const FOLDER_DEPTH = 16
/** Only these files of a folder are read; a file that is named itself may be called anything. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])

/**
 * Reads every path, folders recursively. A file whose mark is the same as in `known` is not read again. Returns nothing if
 * something changed under the reader, since the texts may then belong to different states: try again later.
 */
export async function readPaths(paths: readonly string[], known: Reading = NOTHING_READ): Promise<Reading | undefined> {
  const before = await markPaths(paths)
  const entries = [...before.marks].map(async ([path, mark]): Promise<[string, FileContent]> => {
    const seen = known.marks.get(path) === mark ? known.snapshot.get(path) : undefined
    return [path, seen ?? (await readText(path))]
  })
  const snapshot = new Map(await Promise.all(entries))
  const after = await markPaths(paths)
  return isEqual(before.marks, after.marks) ? { snapshot, ...after } : undefined
}

function isEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
}

export function equalContent(a: FileContent | undefined, b: FileContent | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.ok ? b.ok && a.value === b.value : !b.ok && a.error === b.error
}

interface Marks {
  readonly marks: Map<string, string>
  readonly folders: Map<string, string>
}

async function markPaths(paths: readonly string[]): Promise<Marks> {
  const found: Marks = { marks: new Map(), folders: new Map() }
  for (const path of paths) {
    await markPath(path, found, FOLDER_DEPTH, true)
    for (const folder of await foldersOnTheWay(path)) await markFolder(folder, found)
  }
  return { marks: new Map([...found.marks].sort(([a], [b]) => (a < b ? -1 : 1))), folders: found.folders }
}

async function markPath(path: string, found: Marks, depth: number, isNamed: boolean): Promise<void> {
  try {
    const entry = await stat(path, { bigint: true })
    if (!entry.isDirectory()) {
      const { dev, ino, size, mtimeNs, ctimeNs } = entry
      if (isNamed || EXTENSIONS.has(extname(path))) found.marks.set(path, `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`)
    } else if (depth > 0) {
      found.folders.set(path, `${entry.dev}:${entry.ino}`)
      const names = (await readdir(path)).filter(name => !name.startsWith('.'))
      for (const name of names) await markPath(join(path, name), found, depth - 1, false)
    }
  } catch (error) {
    // An entry that vanished between listing and looking is simply not there; a path that the user named is missed.
    if (isNamed) found.marks.set(path, reasonOf(error))
  }
}

async function markFolder(folder: string, found: Marks): Promise<void> {
  try {
    const { dev, ino } = await stat(folder)
    found.folders.set(folder, `${dev}:${ino}`)
  } catch {
    // Not there (yet): nothing to watch; the poll finds it when it appears.
  }
}

/** The folder of the path, that of what it leads to, and that of every link on the way, whose swap changes what it means. */
async function foldersOnTheWay(path: string): Promise<Set<string>> {
  const folders = new Set([dirname(path)])
  for (let step = path; dirname(step) !== step; step = dirname(step)) {
    const isLink = await lstat(step).then(
      entry => entry.isSymbolicLink(),
      () => false,
    )
    if (isLink) folders.add(dirname(step))
  }
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined) folders.add(dirname(real))
  return folders
}

async function readText(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path)
    if (size > FILE_LIMIT_BYTES) return err(`larger than ${FILE_LIMIT_BYTES} bytes`)
    return ok(await readFile(path, 'utf8'))
  } catch (error) {
    return err(reasonOf(error))
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'no such file (a part of the path is not a folder)',
  ELOOP: 'too many links on the way',
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}
