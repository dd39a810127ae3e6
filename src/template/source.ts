/** Positions as Go counts them. */

/** Line of an offset, from 1. */
export function lineOf(source: string, at: number): number {
  let line = 1
  for (let i = source.indexOf('\n'); i !== -1 && i < at; i = source.indexOf('\n', i + 1)) line++
  return line
}

/** Bytes between the start of the line and an offset, from 0. */
export function byteColumn(source: string, at: number): number {
  const start = at === 0 ? 0 : source.lastIndexOf('\n', at - 1) + 1
  return new TextEncoder().encode(source.slice(start, at)).length
}
