// Private characters that stand for texts while a plan is made, each for one.
import { jsonString } from '../../lang/json-text.js'
import { yamlScalar } from '../../lang/yaml/index.js'

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

/** A text made of several, with those that marks in it stand for. */
export function textMeant(text: string, open: readonly string[]): string {
  return text.replace(ONE_MARK, mark => open[mark.charCodeAt(0) - FIRST_MARK]!)
}

export function hasMark(text: string): boolean {
  return MARK.test(text)
}

/** A place in a text where another text comes, and how it is written there. */
interface Hole {
  /** Which. */
  readonly at: number
  readonly write: (text: string) => string
}

/** A text with constant parts between those that vary. */
export interface CutText {
  /** One more than there are holes. */
  readonly pieces: readonly string[]
  readonly holes: readonly Hole[]
}

/**
 * Cuts a JSON text without blanks at its marks. Each has to be a whole string, and no key: undefined where one is anything else, which
 * means that some step made something of it.
 */
export function cutJson(json: string): CutText | undefined {
  return cutAtMarks(json, 1, index => {
    // Within a string a quote has a backslash before it, so what is found here are the string's own.
    const isWhole = /^[:,[]"$/.test(json.slice(index - 2, index)) && /^"[,\]}]$/.test(json.slice(index + 1, index + 3))
    return isWhole ? jsonString : undefined
  })
}

/** What a line of YAML has in front of its first key or scalar. */
const LINE_START = /^(?: |- |\? |: )*/

/** Cuts a document as `stringifyYaml` prints it, where each mark is a scalar of its own, and no key. */
export function cutYaml(yaml: string): CutText | undefined {
  return cutAtMarks(yaml, 0, index => {
    const line = yaml.slice(yaml.lastIndexOf('\n', index) + 1, index)
    const start = LINE_START.exec(line)![0].length
    const inner = start === line.length ? start : start + 2
    return text => yamlScalar(text, inner, line.length)
  })
}

/** `around`: characters on each side of a mark that go with it. */
function cutAtMarks(
  text: string,
  around: number,
  writerAt: (index: number) => Hole['write'] | undefined,
): CutText | undefined {
  const pieces: string[] = []
  const holes: Hole[] = []
  let start = 0
  for (const { 0: mark, index } of text.matchAll(/[\ue000-\uf8ff]/g)) {
    const write = writerAt(index)
    if (write === undefined || mark === ANY_MARK) return undefined
    pieces.push(copyOf(text.slice(start, index - around)))
    holes.push({ at: mark.charCodeAt(0) - FIRST_MARK, write })
    start = index + 1 + around
  }
  pieces.push(copyOf(text.slice(start)))
  return { pieces, holes }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The same text with one byte a character, where it can be: what is cut from a text with marks has two, and all that is ever put together with
 * it would have as well.
 */
function copyOf(text: string): string {
  return decoder.decode(encoder.encode(text))
}

/** The text with one mark for all, but for those that are to stay. */
export function withoutDifferences(text: string, stay: ReadonlySet<number>): string {
  return text.replace(ONE_MARK, mark => (stay.has(mark.charCodeAt(0) - FIRST_MARK) ? mark : ANY_MARK))
}
