import type { Problem } from '../lang/problem.js'
import type { Clockwork } from './clockwork.js'
import { internalProblem } from './faults.js'
import { itemsOf } from './few.js'
import { type Merge, settleClaims, settleOne, type Verdict } from './settle.js'
import { type IsOver, TableState } from './table-state.js'
import type { Claim, DeriveOptions } from './types.js'

/** A table whose rows are claimed: what derived tables and unions have in common is how claims become rows. */
export abstract class ComputedTable extends TableState {
  readonly isInput = false
  isFresh = false
  readonly #merge: Merge | undefined
  /** Keys whose claims have changed since the last settling. */
  #touched: Set<string> | undefined
  #isFilled = false

  constructor(name: string, clockwork: Clockwork, options: DeriveOptions<string, unknown>) {
    super(name, clockwork, options)
    this.#merge = options.merge
  }

  /** Before or after it reads a table for the first time; what reads this one is raised with it. */
  protected raiseAbove({ level }: TableState): void {
    if (this.level > level) return
    this.level = level + 1
    for (const { readers } of this.channels) for (const { reader } of itemsOf(readers)) reader.raiseAbove(this)
  }

  flag(): void {
    this.isFresh = false
  }

  /** Claims of a key in an order that does not depend on who came first. */
  protected abstract claimsOf(key: string): readonly Claim<unknown>[]
  /** An equal row came anew: its claimant may let go of the copy. */
  protected abstract shareRow(key: string): void

  protected touch(key: string): void {
    this.#touched ??= new Set()
    this.#touched.add(key)
  }

  /** False when it ran over, with what is done done. */
  protected settle(isOver: IsOver | undefined): boolean {
    if (this.#touched === undefined) return true
    for (const key of this.#touched) {
      this.#settleKey(key)
      this.#touched.delete(key)
      if (isOver?.()) return false
    }
    this.#touched = undefined
    return true
  }

  /** All is settled: the table may be seen, at this revision. The first filling is a reset, not an entry for each row. */
  protected finish(): void {
    if (!this.#isFilled) this.keys.log.forget(this.clockwork.revision)
    this.#isFilled = true
    this.publish()
    this.isFresh = true
  }

  #settleKey(key: string): void {
    const verdict = this.#verdict(key)
    const problems = verdict.problems.slice()
    for (let i = 0; i < problems.length; i++) if (problems[i]!.code === 'internal') this.clockwork.onFault(problems[i]!)
    if (!verdict.isKept) {
      if (this.#isSettled(key, verdict.row, problems)) this.shareRow(key)
      else this.write(key, verdict.row)
    }
    if (problems.length === 0) this.faults?.delete(key)
    else {
      this.faults ??= new Map()
      this.faults.set(key, problems)
    }
  }

  /** Whether the row is as it was. An `equals` that throws finds a difference, which is always safe. */
  #isSettled(key: string, row: unknown, problems: Problem[]): boolean {
    if (row === undefined) return !this.rows.has(key)
    try {
      return this.isSame(key, row)
    } catch (error) {
      const problem = internalProblem(`equals of table ${this.name}`, key, error)
      problems.push(problem)
      this.clockwork.onFault(problem)
      return false
    }
  }

  #verdict(key: string): Verdict {
    const claims = this.claimsOf(key)
    return claims.length > 1 ? this.#settleClaims(key, claims) : settleOne(claims[0]?.row)
  }

  /** Without a rule, claims that are equal agree: this is how a table of distinct keys is made. */
  #settleClaims(key: string, claims: readonly Claim<unknown>[]): Verdict {
    const [first, ...others] = claims
    const isAgreed = this.#merge === undefined && others.every(({ row }) => this.doAgree(first!.row, row))
    return isAgreed ? settleOne(first!.row) : settleClaims(this.name, key, claims, this.#merge)
  }
}
