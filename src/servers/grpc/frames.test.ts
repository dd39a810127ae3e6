import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameReader, type FrameFault, frameHead } from './frames.js'

const MAX = 100

function framed(...sizes: readonly number[]): Buffer {
  return Buffer.concat(sizes.flatMap((size, i) => [frameHead(size), Buffer.alloc(size, i + 1)]))
}

function reader() {
  const frames = createFrameReader(MAX)
  const read: string[] = []
  const push = (chunk: Uint8Array): FrameFault | undefined =>
    frames.push(chunk, bytes => void read.push(`${bytes.length}×${bytes[0] ?? '-'}`))
  return { frames, read, push }
}

describe('messages come whole and in order', () => {
  it('however they are cut', () => {
    const sizes = fc.array(fc.nat({ max: MAX }), { maxLength: 8 })
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(sizes, cuts, (all, lengths) => {
        const bytes = framed(...all)
        const { frames, read, push } = reader()
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = lengths[i % lengths.length] as number
          expect(push(bytes.subarray(at, at + length))).toBeUndefined()
          at += length
          const whole = read.reduce((sum, each) => sum + 5 + Number.parseInt(each, 10), 0)
          expect(frames.isInMessage()).toBe(whole < Math.min(at, bytes.length))
        }
        expect(read).toEqual(all.map((size, i) => `${size}×${size === 0 ? '-' : i + 1}`))
      }),
      { seed: 11, numRuns: 300 },
    )
  })
})

describe('reading ends for good', () => {
  it.each<[string, Uint8Array, FrameFault]>([
    ['at a length that is too large, before its bytes come', frameHead(MAX + 1), { kind: 'too-large', bytes: MAX + 1 }],
    ['at the largest length', Buffer.from([0, 255, 255, 255, 255]), { kind: 'too-large', bytes: 0xffffffff }],
    ['at what is compressed', Buffer.from([1, 0, 0, 0, 1, 9]), { kind: 'compressed' }],
  ])('%s', (_, bytes, fault) => {
    const { frames, read, push } = reader()
    expect(push(Buffer.concat([framed(3), bytes]))).toEqual(fault)
    expect(push(framed(4))).toEqual(fault)
    expect([read, frames.isInMessage()]).toEqual([['3×1'], false])
  })
})
