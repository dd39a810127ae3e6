import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Pillion's own injection configuration, as the two files that a user could write in its place. */
export interface BuiltinFiles {
  readonly config: string
  readonly values: string
}

/** Absolute paths of the data files that ship beside the injection core; undefined in a build that has none. */
export function builtinInjectionFiles(): BuiltinFiles | undefined {
  const path = (name: string): string => fileURLToPath(new URL(`../inject/builtin/${name}`, import.meta.url))
  const files = { config: path('config.yaml'), values: path('values.yaml') }
  return existsSync(files.config) && existsSync(files.values) ? files : undefined
}
