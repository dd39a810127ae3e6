import type { Problem } from '../lang/problem.js'
import type { Subject } from './edge.js'
import { type Packed, pack } from './packed.js'
import type { Claim, Hold } from './types.js'

/** A key and row that a step gave for the source row `from`: a claim, as merges see it. */
export interface Output extends Claim<unknown> {
  readonly key: string
  /** Becomes the table's own row when that is equal, so that only one of the two is kept. */
  row: unknown
}

/** The newest run of a step for one source row: what it read and what it gave. One per source row, so kept small. */
export interface StepRun {
  /** Of the source row. */
  readonly key: string
  /** In the queue to run again. */
  isDirty: boolean
  /** The source row has gone. */
  isGone: boolean
  /** In the step's order. After a throw still those of the last good run. */
  outputs: Packed<Output>
  /** In the order of first reading, the source row not among them. */
  reads: Packed<Subject>
  problems: Packed<Problem>
  holds: Packed<Hold<unknown>>
}

export function newStepRun(key: string): StepRun {
  const none = pack<never>([])
  return { key, isDirty: false, isGone: false, outputs: none, reads: none, problems: none, holds: none }
}
