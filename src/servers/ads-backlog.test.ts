import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBacklog } from './ads-backlog.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** Streams that were written so many bytes at once, each second one more, and take none. */
function streams(...sizes: readonly number[]) {
  const ended: string[] = []
  const all = new Set<{ unsentMs: (now: number) => number; end: () => void }>()
  const backlog = createBacklog(all, { maxBytes: 100, stalledMs: 5000 })
  for (const [i, bytes] of sizes.entries()) {
    const since = performance.now()
    const stream = {
      unsentMs: (now: number) => now - since,
      end: () => {
        ended.push(`${i}`)
        all.delete(stream)
        backlog.add(-bytes)
      },
    }
    all.add(stream)
    backlog.add(bytes)
    vi.advanceTimersByTime(1000)
  }
  return { backlog, ended }
}

describe('what connections do not take', () => {
  it('is left alone while there is room', () => {
    const { backlog, ended } = streams(40, 40)
    expect(backlog.isFull()).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect([backlog.isFull(), ended]).toEqual([false, []])
  })

  it('ends those who waited the longest, as many as it takes, and only if others wait', () => {
    const { backlog, ended } = streams(60, 60, 60)
    vi.advanceTimersByTime(60_000)
    expect(ended).toEqual([])
    expect(backlog.isFull()).toBe(true)
    vi.advanceTimersByTime(1000)
    expect(ended).toEqual(['0', '1'])
    expect(backlog.isFull()).toBe(false)
  })

  it('is given its time first', () => {
    const { backlog, ended } = streams(60, 60)
    expect(backlog.isFull()).toBe(true)
    vi.advanceTimersByTime(2000)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(2000)
    expect(ended).toEqual(['0'])
  })

  it('tells when there is room again, once', () => {
    const { backlog } = streams(60, 60)
    expect([backlog.add(-10), backlog.add(-20), backlog.add(-10)]).toEqual([false, true, false])
  })

  it('ends nobody after the end', () => {
    const { backlog, ended } = streams(200)
    backlog.isFull()
    backlog.stop()
    vi.advanceTimersByTime(60_000)
    expect(ended).toEqual([])
  })
})
