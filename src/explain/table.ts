/** A cell of a table: text, and how it is coloured. */
export type Cell = string | readonly [text: string, paint: (text: string) => string]

/** How a table is laid out where lines have a width, in characters. */
export interface Layout {
  /** Longest line; without it no line is wrapped. */
  readonly width: number | undefined
  /** Index of the column from which on cells are running text; those before it stay beside each other. */
  readonly text: number
}

/** Widest that a column is made for the sake of one cell, in characters. */
const MAX_COLUMN = 100
/** Running text gets at least so much room, in characters. */
const MIN_ROOM = 30
/** What is shorter, in characters, is not broken. */
const MIN_TEXT = 40
/** A column of names is not made narrower than this for the sake of what follows, in characters. */
const MIN_NAMES = 12
const GAP = '  '

/**
 * Rows with cells below each other, indented; no trailing blanks. Where a row is longer than the width, cells of text come
 * one behind the other, wrapped between words. A word is never broken, be it longer than the line.
 */
export function table(rows: readonly (readonly Cell[])[], indent: string, layout?: Layout): string[] {
  const widths = plainWidths(rows)
  const { width = Number.POSITIVE_INFINITY, text = 0 } = layout ?? {}
  const plain = rows.map(row => plainRow(row, widths, indent))
  if (plain.every(({ length }) => length <= width)) return plain.map(line => line.text.trimEnd())
  const stops = stopsOf(narrowed(rows, text, width - indent.length), indent.length)
  return rows.flatMap(row => wrappedRow(row, stops, width))
}

/** A text behind its title, wrapped between words; the lines after the first are indented once more. */
export function flow(title: Cell, text: string, indent: string, width = Number.POSITIVE_INFINITY): string[] {
  const stops = [indent.length, indent.length]
  return wrappedRow([title, text], stops, width, indent.length + GAP.length)
}

interface Line {
  text: string
  /** Characters that are seen: text has colours too. */
  length: number
}

function plainWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = []
  for (const row of rows) {
    // The last cell of a row sets no width: nothing stands behind it.
    for (const [i, cell] of row.slice(0, -1).entries()) {
      widths[i] = Math.max(widths[i] ?? 0, Math.min(textOf(cell).length, MAX_COLUMN))
    }
  }
  return widths
}

function plainRow(row: readonly Cell[], widths: readonly number[], indent: string): Line {
  const line: Line = { text: indent, length: indent.length }
  let [stop, end] = [indent.length, indent.length]
  for (const [i, cell] of row.entries()) {
    write(line, Math.max(stop, line.length + (i === 0 ? 0 : GAP.length)), cell, textOf(cell))
    if (textOf(cell) !== '') end = line.length
    stop += (widths[i] ?? 0) + GAP.length
  }
  return { text: line.text, length: end }
}

/** Widths of the columns before the text, such that it has room and as few cells as possible stand out. */
function narrowed(rows: readonly (readonly Cell[])[], text: number, width: number): readonly number[] {
  const columns = Array.from({ length: text }, (_, i) => lengthsOf(rows, i))
  const widths = columns.map(lengths => lengths[0] ?? 0)
  const room = Math.min(MIN_ROOM, lengthsOf(rows, text)[0] ?? 0)
  const excess = (): number => widths.reduce((sum, each) => sum + each + GAP.length, room) - width
  while (excess() > 0) {
    const steps = columns.flatMap((lengths, i) => narrower(lengths, widths[i]!).map(step => ({ ...step, i })))
    const [cheapest] = steps.sort((a, b) => a.cost - b.cost)
    if (cheapest === undefined) break
    widths[cheapest.i] = cheapest.width
  }
  return widths
}

/** Of the cells of a column, longest first. */
function lengthsOf(rows: readonly (readonly Cell[])[], column: number): number[] {
  return rows.map(row => textOf(row[column] ?? '').length).sort((a, b) => b - a)
}

/** The next narrower width of a column, if there is one, and how many cells stand out for a character that it saves. */
function narrower(lengths: readonly number[], width: number): { readonly width: number; readonly cost: number }[] {
  const next = Math.max(MIN_NAMES, lengths.find(length => length < width) ?? 0)
  const standingOut = lengths.filter(length => length > next).length
  return next < width ? [{ width: next, cost: standingOut / (width - next) }] : []
}

/** Where columns begin; the last is that of the text. */
function stopsOf(widths: readonly number[], indent: number): number[] {
  const stops = [indent]
  for (const width of widths) stops.push(stops.at(-1)! + width + GAP.length)
  return stops
}

function wrappedRow(row: readonly Cell[], stops: readonly number[], width: number, hang = stops.at(-1)!): string[] {
  const lines: Line[] = [{ text: '', length: 0 }]
  for (const [i, cell] of row.entries()) {
    if (textOf(cell) === '') continue
    const isText = i >= stops.length - 1
    for (const [j, piece] of (isText ? breakable(textOf(cell)) : [textOf(cell)]).entries()) {
      const { length } = lines.at(-1)!
      const start = j > 0 ? length + 1 : Math.max(stops[i] ?? 0, length === 0 ? 0 : length + GAP.length)
      const isFull = isText && length > hang && start + piece.length > width
      if (isFull) lines.push({ text: '', length: 0 })
      write(lines.at(-1)!, isFull ? hang : start, cell, piece)
    }
  }
  return lines.map(line => line.text)
}

function breakable(text: string): string[] {
  return text.length > MIN_TEXT ? text.split(' ') : [text]
}

function write(line: Line, start: number, cell: Cell, piece: string): void {
  const blanks = ' '.repeat(Math.max(0, start - line.length))
  line.text += `${blanks}${typeof cell === 'string' || piece === '' ? piece : cell[1](piece)}`
  line.length += blanks.length + piece.length
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell[0]
}
