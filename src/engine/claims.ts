import type { Output } from './step-run.js'

/** The outputs that bid for each key of a derived table. Nearly every key has one, which saves the set. */
export class Claims {
  readonly #outputs = new Map<string, Output | Set<Output>>()

  /** Keys that somebody claims. */
  get size(): number {
    return this.#outputs.size
  }

  /** In the order of source keys, then as each step gave them: independent of who came first. */
  of(key: string): readonly Output[] {
    const outputs = this.#outputs.get(key)
    if (outputs === undefined) return []
    return outputs instanceof Set ? [...outputs].sort(bySource) : [outputs]
  }

  add(output: Output): void {
    const outputs = this.#outputs.get(output.key)
    if (outputs === undefined) this.#outputs.set(output.key, output)
    else if (outputs instanceof Set) outputs.add(output)
    else this.#outputs.set(output.key, new Set([outputs, output]))
  }

  remove(output: Output): void {
    const outputs = this.#outputs.get(output.key)
    if (outputs instanceof Set) outputs.delete(output)
    if (outputs === output || (outputs instanceof Set && outputs.size === 0)) this.#outputs.delete(output.key)
  }
}

/** The sort is stable, and the outputs of one run are added in its order. */
function bySource(a: Output, b: Output): number {
  if (a.from === b.from) return 0
  return a.from < b.from ? -1 : 1
}
