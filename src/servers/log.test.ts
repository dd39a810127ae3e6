import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createLog, type LogLevel, listed, shortened } from './log.js'

function logOf(level: LogLevel, isJson = false) {
  const writes: string[] = []
  const now = () => new Date('2026-01-02T03:04:05.678Z')
  return { writes, log: createLog({ write: text => writes.push(text), now, level, isJson, scope: 'test' }) }
}

describe('createLog', () => {
  it('writes columns and fields, and leaves out what is undefined', () => {
    const { log, writes } = logOf('info')
    log.info('admission', { verdict: 'patched', ms: 1.5, isDry: false, name: undefined, path: '/a b' })
    log.debug('not asked for')
    log.flush()
    expect(writes.join('')).toBe(
      '2026-01-02T03:04:05.678Z\tinfo\ttest\tadmission\tverdict=patched\tms=1.5\tisDry=false\tpath="/a b"\n',
    )
  })

  it('writes JSON', () => {
    const { log, writes } = logOf('debug', true)
    log.debug('x', { a: 1 })
    log.flush()
    expect(JSON.parse(writes.join(''))).toEqual({
      time: '2026-01-02T03:04:05.678Z',
      level: 'debug',
      scope: 'test',
      msg: 'x',
      a: 1,
    })
  })

  it.each([false, true])('keeps a value from starting a line of its own (JSON: %s)', isJson => {
    const { log, writes } = logOf('info', isJson)
    log.warn('a\nb\u2028c', { name: 'x\n2026\tinfo\tforged' })
    log.flush()
    expect(writes.join('').split('\n')).toHaveLength(2)
    expect(writes.join('')).not.toContain('\tforged')
  })

  it.each<[LogLevel, number]>([
    ['none', 0],
    ['error', 1],
    ['warn', 2],
    ['info', 3],
    ['debug', 4],
  ])('level %s lets %i of four through', (level, count) => {
    const { log, writes } = logOf(level)
    for (const write of [log.error, log.warn, log.info, log.debug]) write('x')
    log.flush()
    expect(writes.join('').split('\n').length - 1).toBe(count)
  })

  it('joins lines that come soon after each other into one write', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { log, writes } = logOf('info')
    for (let i = 0; i < 10; i++) log.info('x')
    expect(writes).toEqual([])
    vi.runAllTimers()
    expect(writes).toHaveLength(1)
  })
})

describe('listed', () => {
  it.each([
    [0, ''],
    [2, 'f0,f1'],
    [10, 'f0,f1,f2,f3,f4,f5,f6,f7,f8,f9'],
    [5_000, 'f0,f1,f2,f3,f4,f5,f6,f7,f8,f9 and 4990 more'],
  ])('%i names', (count, text) => expect(listed(Array.from({ length: count }, (_, i) => `f${i}`))).toBe(text))
})

describe('shortened', () => {
  it('says how long it was', () => {
    expect(shortened('a'.repeat(2_000))).toHaveLength(2_000)
    expect(shortened('a'.repeat(9_000))).toBe(`${'a'.repeat(2_000)}… (9000 characters)`)
  })
})
