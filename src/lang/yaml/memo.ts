import type { Json } from '../json.js'
import { share } from '../shared-json.js'

/** Longer documents are read without a memo: what it keeps may hold on to the whole text that it was cut from. */
export const MAX_MEMO_DOCUMENT = 32 * 1024
/** Longest block that is looked up, in characters; a longer one is never the same twice, its parts may be. */
export const MAX_MEMO_BLOCK = 2 * 1024
/** Blocks in one generation; there are two. With texts of the largest size, both hold on to at most 64 MiB. */
const GENERATION = 512

/** Stands for a block that was met once. Most blocks that are met once are never met again. */
const MET = null

/**
 * Blocks of YAML that were read before, by their text. What templates render differs in a few lines from pod to pod; the
 * other blocks are looked up instead of read, and are the same objects then (lang/shared-json.ts). A block is kept when it
 * is met for the second time. Bounded: when a generation is full, what was not used in the one before it is forgotten.
 */
export class YamlMemo {
  #young = new Map<string, Json>()
  #old = new Map<string, Json>()

  get(key: string): Json | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young === MET ? undefined : young
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#put(key, old)
    return old === MET ? undefined : old
  }

  /** What a block says that `get` did not know. */
  keep(key: string, value: Json): void {
    this.#put(key, this.#young.has(key) ? share(value) : MET)
  }

  #put(key: string, value: Json): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
