import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One area's folder of recorded answers. Paths are relative to it; nothing is ever written there. */
export interface DataFolder {
  readonly path: string
  readonly has: (path: string) => boolean
  readonly text: (path: string) => string
  /** Parsed JSON; the caller states the shape that the area's README documents. */
  readonly json: <T>(path: string) => T
  /** Absolute path, for what takes a file name. */
  readonly absolute: (path: string) => string
}

/** Texts are kept: configurations of a megabyte are shared by a hundred rows. */
export function openDataFolder(path: string): DataFolder {
  const texts = new Map<string, string>()
  const text = (name: string): string => {
    let known = texts.get(name)
    if (known === undefined) texts.set(name, (known = readFileSync(join(path, name), 'utf8')))
    return known
  }
  return {
    path,
    text,
    has: name => existsSync(join(path, name)),
    json: <T>(name: string) => JSON.parse(text(name)) as T,
    absolute: name => join(path, name),
  }
}

/** Names of the area folders of a data directory, sorted; undefined when there is no such directory. */
export function areaFolders(directory: string): string[] | undefined {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return undefined
  return readdirSync(directory, { withFileTypes: true })
    .filter(entry => entry.isDirectory() || entry.isSymbolicLink())
    .map(entry => entry.name)
    .sort()
}
