import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConformance } from './conformance/runner.js'
import { belowFloor, countsOf, readScoreboard } from './conformance/scoreboard.js'

const root = resolve(import.meta.dirname, '..')
const directory = process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(root, '../shared/conformance')

/** Long enough for every area on a slow machine; a row has a limit of its own. */
const LIMIT_MS = 15 * 60_000

describe('conformance', () => {
  it('reports a data directory that is not there', async () => {
    const result = await runConformance({ directory: resolve(root, 'no-such-folder'), areas: [], spawn: false })
    expect(result).toEqual({ error: expect.stringContaining('no-such-folder') })
  })

  // Skipped only where the data set is absent: it is not part of the repository.
  it.skipIf(!existsSync(directory))(
    'passes at least the committed number of rows of every table',
    async () => {
      const floor = readScoreboard(root)
      const areas = [...new Set(floor.map(({ area }) => area))]
      expect(areas.length).toBeGreaterThan(0)
      const result = await runConformance({ directory, areas, spawn: false })
      if ('error' in result) throw new Error(result.error)
      expect(belowFloor(floor, countsOf(result.tables), areas)).toEqual([])
    },
    LIMIT_MS,
  )
})
