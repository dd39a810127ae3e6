import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { tellsOfChanges } from './file-system.js'
import { glance } from './glance.js'
import {
  equalContent,
  type FileSnapshot,
  mayMatter,
  NOTHING_READ,
  type Reading,
  readPaths,
  rereadEntries,
} from './snapshot.js'

export interface WatchOptions {
  /** Quiet time before a change is looked at; a mounted ConfigMap and most editors touch several entries in a row. */
  readonly debounceMs?: number
  /** The same for the first change after a quiet time, by default as long: what follows soon after it is batched. */
  readonly firstMs?: number
  /** How often to look for changes that no event told of: on file systems that tell nothing (network mounts), and lost ones. */
  readonly pollMs?: number
  /** Told once when the first reading takes long, since something below the paths does not stand still. */
  readonly onUnsettled?: () => void
}

export interface FileWatch {
  /** The newest snapshot; at first what was there when the watch began. */
  readonly current: () => FileSnapshot
  readonly close: () => void
}

/** Elsewhere a watch begins some time after it was asked for, and what changes until then tells nobody. */
const WATCHES_AT_ONCE = process.platform === 'linux'
const DEBOUNCE_MS = 100
/** Changes that do not end are looked at all the same, this long after the first. */
const MAX_DEBOUNCE_MS = 1_000
const POLL_MS = 2_000
/** Where the system tells of every change: then it is for events that it had no room for. */
const RARE_POLL_MS = 10_000
/** Of all time, at most one part in this many is spent on polling: it is slower where there are more files. */
const POLL_SHARE = 200

/**
 * Reads files and folders (absolute paths) now, and again whenever they change: in place, by an editor's rename, by the swap of
 * a link anywhere on the way (a mounted ConfigMap's `..data`), by removal and return. `onChange` gets the new snapshot and the
 * paths that differ, and is called only if a content differs; only files that an event names are read again. A missing file is
 * an entry with an error until it is there; one that was emptied or removed is given the time to be written.
 */
export async function watchFiles(
  paths: readonly string[],
  onChange: (snapshot: FileSnapshot, changed: readonly string[]) => void,
  options: WatchOptions = {},
): Promise<FileWatch> {
  const debounceMs = options.debounceMs ?? DEBOUNCE_MS
  let state = NOTHING_READ
  const pending: Pending = { entries: new Set(), isAll: false, since: undefined, hasWaited: false }
  let isClosed = false
  let isReading = false
  let lastChange = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let pollTimer: NodeJS.Timeout | undefined

  async function refresh(): Promise<void> {
    if (isReading) return schedule()
    isReading = true
    const taken = take(pending)
    const next = await readPending(paths, state, taken)
    isReading = false
    if (isClosed) return
    if (next === undefined || (!taken.hasWaited && isEmptied(state, next.reading, taken))) {
      give(pending, { ...taken, hasWaited: next !== undefined })
      return schedule(debounceMs)
    }
    replace(next)
  }

  function replace({ reading, among }: NextReading): void {
    const changed = differences(state.snapshot, reading.snapshot, among)
    state = reading
    folders.follow(reading.folders)
    if (changed.length === 0) return
    lastChange = performance.now()
    onChange(reading.snapshot, changed)
  }

  function schedule(wait?: number): void {
    clearTimeout(timer)
    if (isClosed) return
    const now = performance.now()
    pending.since ??= now
    const isFirst = now - lastChange >= debounceMs
    const quiet = wait ?? (isFirst ? (options.firstMs ?? debounceMs) : debounceMs)
    timer = setTimeout(() => void refresh(), Math.max(0, Math.min(quiet, pending.since + MAX_DEBOUNCE_MS - now)))
  }

  const folders = watchFolders((folder, name) => {
    // The first reading looks at everything again after it has begun to watch.
    if (state === NOTHING_READ) return
    const entry = name === null ? undefined : join(folder, name)
    if (entry === undefined) pending.isAll = true
    else if (mayMatter(state, entry)) pending.entries.add(entry)
    else return
    schedule()
  })
  state = await firstReading(paths, debounceMs, { onUnsettled: options.onUnsettled, onFolders: folders.follow })
  if (!WATCHES_AT_ONCE) {
    pending.isAll = true
    schedule()
  }

  async function poll(): Promise<void> {
    const pollMs = options.pollMs ?? ((await tellsOfChanges(paths)) ? RARE_POLL_MS : POLL_MS)
    const start = performance.now()
    // What is being read anyway needs no poll; and a change that is told by an event is not taken from it here.
    if (isReading || pending.since !== undefined) return pollLater(pollMs)
    isReading = true
    const next = await readPolled(paths, state)
    isReading = false
    // Before what may throw: whoever listens must not end the polling.
    pollLater(Math.max(pollMs, POLL_SHARE * (performance.now() - start)))
    if (!isClosed && next !== undefined && pending.since === undefined) replace(next)
  }
  function pollLater(ms: number): void {
    if (!isClosed) pollTimer = setTimeout(() => void poll(), ms)
  }
  pollLater(options.pollMs ?? POLL_MS)

  const close = (): void => {
    isClosed = true
    clearTimeout(timer)
    clearTimeout(pollTimer)
    folders.follow(new Map())
  }
  return { current: () => state.snapshot, close }
}

/** Entries that are looked at one after the other; of more, everything is, many files at a time. */
const MAX_ENTRIES = 100

/** What has to be looked at. */
interface Pending {
  entries: Set<string>
  /** An event did not say what it was about. */
  isAll: boolean
  /** When the first of it came. */
  since: number | undefined
  /** A file that is empty or gone now was given the time to be written. */
  hasWaited: boolean
}

function take(pending: Pending): Pending {
  const taken = { ...pending }
  Object.assign(pending, { entries: new Set(), isAll: false, since: undefined, hasWaited: false } satisfies Pending)
  return taken
}

function give(pending: Pending, { entries, isAll, hasWaited }: Pending): void {
  for (const entry of entries) pending.entries.add(entry)
  pending.isAll ||= isAll
  pending.hasWaited = hasWaited
}

interface NextReading {
  readonly reading: Reading
  /** The only paths that may differ; absent: any may. */
  readonly among?: readonly string[]
}

function readPending(
  paths: readonly string[],
  state: Reading,
  { entries, isAll }: Pending,
): Promise<NextReading | undefined> {
  return isAll ? readAll(paths, state) : readPart(paths, state, [...entries])
}

async function readPolled(paths: readonly string[], state: Reading): Promise<NextReading | undefined> {
  const found = await glance(state)
  if (found === 'unclear') return readAll(paths, state)
  const { entries, trees } = found
  const known = trees === state.trees ? state : { ...state, trees }
  return entries.length === 0 ? { reading: known, among: [] } : readPart(paths, known, entries)
}

/** Nothing: something changed under the reader. */
async function readPart(
  paths: readonly string[],
  known: Reading,
  entries: readonly string[],
): Promise<NextReading | undefined> {
  const reading = entries.length > MAX_ENTRIES ? 'unclear' : await rereadEntries(known, entries)
  if (reading === 'unclear') return readAll(paths, known)
  return reading && { reading, among: entries }
}

async function readAll(paths: readonly string[], known: Reading): Promise<NextReading | undefined> {
  const reading = await readPaths(paths, known)
  return reading && { reading }
}

/**
 * Writing in place begins by throwing away what was there, and git and some editors remove a file before there is another: what is
 * gone for a moment is rarely gone, and proxies are not to be told so.
 */
function isEmptied(before: Reading, after: Reading, { entries }: Pending): boolean {
  const sizeIn = ({ marks }: Reading, entry: string): number => marks.get(entry)?.size ?? 0
  return [...entries].some(entry => sizeIn(after, entry) === 0 && sizeIn(before, entry) > 0)
}

/** Readings that fail before somebody is told: with the pauses between them some seconds. */
const UNSETTLED_TRIES = 20

interface FirstReading {
  readonly onUnsettled: (() => void) | undefined
  /** Told what to watch before anything is read. */
  readonly onFolders: (folders: Reading['folders']) => void
}

async function firstReading(
  paths: readonly string[],
  pauseMs: number,
  { onUnsettled, onFolders }: FirstReading,
): Promise<Reading> {
  for (let tries = 1; ; tries++) {
    const reading = await readPaths(paths, NOTHING_READ, onFolders)
    if (reading !== undefined) return reading
    if (tries === UNSETTLED_TRIES) onUnsettled?.()
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

function differences(before: FileSnapshot, after: FileSnapshot, among?: readonly string[]): readonly string[] {
  if (before === after) return []
  const paths = among ?? new Set([...before.keys(), ...after.keys()])
  return [...paths].filter(path => !equalContent(before.get(path), after.get(path))).sort()
}

interface FolderWatches {
  /** Watches exactly these from now on; the value is the folder's identity. */
  readonly follow: (folders: ReadonlyMap<string, string>) => void
}

/** Null: the system does not say which entry of the folder. */
type OnEvent = (folder: string, name: string | null) => void

function watchFolders(onEvent: OnEvent): FolderWatches {
  const open = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>()
  let followed: ReadonlyMap<string, string> | undefined
  const drop = (folder: string): void => {
    open.get(folder)?.watcher.close()
    open.delete(folder)
    followed = undefined
  }
  const follow = (folders: ReadonlyMap<string, string>): void => {
    if (folders === followed) return
    for (const [folder, { id }] of open) if (folders.get(folder) !== id) drop(folder)
    for (const [folder, id] of folders) {
      if (open.has(folder)) continue
      const watcher = tryWatch(folder, onEvent)
      if (watcher === undefined) continue
      watcher.on('error', () => drop(folder))
      open.set(folder, { id, watcher })
    }
    followed = folders
  }
  return { follow }
}

/** Nothing where the system has no more watches to give, or the folder just went: the poll still sees changes. */
function tryWatch(folder: string, onEvent: OnEvent): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, (_, name) => onEvent(folder, name))
  } catch {
    return undefined
  }
}
