import { type Stats, stat } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSameEntry, type Mark, markOf, reasonOf } from './mark.js'
import { isReadIn, type Reading } from './snapshot.js'

/** What may differ from a reading. */
export interface Glance {
  /** Files that are to be read again, or for the first time. */
  readonly entries: readonly string[]
  /** As they are now. */
  readonly trees: Reading['trees']
}

/** An entry, or why it cannot be looked at. */
type Found = Stats | string

/**
 * Looks for changes that no event told of: at times and sizes of files and folders, which takes a fraction of what listing all
 * folders does. `unclear`: more than files differ, or there are links, behind which anything may.
 */
export async function glance(known: Reading): Promise<Glance | 'unclear'> {
  const { marks, trees, folders, hasLinks } = known
  if (hasLinks) return 'unclear'
  const now = Date.now()
  const onTheWay = [...folders.keys()].filter(folder => !trees.has(folder))
  const found = await look([...marks.keys(), ...trees.keys(), ...onTheWay])
  if (onTheWay.some(folder => idOf(found.get(folder)) !== folders.get(folder))) return 'unclear'
  const entries = [...marks].filter(([path, mark]) => !isAsBefore(mark, found.get(path)))
  // What was missed has come: other folders may matter now.
  if (entries.some(([, mark]) => mark.ino === 0)) return 'unclear'
  const others = [...trees].filter(([folder, mark]) => !isAsBefore(mark, found.get(folder)))
  const came: string[] = []
  const after = new Map(others.length === 0 ? [] : trees)
  for (const [folder] of others) {
    const entry = found.get(folder)
    const files = typeof entry === 'object' ? await cameInto(folder, known) : 'unclear'
    if (typeof entry !== 'object' || files === 'unclear') return 'unclear'
    came.push(...files)
    after.set(folder, markOf(entry, now))
  }
  return { entries: [...entries.map(([path]) => path), ...came], trees: others.length === 0 ? trees : after }
}

/** All at once: what they are read with is a queue anyway. */
function look(paths: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  return new Promise(resolve => {
    if (paths.length === 0) resolve(found)
    for (const path of paths) {
      stat(path, (error, entry) => {
        found.set(path, error === null ? entry : reasonOf(error))
        if (found.size === paths.length) resolve(found)
      })
    }
  })
}

function isAsBefore(mark: Mark, found: Found | undefined): boolean {
  if (typeof found === 'object') return mark.note === '' && isSameEntry(mark, found)
  return mark.note === found
}

function idOf(found: Found | undefined): string | undefined {
  return typeof found === 'object' ? `${found.dev}:${found.ino}` : undefined
}

/** Files that are not known; a folder or a link that came is more than that. */
async function cameInto(folder: string, known: Reading): Promise<readonly string[] | 'unclear'> {
  const files: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || known.marks.has(path) || known.trees.has(path)) continue
    if (entry.isDirectory() || entry.isSymbolicLink()) return 'unclear'
    if (isReadIn(known, path)) files.push(path)
  }
  return files
}
