import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { holdBackCompiler, releaseCompiler } from './compiler.js'

/** MiB of the young generation, as V8 tells them call after call; the last one stays. */
const sizes = vi.hoisted(() => ({ next: [] as number[] }))
vi.mock('node:v8', () => ({
  setFlagsFromString: vi.fn(),
  getHeapSpaceStatistics: () => {
    const size = sizes.next.length > 1 ? sizes.next.shift() : sizes.next[0]
    return [{ space_name: 'new_space', space_size: (size ?? 0) * 1024 * 1024 }]
  },
}))
const set = vi.mocked(setFlagsFromString)
const flags = (): string[] => set.mock.calls.map(([flag]) => flag)

describe.runIf(process.versions.node.startsWith('20.'))('the compiler', () => {
  beforeEach(() => {
    releaseCompiler()
    set.mockClear()
    sizes.next = [2, 2, 8]
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

  it.each([
    { of: 'both halves', next: [2, 2, 8], factors: [4] },
    { of: 'the one half that there is at first', next: [1, 1, 2, 2, 8], factors: [4, 4] },
    { of: 'one that has grown before', next: [4, 8], factors: [2] },
    { of: 'one that is as large as it may be', next: [8], factors: [] },
    { of: 'what this V8 does not tell', next: [0], factors: [] },
  ])('lets the young generation grow to what it may have, and no more: $of', ({ next, factors }) => {
    sizes.next = next
    holdBackCompiler()
    expect(flags().slice(2)).toEqual([...factors, 1].map(factor => `--semi-space-growth-factor=${factor}`))
  })

  it('does so in a V8 that has just begun', () => {
    const compiler = pathToFileURL(join(import.meta.dirname, '../../dist/servers/compiler.js')).href
    const script = `
      import { getHeapSpaceStatistics } from 'node:v8'
      import { holdBackCompiler } from '${compiler}'
      holdBackCompiler()
      const kept = []
      for (let i = 0; i < 1_000_000; i++) kept.push({ i })
      console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 1024 / 1024)`
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(told.trim()).toBe('8')
  })

  it('goes back to what this V8 has by itself', () => {
    holdBackCompiler()
    set.mockClear()
    releaseCompiler()
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
    for (const flag of flags()) expect(options).toContain(`default: ${flag}\n`)
  })
})
