// How measurements of bench/mesh.bench.ts are written.

/** What one step took; times in ms, CPU of the server. */
export interface Cost {
  readonly ms: number
  readonly cpuMs: number
  readonly bytes: number
}

/** Of the first column. */
export const WIDTH = 42

export function costText({ ms: time, cpuMs, bytes }: Cost): string {
  return `${ms(time).padStart(8)}, ${ms(cpuMs).padStart(8)} CPU, ${(bytes / 1e6).toFixed(2).padStart(8)} MB`
}

export function ms(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** What part of the reference's it is. No count of bytes where that is 0. */
export function ratio(cost: Cost, reference: Cost): string {
  const bytes = reference.bytes === 0 ? '' : `, ${of(cost.bytes, reference.bytes)} bytes`
  return `${of(cost.ms, reference.ms)} time, ${of(cost.cpuMs, reference.cpuMs)} CPU${bytes}`
}

export function of(value: number, reference: number): string {
  return value < reference ? `1/${(reference / value).toFixed(1)}` : `${(value / reference).toFixed(1)} times the`
}

/** Numbers to the right, as Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0), 3))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map(width => `${'-'.repeat(width + 1)}:`).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
