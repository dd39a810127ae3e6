import type { Problem } from '../lang/problem.js'
import { shortened } from './log.js'

/** Bugs that are told of: one may show in every row of a mesh. */
const MAX_FAULTS = 20

/** Steps of the engine that failed: what they make is missing, or as it was before. */
export interface EngineFaults {
  /** For the engine's options. */
  readonly on: (problem: Problem) => void
  /** From now on what was told may be told again. */
  readonly forget: () => void
}

/** Tells of each bug once, and of no more than anybody reads. */
export function createEngineFaults(tell: (text: string) => void): EngineFaults {
  const told = new Set<string>()
  const on = ({ message }: Problem): void => {
    const text = shortened(message)
    if (told.has(text) || told.size > MAX_FAULTS) return
    told.add(text)
    tell(told.size <= MAX_FAULTS ? text : 'and more')
  }
  return { on, forget: () => told.clear() }
}
