import type { Problem } from '../lang/problem.js'

/** A bug in a step, a merge, an index or an `equals`: reported where it happened, and the rest carries on. */
export function internalProblem(where: string, key: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error)
  return { severity: 'error', code: 'internal', message: `${where}: ${key}: ${reason}` }
}
