import { type FunctionMap, fn } from '../function.js'

const base = fn('string', baseOf)
const dir = fn('string', dirOf)
const clean = fn('string', cleanPath)
const ext = fn('string', extensionOf)
const isAbs = fn('string', (path: string) => path.startsWith('/'))

/** Slash-separated paths; the `os` variants are the same, as they are on Linux. */
export const PATHS: FunctionMap = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
}

function baseOf(path: string): string {
  if (path === '') return '.'
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

function dirOf(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1))
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot)
}

function cleanPath(path: string): string {
  const isRooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!isRooted) kept.push(part)
  }
  const joined = kept.join('/')
  return isRooted ? `/${joined}` : joined === '' ? '.' : joined
}
