import { TableState } from './table-state.js'
import type { Memo } from './types.js'

/** What readers need of a memo's table, apart from it: it is made of readers itself. */
export interface MemoState {
  keyOf(param: unknown): string
  /** Makes the row if there is none. The table must be fresh; gives the table to refresh first where the run had to stop. */
  ensure(key: string, param: unknown, mayWait: boolean): TableState | undefined
  /** Outside of steps: the newest row. Throws where the step has never succeeded. */
  rowFor(key: string, param: unknown): unknown
}

/** The state behind the face; a memo of another make is a bug of the caller. */
export function stateOfMemo<P, V>(memo: Memo<P, V>): TableState & MemoState {
  if (!(memo instanceof TableState) || !('ensure' in memo)) throw new Error(`${memo.name} is no memo of this engine`)
  return memo as unknown as TableState & MemoState
}
