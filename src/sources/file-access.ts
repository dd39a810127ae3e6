import {
  type Dirent,
  lstat,
  lstatSync,
  readdirSync,
  readFile,
  readFileSync,
  realpath,
  realpathSync,
  type Stats,
  stat,
  statSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What reading files and folders takes, each of which throws, or is rejected, with the system's error. */
export interface FileAccess {
  readonly stat: (path: string) => Stats | Promise<Stats>
  readonly lstat: (path: string) => Stats | Promise<Stats>
  readonly realpath: (path: string) => string | Promise<string>
  readonly entries: (folder: string) => Dirent[] | Promise<Dirent[]>
  /** As UTF-8. */
  readonly text: (path: string) => string | Promise<string>
}

// These cost a fraction of what those of fs/promises do, which open a handle of their own for every file.
const textOf = promisify(readFile)

/** Other work goes on meanwhile. */
export const IN_TURN: FileAccess = {
  stat: promisify(stat),
  lstat: promisify(lstat),
  realpath: promisify(realpath),
  entries: folder => readdir(folder, { withFileTypes: true }),
  text: path => textOf(path, 'utf8'),
}

/** Nothing else runs meanwhile, and it takes a third of the CPU, as no file goes to another thread and back. */
export const AT_ONCE: FileAccess = {
  stat: path => statSync(path),
  lstat: path => lstatSync(path),
  realpath: path => realpathSync(path),
  entries: folder => readdirSync(folder, { withFileTypes: true }),
  text: path => readFileSync(path, 'utf8'),
}
