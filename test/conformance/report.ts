import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult, TableResult } from './runner.js'
import { countsOf } from './scoreboard.js'

/** A difference from the reference that is meant, with the rows it turns red (if any). One entry of docs/deviations.json. */
export interface Deviation {
  readonly id: string
  readonly what: string
  readonly reason: string
  /** `area table: row`, for rows of the data set that record the reference's other answer. */
  readonly rows: readonly string[]
}

/** Percent of a whole that is not rounded up to 100 while something is missing. */
function share(passed: number, total: number): string {
  return total === 0 ? '–' : `${Math.floor((100 * passed) / total)} %`
}

export function textReport(result: RunResult, isVerbose: boolean): string {
  const width = Math.max(20, ...result.tables.map(({ table }) => table.length))
  const lines: string[] = []
  for (const area of new Set(result.tables.map(table => table.area))) {
    const tables = result.tables.filter(table => table.area === area)
    lines.push(area, ...tables.flatMap(table => tableLines(table, width, isVerbose)), sumLine(tables, width))
  }
  if (result.notReached.length > 0) lines.push(`not reached, not counted: ${result.notReached.join(', ')}`)
  return `${lines.join('\n')}\n`
}

function tableLines(table: TableResult, width: number, isVerbose: boolean): string[] {
  const mark = table.passed === table.total ? ' ' : '!'
  const line = `${mark} ${table.table.padEnd(width)} ${String(table.passed).padStart(5)} of ${table.total}`
  if (!isVerbose) return [line]
  return [
    line,
    ...table.failures.flatMap(({ row, why }) => [`    - ${row}`, ...why.split('\n').map(l => `        ${l}`)]),
  ]
}

function sumLine(tables: readonly TableResult[], width: number): string {
  const [passed, total] = sums(tables)
  return `= ${'all'.padEnd(width)} ${String(passed).padStart(5)} of ${total} (${share(passed, total)})`
}

function sums(tables: readonly TableResult[]): readonly [passed: number, total: number] {
  return [tables.reduce((sum, { passed }) => sum + passed, 0), tables.reduce((sum, { total }) => sum + total, 0)]
}

export function jsonReport(result: RunResult): string {
  return `${JSON.stringify(countsOf(result.tables), null, 1)}\n`
}

export function readDeviations(root: string): Deviation[] {
  const path = join(root, 'docs', 'deviations.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Deviation[]) : []
}

const INTRO = `# Compatibility

*Written by \`npm run -s conformance -- --write\`; do not edit.*

What this page counts: a data set of recorded answers of the reference implementation (istio/istio commit 86c9f01f of
2026-08-22), one folder per area, plain JSON and YAML. Some rows are inputs and golden files of Istio's own tests (© Istio
Authors, Apache-2.0); the others are inputs written for the set, with what the reference did recorded, odd behaviour
included. The set is not part of this repository: the runner looks for it in \`$PILLION_CONFORMANCE_DIR\`, by default
\`../shared/conformance\` beside the clone, and says so when it is not there. About a fifth of the rows written for it are
held back, so that a general implementation and one fitted to the rows can be told apart; no test knows a row by its name
or content.

A row passes when outputs are equal exactly: pods after applying the patch, printed YAML byte for byte, rendered text,
verdicts, HTTP status and body; of xds rows every resource of a proxy, and of xds-push rows every response. Texts of errors are
free unless a program reads them. Kube-inject rows run the \`pillion\` command, webhook rows go over HTTPS to a running
\`pillion serve\`, xds and xds-push rows over ADS to a control plane that reads the scenario's files, the others call the library.

\`npm run -s conformance -- -v\` shows each row that does not pass, and how it differs.
`

export function compatibilityPage(result: RunResult, deviations: readonly Deviation[]): string {
  const parts = [INTRO]
  for (const area of new Set(result.tables.map(table => table.area))) {
    parts.push(
      areaSection(
        area,
        result.tables.filter(table => table.area === area),
      ),
    )
  }
  const files = result.notTables.map(({ area, file, why }) => `- ${area}/${file}: ${why}`)
  if (files.length > 0) parts.push(`## Files that are not counted\n\n${files.join('\n')}\n`)
  if (result.notReached.length > 0) {
    parts.push(
      `## Not reached\n\nThe data set has these areas too; nothing is claimed for them: ${result.notReached.join(', ')}.\n`,
    )
  }
  parts.push(deviationSection(deviations))
  return parts.join('\n')
}

function areaSection(area: string, tables: readonly TableResult[]): string {
  const [passed, total] = sums(tables)
  const rows = tables.map(
    t => `| ${t.table} | ${t.passed} | ${t.total} | ${t.passed === t.total ? '' : share(t.passed, t.total)} |`,
  )
  const lines = [
    `## ${area}: ${passed} of ${total} rows`,
    '',
    '| table | pass | rows | |',
    '|---|---|---|---|',
    ...rows,
    '',
  ]
  const red = tables.flatMap(t => t.failures.map(({ row }) => `- ${t.table}: ${inlineCode(row)}`))
  if (red.length > 0) lines.push('Rows that do not pass:', '', ...red, '')
  return lines.join('\n')
}

function inlineCode(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('\n', ' ').slice(0, 120)}\``
}

function deviationSection(deviations: readonly Deviation[]): string {
  const lines = ['## Deviations', '', 'Where Pillion differs on purpose.', '']
  for (const { id, what, reason, rows } of deviations) {
    lines.push(
      `- **${id}**: ${what} *Why:* ${reason}${rows.length > 0 ? ` *Rows:* ${rows.map(inlineCode).join(', ')}.` : ''}`,
    )
  }
  return `${lines.join('\n')}\n`
}
