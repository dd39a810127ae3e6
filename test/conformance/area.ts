import type { DataFolder } from './data.js'

/** What went wrong in one row, worth reading under `-v`; nothing when the row passes. */
export type Failure = string | undefined

/** One recorded answer. `check` may also throw: that fails the row, never the run. */
export interface Row {
  readonly name: string
  readonly check: () => Failure | Promise<Failure>
}

/** Rows that are counted together: `decisions`, `prometheus/applyMerge`. */
export interface Table {
  readonly name: string
  readonly rows: readonly Row[]
}

export interface RunSettings {
  /** Run commands as processes of their own instead of in this one: slower, closer to what a user does. */
  readonly spawn: boolean
  /** A folder for what rows write; the runner removes it at the end. */
  readonly scratch: string
}

/**
 * What `areas/<area>.ts` exports as `area`. Adding an area is adding that file: the runner finds it by its name, which is
 * the name of the folder below the data directory. `--data` may hold fewer files and rows than the full set, so a table
 * whose file is absent is simply not yielded.
 */
export interface Area {
  /** Tables in the order of the report, read lazily: a table is yielded, run, and forgotten. */
  readonly tables: (data: DataFolder, settings: RunSettings) => AsyncIterable<Table> | Iterable<Table>
  /** Stops what rows started (servers, connections). */
  readonly close?: () => Promise<void>
  /** Files of the area that are no tables, or belong to work still ahead, with the reason. */
  readonly notTables?: Readonly<Record<string, string>>
}
