import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { glance } from './glance.js'
import { type Reading, readPaths } from './snapshot.js'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pillion-glance-'))
  await mkdir(join(root, 'sub'))
  for (const name of ['a.yaml', 'b.yaml', 'sub/c.yaml', 'notes.txt']) await write(name, name)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = (name: string, text: string): Promise<void> => writeFile(join(root, name), text)

/** A reading whose marks are old enough to be compared with. */
async function read(...names: string[]): Promise<Reading> {
  await new Promise(resolve => setTimeout(resolve, 60))
  const reading = await readPaths(names.length === 0 ? [root] : names.map(name => join(root, name)))
  return reading!
}

const namesIn = (found: Awaited<ReturnType<typeof glance>>): unknown =>
  found === 'unclear' ? found : found.entries.map(path => basename(path)).sort()

describe('a glance', () => {
  it('sees nothing where nothing differs, and gives back what it was given', async () => {
    const reading = await read()
    expect(await glance(reading)).toEqual({ entries: [], trees: reading.trees })
    expect(((await glance(reading)) as { trees: unknown }).trees).toBe(reading.trees)
  })

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['an edit in place', () => write('a.yaml', 'other'), ['a.yaml']],
    ['another file of that name', () => rename(join(root, 'sub/c.yaml'), join(root, 'a.yaml')), ['a.yaml', 'c.yaml']],
    ['other rights', () => chmod(join(root, 'b.yaml'), 0o600), ['b.yaml']],
    ['another time', () => utimes(join(root, 'b.yaml'), 1, 1), ['b.yaml']],
    ['a file that went', () => rm(join(root, 'sub/c.yaml')), ['c.yaml']],
    ['a file that came', () => write('sub/new.yml', 'new'), ['new.yml']],
    ['what is no configuration', () => write('sub/new.txt', 'new'), []],
    ['what is hidden', () => write('.new.yaml', 'new'), []],
    ['a folder', () => mkdir(join(root, 'sub/more')), 'unclear'],
    ['a folder that went', () => rm(join(root, 'sub'), { recursive: true }), 'unclear'],
    ['a link', () => symlink('a.yaml', join(root, 'l.yaml')), 'unclear'],
  ])('sees %s', async (_, change, expected) => {
    const reading = await read()
    await change()
    expect(namesIn(await glance(reading))).toEqual(expected)
  })

  it('has files read once more that were young when they were read', async () => {
    await write('a.yaml', 'young')
    const reading = await readPaths([root])
    expect(namesIn(await glance(reading!))).toContain('a.yaml')
  })

  it('does not know where a file that was missed now is, nor what is behind links', async () => {
    const missed = await read('later.yaml')
    expect(namesIn(await glance(missed))).toEqual([])
    await write('later.yaml', 'now')
    expect(namesIn(await glance(missed))).toBe('unclear')
    await symlink('a.yaml', join(root, 'l.yaml'))
    expect(namesIn(await glance(await read()))).toBe('unclear')
  })
})
