/** A table in plain text: headings in capitals, cells padded, three blanks between columns. Ends in a newline. */
export function columns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows]
  const widths = headings.map((_, at) => all.reduce((width, row) => Math.max(width, (row[at] ?? '').length), 0))
  return all
    .map(
      row =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** What stands in a cell that has nothing to say. */
export const NOTHING = '-'
