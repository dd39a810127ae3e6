import { err, ok, type Result } from '../lang/result.js'

/** Deepest path accepted, in keys: as deep as documents are read, so that no result is deeper than an input may be. */
const MAX_POINTER_DEPTH = 1_000

/** The keys of a JSON pointer (RFC 6901): `/a~1b/0` is `a/b`, `0`; the empty pointer is the whole document. */
export function parsePointer(pointer: string): Result<string[], string> {
  if (pointer === '') return ok([])
  if (!pointer.startsWith('/'))
    return err(`${JSON.stringify(pointer)} is no JSON pointer: it must be empty or start with /`)
  if (/~(?![01])/.test(pointer)) return err(`${JSON.stringify(pointer)} is no JSON pointer: write ~ as ~0 and / as ~1`)
  const keys = pointer.slice(1).split('/')
  if (keys.length > MAX_POINTER_DEPTH)
    return err(`a JSON pointer of ${keys.length} keys; ${MAX_POINTER_DEPTH} is the limit`)
  return ok(pointer.includes('~') ? keys.map(key => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys)
}

/** One key as it is written in a pointer. */
export function escapeKey(key: string): string {
  return key.includes('/') || key.includes('~') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

export function formatPointer(keys: readonly string[]): string {
  return keys.map(key => `/${escapeKey(key)}`).join('')
}
