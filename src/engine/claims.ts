import type { StepRun } from './step-run.js'

/** Which runs claim which key of a derived table. Nearly every key has one claimant, which saves the list. */
export class Claims {
  readonly #runs = new Map<string, StepRun | readonly StepRun[]>()

  of(key: string): readonly StepRun[] {
    const runs = this.#runs.get(key)
    if (runs === undefined) return []
    return isList(runs) ? runs : [runs]
  }

  /** A run that claims a key twice counts once. */
  add(key: string, run: StepRun): void {
    const runs = this.of(key)
    if (!runs.includes(run)) this.#put(key, [...runs, run])
  }

  remove(key: string, run: StepRun): void {
    this.#put(
      key,
      this.of(key).filter(other => other !== run),
    )
  }

  #put(key: string, runs: readonly StepRun[]): void {
    if (runs.length === 0) this.#runs.delete(key)
    else this.#runs.set(key, runs.length === 1 ? runs[0]! : runs)
  }
}

function isList(runs: StepRun | readonly StepRun[]): runs is readonly StepRun[] {
  return Array.isArray(runs)
}
