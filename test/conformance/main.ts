// `npm run -s conformance -- [AREA …] [--data DIR] [--json] [-v]`: recorded answers of the reference, replayed here.
import { writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compatibilityPage, jsonReport, readDeviations, textReport } from './report.js'
import { type RunResult, runConformance } from './runner.js'
import { belowFloor, countsOf, readScoreboard, writeScoreboard } from './scoreboard.js'

const USAGE = `usage: npm run -s conformance -- [AREA …] [flags]
  --data DIR   another data directory of the same layout ($PILLION_CONFORMANCE_DIR, ../shared/conformance)
  --json       print [{"area","table","passed","total"}]
  -v           show each row that does not pass, and how it differs
  --only TEXT  only rows whose "table: row" contains TEXT
  --spawn      run commands as processes of their own (slower)
  --write      write the committed counts and docs/compatibility.md
`

/** This file is compiled to build/test/conformance/. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

interface Flags {
  readonly data?: string | undefined
  readonly only?: string | undefined
  readonly json: boolean
  readonly verbose: boolean
  readonly spawn: boolean
  readonly write: boolean
}

function readArguments(): { areas: string[]; flags: Flags } | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', short: 'v', default: false },
        spawn: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values.help ? undefined : { areas: positionals, flags: values }
  } catch (error) {
    process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

/** 0 done, 1 below the committed counts, 2 wrong use, 3 no data. */
async function main(): Promise<number> {
  const given = readArguments()
  if (given === undefined) {
    process.stderr.write(USAGE)
    return 2
  }
  const { areas, flags } = given
  const usual = process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(root, '../shared/conformance')
  const directory = flags.data === undefined ? usual : resolve(process.env['INIT_CWD'] ?? process.cwd(), flags.data)
  const result = await runConformance({ directory, areas, spawn: flags.spawn, only: flags.only })
  if ('error' in result) {
    process.stderr.write(`conformance: NOT RUN, nothing was checked: ${result.error}\n`)
    return 3
  }
  process.stdout.write(flags.json ? jsonReport(result) : textReport(result, flags.verbose))
  if (flags.json && flags.verbose) process.stderr.write(textReport(result, true))
  if (flags.data !== undefined || flags.only !== undefined) return 0
  if (flags.write) write(result)
  return checkFloor(result)
}

function write(result: RunResult): void {
  writeScoreboard(root, countsOf(result.tables))
  writeFileSync(join(root, 'docs', 'compatibility.md'), compatibilityPage(result, readDeviations(root)))
}

function checkFloor(result: RunResult): number {
  const areas = [...new Set(result.tables.map(({ area }) => area))]
  const below = belowFloor(readScoreboard(root), countsOf(result.tables), areas)
  for (const line of below) process.stderr.write(`conformance: below the committed count: ${line}\n`)
  return below.length === 0 ? 0 : 1
}

// Servers and sockets of rows must not keep the process alive; output to a pipe must still arrive.
process.exitCode = await main()
