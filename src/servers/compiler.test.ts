import { execFileSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { holdBackCompiler, releaseCompiler } from './compiler.js'

vi.mock('node:v8', () => ({
  setFlagsFromString: vi.fn(),
  getHeapSpaceStatistics: () => [{ space_name: 'new_space', space_size: 2 * 1024 * 1024 }],
}))
const set = vi.mocked(setFlagsFromString)
const flags = (): string[] => set.mock.calls.map(([flag]) => flag)

describe.runIf(process.versions.node.startsWith('20.'))('the compiler', () => {
  beforeEach(() => {
    releaseCompiler()
    set.mockClear()
  })

  it('is released only where it was held back, and once', () => {
    releaseCompiler()
    expect(flags()).toEqual([])
    holdBackCompiler()
    holdBackCompiler()
    releaseCompiler()
    releaseCompiler()
    expect(flags()).toHaveLength(7)
  })

  it('lets the young generation grow to what it may have, and no more', () => {
    holdBackCompiler()
    expect(flags().slice(-2)).toEqual(['--semi-space-growth-factor=4', '--semi-space-growth-factor=1'])
  })

  it('goes back to what this V8 has by itself', () => {
    holdBackCompiler()
    set.mockClear()
    releaseCompiler()
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
    for (const flag of flags()) expect(options).toContain(`default: ${flag}\n`)
  })
})
