import { type Few, withItem, withoutItem } from './few.js'
import { SmallMap } from './small-map.js'
import type { Output } from './step-run.js'

/** The outputs that bid for each key of a derived table. Nearly every key has one, which saves the set. */
export class Claims {
  readonly #outputs = new SmallMap<Output | Set<Output>>()

  /** Keys that somebody claims. */
  get size(): number {
    return this.#outputs.size
  }

  /** In the order of source keys, then as each step gave them: independent of who came first. */
  of(key: string): readonly Output[] {
    const outputs = this.#outputs.get(key)
    if (outputs === undefined) return NONE
    return outputs instanceof Set ? [...outputs].sort(bySource) : [outputs]
  }

  add(output: Output): void {
    this.#put(output.key, withItem(this.#outputs.get(output.key), output))
  }

  remove(output: Output): void {
    this.#put(output.key, withoutItem(this.#outputs.get(output.key), output))
  }

  #put(key: string, outputs: Few<Output>): void {
    if (outputs === undefined) this.#outputs.delete(key)
    else this.#outputs.set(key, outputs)
  }
}

const NONE: readonly never[] = []

/** The sort is stable, and the outputs of one run are added in its order. */
function bySource(a: Output, b: Output): number {
  if (a.from === b.from) return 0
  return a.from < b.from ? -1 : 1
}
