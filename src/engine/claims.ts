import type { StepRun } from './step-run.js'

/** Which runs claim which key of a derived table. Nearly every key has one claimant, which saves the set. */
export class Claims {
  readonly #runs = new Map<string, StepRun | Set<StepRun>>()

  /** Keys that somebody claims. */
  get size(): number {
    return this.#runs.size
  }

  /** In the order of source keys: independent of who came first. */
  of(key: string): readonly StepRun[] {
    const runs = this.#runs.get(key)
    if (runs === undefined) return []
    return runs instanceof Set ? [...runs].sort((a, b) => (a.key < b.key ? -1 : 1)) : [runs]
  }

  /** A run that claims a key twice counts once. */
  add(key: string, run: StepRun): void {
    const runs = this.#runs.get(key)
    if (runs === undefined || runs === run) this.#runs.set(key, run)
    else if (runs instanceof Set) runs.add(run)
    else this.#runs.set(key, new Set([runs, run]))
  }

  remove(key: string, run: StepRun): void {
    const runs = this.#runs.get(key)
    if (runs instanceof Set) runs.delete(run)
    if (runs === run || (runs instanceof Set && runs.size === 0)) this.#runs.delete(key)
  }
}
