import type { Position } from '../lang/problem.js'

/** Colours of a terminal, or none; each function is given the finished text. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

const same = (text: string): string => text
export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same }

export interface TextOptions {
  readonly paint: Paint
  /** Every criterion, env entry and gate instead of those that matter. */
  readonly isVerbose: boolean
}

/** A cell of a table: text, and how it is coloured. */
export type Cell = string | readonly [text: string, paint: (text: string) => string]

/** Widest that a column is made for the sake of one cell, in characters. */
const MAX_COLUMN = 100

/** Rows with cells below each other, indented; no trailing blanks. */
export function table(rows: readonly (readonly Cell[])[], indent: string): string[] {
  const widths: number[] = []
  for (const row of rows) {
    // The last cell of a row sets no width: nothing stands behind it.
    for (const [i, cell] of row.slice(0, -1).entries()) {
      widths[i] = Math.max(widths[i] ?? 0, Math.min(textOf(cell).length, MAX_COLUMN))
    }
  }
  return rows.map(row =>
    `${indent}${row.map((cell, i) => padded(cell, i === row.length - 1 ? 0 : (widths[i] ?? 0))).join('  ')}`.trimEnd(),
  )
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell[0]
}

function padded(cell: Cell, width: number): string {
  const gap = ' '.repeat(Math.max(0, width - textOf(cell).length))
  return typeof cell === 'string' ? `${cell}${gap}` : `${cell[0] === '' ? '' : cell[1](cell[0])}${gap}`
}

/** `file:line:column`, empty where nothing is known. */
export function placeText(position: Position | undefined): string {
  if (position === undefined) return ''
  return `${position.file === undefined ? '' : `${position.file}:`}${position.line}:${position.column}`
}
