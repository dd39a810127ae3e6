import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TableResult } from './runner.js'

/** The committed counts: what passed when this file was last written. CI fails below them, never on a red row alone. */
export interface Count {
  readonly area: string
  readonly table: string
  readonly passed: number
  readonly total: number
}

const FILE = 'test/conformance/scoreboard.json'

export function countsOf(tables: readonly TableResult[]): Count[] {
  return tables.map(({ area, table, passed, total }) => ({ area, table, passed, total }))
}

export function readScoreboard(root: string): Count[] {
  return JSON.parse(readFileSync(join(root, FILE), 'utf8')) as Count[]
}

/** Keeps the counts of areas that were not run now. */
export function writeScoreboard(root: string, counts: readonly Count[]): void {
  const now = new Set(counts.map(({ area }) => area))
  const all = [...readScoreboard(root).filter(({ area }) => !now.has(area)), ...counts]
  all.sort((a, b) => (a.area === b.area ? 0 : a.area < b.area ? -1 : 1))
  const lines = all.map(count => `  ${JSON.stringify(count)}`)
  writeFileSync(join(root, FILE), `[\n${lines.join(',\n')}\n]\n`)
}

/**
 * One line per table that fell below its committed count, or that is missing. Only meaningful for the full data set; for
 * another one (`--data`) the shares of rows that pass are what can be compared.
 */
export function belowFloor(floor: readonly Count[], counts: readonly Count[], areas: readonly string[]): string[] {
  const key = (count: Count): string => `${count.area} ${count.table}`
  const now = new Map(counts.map(count => [key(count), count]))
  return floor
    .filter(({ area }) => areas.includes(area))
    .flatMap(committed => {
      const count = now.get(key(committed))
      if (count === undefined) return [`${key(committed)}: not run, ${committed.passed} rows passed before`]
      if (count.passed >= committed.passed) return []
      return [`${key(committed)}: ${count.passed} of ${count.total} rows pass, ${committed.passed} passed before`]
    })
}
