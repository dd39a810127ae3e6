import type { Problem } from '../lang/problem.js'
import type { Subject } from './edge.js'
import type { Hold } from './types.js'

/** A key and row that a step gave. */
export type Output = readonly [key: string, row: unknown]

/** The newest run of a step for one source row: what it read and what it gave. One per source row, so kept small. */
export interface StepRun {
  /** Of the source row. */
  readonly key: string
  /** In the queue to run again. */
  isDirty: boolean
  /** The source row has gone. */
  isGone: boolean
  /** The step's own tuples, in its order. After a throw still those of the last good run. */
  outputs: readonly Output[]
  /** In the order of first reading, the source row not among them. */
  reads: readonly Subject[]
  problems: readonly Problem[]
  holds: readonly Hold<unknown>[]
}

/** Shared by all runs that have none: most have neither problems nor holds. */
const NONE: readonly never[] = []

export function newStepRun(key: string): StepRun {
  return { key, isDirty: false, isGone: false, outputs: NONE, reads: NONE, problems: NONE, holds: NONE }
}

export function orNone<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list
}
