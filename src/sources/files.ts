import { type FSWatcher, watch } from 'node:fs'
import { equalContent, type FileSnapshot, NOTHING_READ, type Reading, readPaths } from './snapshot.js'

export interface WatchOptions {
  /** Quiet time before a change is looked at; a mounted ConfigMap and most editors touch several entries in a row. */
  readonly debounceMs?: number
  /** How often everything is compared anyway, for file systems that report nothing (network mounts) and lost events. */
  readonly pollMs?: number
}

export interface FileWatch {
  /** The newest snapshot; at first what was there when the watch began. */
  readonly current: () => FileSnapshot
  readonly close: () => void
}

const DEBOUNCE_MS = 100
const POLL_MS = 2_000

/**
 * Reads files and folders (absolute paths) now, and again whenever they change: in place, by an editor's rename, by the swap of
 * a link anywhere on the way (a mounted ConfigMap's `..data`), by removal and return. `onChange` gets the new snapshot and the
 * paths that differ, and is called only if a content differs. A missing file is an entry with an error until it is there.
 */
export async function watchFiles(
  paths: readonly string[],
  onChange: (snapshot: FileSnapshot, changed: readonly string[]) => void,
  options: WatchOptions = {},
): Promise<FileWatch> {
  const debounceMs = options.debounceMs ?? DEBOUNCE_MS
  let state = await firstReading(paths, debounceMs)
  let isClosed = false
  let isReading = false
  let timer: NodeJS.Timeout | undefined

  // After an event everything is read, even what looks untouched: two writes in one clock tick leave the same times.
  const refresh = async (known: Reading): Promise<void> => {
    if (isReading) return schedule()
    isReading = true
    const next = await readPaths(paths, known)
    isReading = false
    if (isClosed) return
    if (next === undefined) return schedule()
    const changed = differences(state.snapshot, next.snapshot)
    state = next
    folders.follow(next.folders)
    if (changed.length > 0) onChange(next.snapshot, changed)
  }
  const schedule = (): void => {
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(() => void refresh(NOTHING_READ), debounceMs)
  }
  const folders = watchFolders(schedule)
  folders.follow(state.folders)
  // What changed between the first reading and the first watch told nobody.
  schedule()
  const poll = setInterval(() => void refresh(state), options.pollMs ?? POLL_MS)
  const close = (): void => {
    isClosed = true
    clearTimeout(timer)
    clearInterval(poll)
    folders.follow(new Map())
  }
  return { current: () => state.snapshot, close }
}

async function firstReading(paths: readonly string[], pauseMs: number): Promise<Reading> {
  for (;;) {
    const reading = await readPaths(paths)
    if (reading !== undefined) return reading
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

function differences(before: FileSnapshot, after: FileSnapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].filter(path => !equalContent(before.get(path), after.get(path))).sort()
}

interface FolderWatches {
  /** Watches exactly these from now on; the value is the folder's identity. */
  readonly follow: (folders: ReadonlyMap<string, string>) => void
}

function watchFolders(onEvent: () => void): FolderWatches {
  const open = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>()
  const drop = (folder: string): void => {
    open.get(folder)?.watcher.close()
    open.delete(folder)
  }
  const follow = (folders: ReadonlyMap<string, string>): void => {
    for (const [folder, { id }] of open) if (folders.get(folder) !== id) drop(folder)
    for (const [folder, id] of folders) {
      if (open.has(folder)) continue
      const watcher = tryWatch(folder, onEvent)
      if (watcher === undefined) continue
      watcher.on('error', () => drop(folder))
      open.set(folder, { id, watcher })
    }
  }
  return { follow }
}

/** Nothing where the system has no more watches to give, or the folder just went: the poll still sees changes. */
function tryWatch(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent)
  } catch {
    return undefined
  }
}
