import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Area, Row, RunSettings, Table } from './area.js'
import { areaFolders, openDataFolder } from './data.js'

export interface RowFailure {
  readonly row: string
  readonly why: string
}

/** What became of one table. `--json` prints the first four fields. */
export interface TableResult {
  readonly area: string
  readonly table: string
  readonly passed: number
  readonly total: number
  readonly failures: readonly RowFailure[]
}

export interface RunResult {
  readonly tables: readonly TableResult[]
  /** Areas that the data set has and the project does not test yet: listed, never counted. */
  readonly notReached: readonly string[]
  /** Files of the areas that ran which are no tables, with the reason. */
  readonly notTables: readonly { readonly area: string; readonly file: string; readonly why: string }[]
}

export interface RunRequest {
  /** The data directory; it may hold fewer areas, files and rows than the full set. */
  readonly directory: string
  /** Empty: every area that is there. */
  readonly areas: readonly string[]
  readonly spawn: boolean
  /** Only tables and rows whose `table: row` contains this text. */
  readonly only?: string | undefined
  /** Called after each table. */
  readonly onTable?: (result: TableResult) => void
}

/** A row that takes longer than this has hung: the slowest honest one (a server start) takes a second. */
const ROW_LIMIT_MS = 60_000

/** Runs the areas one after the other. An error is a data directory or an area that is not there. */
export async function runConformance(request: RunRequest): Promise<RunResult | { readonly error: string }> {
  const present = areaFolders(request.directory)
  if (present === undefined) return { error: `there is no conformance data in ${request.directory}` }
  const unknown = request.areas.filter(name => !present.includes(name))
  if (unknown.length > 0) return { error: `no such area in ${request.directory}: ${unknown.join(', ')}` }
  const wanted = request.areas.length === 0 ? present : request.areas
  const tables: TableResult[] = []
  const notReached: string[] = []
  const notTables: RunResult['notTables'][number][] = []
  for (const name of wanted) {
    const area = await loadArea(name)
    if (area === undefined) {
      notReached.push(name)
      continue
    }
    for (const [file, why] of Object.entries(area.notTables ?? {})) notTables.push({ area: name, file, why })
    tables.push(...(await runArea(name, area, request)))
  }
  return { tables, notReached, notTables }
}

/** Undefined for an area that the project has not reached. */
async function loadArea(name: string): Promise<Area | undefined> {
  const here = dirname(fileURLToPath(import.meta.url))
  const found = ['js', 'ts'].map(suffix => join(here, 'areas', `${name}.${suffix}`)).find(path => existsSync(path))
  return found === undefined ? undefined : ((await import(found)) as { readonly area: Area }).area
}

async function runArea(name: string, area: Area, request: RunRequest): Promise<TableResult[]> {
  const settings: RunSettings = {
    spawn: request.spawn,
    scratch: mkdtempSync(join(tmpdir(), `pillion-conformance-${name}-`)),
  }
  const results: TableResult[] = []
  try {
    for await (const table of area.tables(openDataFolder(join(request.directory, name)), settings)) {
      const result = await runTable(name, chosen(table, request.only))
      if (result.total === 0) continue
      results.push(result)
      request.onTable?.(result)
    }
    return results
  } finally {
    await area.close?.()
    rmSync(settings.scratch, { recursive: true, force: true })
  }
}

function chosen(table: Table, only: string | undefined): Table {
  if (only === undefined) return table
  return { name: table.name, rows: table.rows.filter(row => `${table.name}: ${row.name}`.includes(only)) }
}

async function runTable(area: string, table: Table): Promise<TableResult> {
  const failures: RowFailure[] = []
  for (const row of table.rows) {
    const why = await runRow(row)
    if (why !== undefined) failures.push({ row: row.name, why })
  }
  const total = table.rows.length
  return { area, table: table.name, passed: total - failures.length, total, failures }
}

async function runRow(row: Row): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`no answer within ${ROW_LIMIT_MS / 1000} s`), ROW_LIMIT_MS)
  })
  try {
    return await Promise.race([row.check(), limit])
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join('\n') : String(error)}`
  } finally {
    clearTimeout(timer)
  }
}
