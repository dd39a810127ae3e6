import type { Problem } from '../lang/problem.js'
import { internalProblem } from './faults.js'
import type { Claim, DeriveOptions } from './types.js'

export type Merge = NonNullable<DeriveOptions<string, unknown>['merge']>

/** What becomes of one key: its row (`undefined`: none, `keep`: the earlier one) and what is to be said about it. */
export interface Verdict {
  readonly row: unknown
  readonly isKept: boolean
  readonly problems: readonly Problem[]
}

const NO_PROBLEMS: readonly Problem[] = []

/** `claims` has at least two. */
export function settleClaims(table: string, key: string, claims: readonly Claim<unknown>[], merge?: Merge): Verdict {
  if (merge === undefined) return firstClaim(key, claims)
  const problems: Problem[] = []
  try {
    const row = merge(claims, key, problem => problems.push(problem))
    if (row === undefined) throw new Error('merge gave no row')
    return { row, isKept: false, problems }
  } catch (error) {
    return { row: undefined, isKept: true, problems: [internalProblem(`merge of table ${table}`, key, error)] }
  }
}

export function settleOne(row: unknown): Verdict {
  return { row, isKept: false, problems: NO_PROBLEMS }
}

function firstClaim(key: string, [first, ...others]: readonly Claim<unknown>[]): Verdict {
  const losers = others.map(({ from }) => from).join(', ')
  const message = `${key} is claimed by ${first!.from} and by ${losers}: the first is used`
  return { row: first!.row, isKept: false, problems: [{ severity: 'error', code: 'key-conflict', message }] }
}
