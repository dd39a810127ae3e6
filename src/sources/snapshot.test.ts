import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { ok } from '../lang/result.js'
import { readPaths } from './snapshot.js'

const open = vi.hoisted(() => ({ now: 0, most: 0 }))
vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  type Done = (error: Error | null, text?: string) => void
  const readFile = (path: string, encoding: 'utf8', done: Done): void => {
    open.most = Math.max(open.most, ++open.now)
    fs.readFile(path, encoding, (error, text) => {
      open.now--
      done(error, text)
    })
  }
  return { ...fs, readFile }
})

const folder = mkdtempSync(join(tmpdir(), 'pillion-snapshot-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a folder of very many files', () => {
  const names = Array.from({ length: 600 }, (_, i) => `f${String(i).padStart(3, '0')}.yaml`)
  const write = (text: string): void => {
    for (const name of names) writeFileSync(join(folder, name), `${text} ${name}`)
  }
  const written = (text: string) => names.map(name => [join(folder, name), ok(`${text} ${name}`)])

  it('is read whole and in order', async () => {
    write('#')
    const reading = await readPaths([folder])
    expect([...(reading?.snapshot ?? [])]).toEqual(written('#'))
  })

  it('is read again in turn with other work, few files at a time: systems let a process have few open', async () => {
    const before = await readPaths([folder])
    write('# again:')
    const reading = await readPaths([folder], before)
    expect([...(reading?.snapshot ?? [])]).toEqual(written('# again:'))
    expect(open.most).toBeGreaterThan(1)
    expect(open.most).toBeLessThanOrEqual(100)
  })
})
