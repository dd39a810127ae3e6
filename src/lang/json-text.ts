import type { Json } from './json.js'
import { isShared } from './shared-json.js'

/** Items of one list, or members of one map, whose texts are kept; the rest is printed anew. */
const MAX_PARTS = 128

/**
 * How the value at one place was printed the last time. Where the same shared value (shared-json.ts) stands there again, its text
 * is taken; of values that belong to one call alone nothing is kept. What makes it pay is that nothing is looked up, and that
 * pieces are joined in the end: a string that grows piece by piece is a tree, and V8 flattens it no faster than it prints anew.
 */
export class PrintedPlace {
  /** What stands before the member of a map, by its key. */
  #key: string | undefined
  #member = ''
  #lead = ''
  #value: Json | undefined
  #text = ''
  readonly #parts: PrintedPlace[] = []

  /** Adds what JSON.stringify prints, and integers beyond 2^53 as the digits they are. */
  print(value: Json, pieces: string[]): void {
    this.#print('', value, pieces)
  }

  #print(lead: string, value: Json, pieces: string[]): void {
    if (typeof value !== 'object' || value === null) pieces.push(lead, scalarText(value))
    else if (value === this.#value && lead === this.#lead) pieces.push(this.#text)
    else if (isShared(value)) this.#keep(lead, value, pieces)
    else this.#printParts(lead, value, pieces)
  }

  #keep(lead: string, value: Json, pieces: string[]): void {
    const own: string[] = []
    this.#printParts(lead, value as object & Json, own)
    this.#lead = lead
    this.#value = value
    this.#text = own.join('')
    pieces.push(this.#text)
  }

  #printParts(lead: string, value: object & Json, pieces: string[]): void {
    let at = 0
    if (Array.isArray(value)) {
      pieces.push(value.length === 0 ? `${lead}[` : lead)
      for (; at < value.length; at++) this.#part(at).#print(at === 0 ? '[' : ',', value[at]!, pieces)
      pieces.push(']')
      return
    }
    pieces.push(lead)
    for (const key in value) {
      const item = value[key]
      if (item === undefined) continue
      const part = this.#part(at)
      part.#print(part.#leadOf(key, at), item, pieces)
      at++
    }
    pieces.push(at === 0 ? '{}' : '}')
  }

  /** `at` never changes for one place. */
  #leadOf(key: string, at: number): string {
    if (key !== this.#key) {
      this.#key = key
      this.#member = `${at === 0 ? '{' : ','}${jsonString(key)}:`
    }
    return this.#member
  }

  #part(at: number): PrintedPlace {
    return at < MAX_PARTS ? (this.#parts[at] ??= new PrintedPlace()) : new PrintedPlace()
  }
}

function scalarText(value: Exclude<Json, object>): string {
  return typeof value === 'string' ? jsonString(value) : String(value)
}

/** Printable ASCII that is quoted as it is. */
const HARMLESS = /^[ !#-[\]-~]*$/

export function jsonString(text: string): string {
  return HARMLESS.test(text) ? `"${text}"` : JSON.stringify(text)
}
