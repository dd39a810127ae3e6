// Private characters that stand for texts while a plan is made, each for one.

const FIRST_MARK = 0xe000
/** Stands for all texts in the second trial (build.ts). */
export const ANY_MARK = '\uf8ff'
/** Texts that one plan can have: all private characters but the last. */
export const MAX_MARKS = 0xf8ff - FIRST_MARK

const MARK = /[\ue000-\uf8ff]/
const ONE_MARK = /[\ue000-\uf8fe]/g

export function markOf(at: number): string {
  return String.fromCharCode(FIRST_MARK + at)
}

/** What a mark stands for; undefined for any other text. */
export function markedAt(text: string): number | undefined {
  if (text.length !== 1) return undefined
  const at = text.charCodeAt(0) - FIRST_MARK
  return at >= 0 && at <= MAX_MARKS ? at : undefined
}

export function hasMark(text: string): boolean {
  return MARK.test(text)
}

/** A text with constant parts between those that vary. */
export interface CutText {
  /** One more than there are holes. */
  readonly pieces: readonly string[]
  /** For each hole what stands there, as a JSON string. */
  readonly holes: readonly number[]
}

/**
 * Cuts a JSON text without blanks at its marks. Each has to be a whole string, and no key: undefined where one is anything else, which
 * means that some step made something of it.
 */
export function cutAtMarks(json: string): CutText | undefined {
  const pieces: string[] = []
  const holes: number[] = []
  let start = 0
  for (const { 0: mark, index } of json.matchAll(/[\ue000-\uf8ff]/g)) {
    // Within a string a quote has a backslash before it, so what is found here are the string's own.
    const isWhole = /^[:,[]"$/.test(json.slice(index - 2, index)) && /^"[,\]}]$/.test(json.slice(index + 1, index + 3))
    if (!isWhole || mark === ANY_MARK) return undefined
    pieces.push(copyOf(json.slice(start, index - 1)))
    holes.push(mark.charCodeAt(0) - FIRST_MARK)
    start = index + 2
  }
  pieces.push(copyOf(json.slice(start)))
  return { pieces, holes }
}

/** Characters at a time: each is an argument. */
const COPIED = 1_024

/**
 * The same text with one byte a character, where it can be: what is cut from a text with marks has two, and all that is ever put together with
 * it would have as well.
 */
function copyOf(text: string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; at += COPIED) {
    const codes = Array.from({ length: Math.min(COPIED, text.length - at) }, (_, i) => text.charCodeAt(at + i))
    parts.push(String.fromCharCode(...codes))
  }
  return parts.join('')
}

/** The text with one mark for all, but for those that are to stay. */
export function withoutDifferences(text: string, stay: ReadonlySet<number>): string {
  return text.replace(ONE_MARK, mark => (stay.has(mark.charCodeAt(0) - FIRST_MARK) ? mark : ANY_MARK))
}
