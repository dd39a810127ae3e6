import type { createRequire } from 'node:module'
import { fail } from '../function.js'

/**
 * Loads what most templates never use at the moment it is used; imports at the top would cost every start of the command
 * line 20 ms and more. Outside Node there is nothing to load from: a host passes the part in instead.
 */
export function loadModule<T>(name: string): T {
  const node = builtin<{ createRequire: typeof createRequire }>('node:module')
  return node.createRequire(import.meta.url)(name) as T
}

export function builtin<T>(name: string): T {
  const loaded = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.(name)
  return (loaded ?? fail(`needs ${name}, which this host does not have`)) as T
}
