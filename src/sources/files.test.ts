import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FileWatch, watchFiles } from './files.js'
import type { FileSnapshot } from './snapshot.js'

/** A file that somebody appends to whenever it is being read. */
const growing = vi.hoisted(() => ({ file: '' }))
vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const readFileSync = (path: string, encoding: 'utf8'): string => {
    if (path === growing.file) fs.appendFileSync(path, '#')
    return fs.readFileSync(path, encoding)
  }
  return { ...fs, readFileSync }
})

let root = ''
let open: FileWatch[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pillion-files-'))
})
afterEach(async () => {
  for (const watch of open) watch.close()
  open = []
  await rm(root, { recursive: true, force: true })
})

/** A watch whose changes can be waited for, one at a time. Polling is off unless asked for, so that events are what is tested. */
async function watchOf(paths: string[], options: { pollMs?: number } = {}) {
  const changes: { snapshot: FileSnapshot; changed: readonly string[] }[] = []
  let wake = (): void => {}
  const watch = await watchFiles(
    paths.map(path => join(root, path)),
    (snapshot, changed) => {
      changes.push({ snapshot, changed })
      wake()
    },
    { debounceMs: 20, pollMs: options.pollMs ?? 3_600_000 },
  )
  open.push(watch)
  const next = async () => {
    if (changes.length === 0) await new Promise<void>(resolve => (wake = resolve))
    return changes.shift()!
  }
  const text = (path: string, snapshot = watch.current()) => {
    const content = snapshot.get(join(root, path))
    return content === undefined ? undefined : content.ok ? content.value : `! ${content.error}`
  }
  return { watch, next, text, changes }
}

describe('watchFiles', () => {
  it('reads at once, and tells of an edit in place', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { next, text } = await watchOf(['a.yaml'])
    expect(text('a.yaml')).toBe('one')
    await writeFile(join(root, 'a.yaml'), 'two')
    const { snapshot, changed } = await next()
    expect(text('a.yaml', snapshot)).toBe('two')
    expect(changed).toEqual([join(root, 'a.yaml')])
  })

  it('says that it waits when a file never stands still, and begins once it does', async () => {
    const file = join(root, 'growing.yaml')
    await writeFile(file, '#')
    growing.file = file
    let isTold = false
    const onUnsettled = (): void => {
      isTold = true
      growing.file = ''
    }
    const watch = await watchFiles([root], () => {}, { debounceMs: 1, pollMs: 3_600_000, onUnsettled })
    open.push(watch)
    expect(isTold).toBe(true)
    expect(watch.current().get(file)).toMatchObject({ ok: true, value: expect.stringMatching(/^##+$/) })
  })

  it('sees an editor that writes elsewhere and renames', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { next, text } = await watchOf(['a.yaml'])
    for (const content of ['two', 'three']) {
      await writeFile(join(root, '.a.yaml.swp'), content)
      await rename(join(root, '.a.yaml.swp'), join(root, 'a.yaml'))
      expect(text('a.yaml', (await next()).snapshot)).toBe(content)
    }
  })

  it('sees the swap of a mounted ConfigMap, all its keys at once', async () => {
    const version = async (name: string, config: string, values: string) => {
      await mkdir(join(root, name))
      await writeFile(join(root, name, 'config'), config)
      await writeFile(join(root, name, 'values'), values)
      await symlink(name, join(root, '..data_tmp'))
      await rename(join(root, '..data_tmp'), join(root, '..data'))
    }
    await version('..1', 'c1', 'v1')
    await symlink('..data/config', join(root, 'config'))
    await symlink('..data/values', join(root, 'values'))
    const { next, text } = await watchOf(['config', 'values'])
    for (const [name, config, values] of [
      ['..2', 'c2', 'v2'],
      ['..3', 'c3', 'v3'],
    ] as const) {
      await version(name, config, values)
      const { snapshot } = await next()
      expect([text('config', snapshot), text('values', snapshot)]).toEqual([config, values])
    }
  })

  it('sees the swap of a folder above', async () => {
    for (const release of ['r1', 'r2']) {
      await mkdir(join(root, release))
      await writeFile(join(root, release, 'a.yaml'), release)
    }
    await symlink('r1', join(root, 'current'))
    const { next, text } = await watchOf(['current/a.yaml'])
    await symlink('r2', join(root, 'next'))
    await rename(join(root, 'next'), join(root, 'current'))
    expect(text('current/a.yaml', (await next()).snapshot)).toBe('r2')
  })

  it('tells of removal and return', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { next, text } = await watchOf(['a.yaml'])
    await rm(join(root, 'a.yaml'))
    expect(text('a.yaml', (await next()).snapshot)).toBe('! no such file')
    await writeFile(join(root, 'a.yaml'), 'one')
    expect(text('a.yaml', (await next()).snapshot)).toBe('one')
  })

  it('keeps quiet about what does not change a content', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { next, changes } = await watchOf(['a.yaml'])
    await writeFile(join(root, 'neighbour.txt'), 'x')
    await writeFile(join(root, 'a.yaml'), 'one')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(changes).toEqual([])
    await writeFile(join(root, 'a.yaml'), 'two')
    await next()
  })

  it('reads folders recursively: YAML and JSON, nothing hidden; new files and folders too', async () => {
    await mkdir(join(root, 'config/deep/.git'), { recursive: true })
    for (const path of ['b.yml', 'a.json', 'notes.txt', 'deep/c.yaml', 'deep/.git/d.yaml']) {
      await writeFile(join(root, 'config', path), path)
    }
    const { watch, next } = await watchOf(['config'])
    const names = (snapshot: FileSnapshot) => [...snapshot.keys()].map(path => path.slice(root.length + 8))
    expect(names(watch.current())).toEqual(['a.json', 'b.yml', 'deep/c.yaml'])
    await writeFile(join(root, 'config/deep/new.yaml'), 'new')
    expect(names((await next()).snapshot)).toContain('deep/new.yaml')
    await mkdir(join(root, 'config/more'))
    await writeFile(join(root, 'config/more/e.yaml'), 'e')
    expect(names((await next()).snapshot)).toContain('more/e.yaml')
    await writeFile(join(root, 'config/more/f.yaml'), 'f')
    expect(names((await next()).snapshot)).toContain('more/f.yaml')
  })

  it('finds by polling what no event tells: a file in a folder that was not there', async () => {
    const { next, text } = await watchOf(['later/a.yaml'], { pollMs: 20 })
    expect(text('later/a.yaml')).toBe('! no such file')
    await mkdir(join(root, 'later'))
    await writeFile(join(root, 'later/a.yaml'), 'here')
    let { snapshot } = await next()
    while (text('later/a.yaml', snapshot) !== 'here') ({ snapshot } = await next())
  })

  it('reads only what an event names: the other files are the same objects as before', async () => {
    await mkdir(join(root, 'config'))
    for (const path of ['a.yaml', 'b.yaml', 'd.yaml']) await writeFile(join(root, 'config', path), path)
    const { watch, next } = await watchOf(['config'])
    const before = watch.current()
    const kept = join(root, 'config/b.yaml')
    for (const [path, content] of [
      ['a.yaml', 'new'],
      ['c.yaml', 'between'],
    ] as const) {
      await writeFile(join(root, 'config', path), content)
      const { snapshot, changed } = await next()
      expect(changed).toEqual([join(root, 'config', path)])
      expect(snapshot.get(kept)).toBe(before.get(kept))
      expect([...snapshot.keys()]).toEqual([...snapshot.keys()].sort())
    }
    await rm(join(root, 'config/a.yaml'))
    const { snapshot, changed } = await next()
    expect([changed, snapshot.has(join(root, 'config/a.yaml'))]).toEqual([[join(root, 'config/a.yaml')], false])
  })

  it('follows links inside a folder, to whatever name they lead', async () => {
    await mkdir(join(root, 'config'))
    await writeFile(join(root, 'config/target.txt'), 'one')
    await symlink('target.txt', join(root, 'config/a.yaml'))
    const { next, text } = await watchOf(['config'])
    await writeFile(join(root, 'config/target.txt'), 'two')
    expect(text('config/a.yaml', (await next()).snapshot)).toBe('two')
  })

  it('does not read the neighbours of a file that was named', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { watch, next } = await watchOf(['a.yaml'])
    await writeFile(join(root, 'b.yaml'), 'neighbour')
    await writeFile(join(root, 'a.yaml'), 'two')
    await next()
    expect([...watch.current().keys()]).toEqual([join(root, 'a.yaml')])
  })

  it('sees a file that becomes a folder, and a folder that goes', async () => {
    await mkdir(join(root, 'config/sub'), { recursive: true })
    await writeFile(join(root, 'config/a.yaml'), 'one')
    await writeFile(join(root, 'config/sub/b.yaml'), 'b')
    const { next, watch, changes } = await watchOf(['config'])
    await rm(join(root, 'config/sub'), { recursive: true })
    await rm(join(root, 'config/a.yaml'))
    await mkdir(join(root, 'config/a.yaml'))
    await writeFile(join(root, 'config/a.yaml/c.yaml'), 'c')
    do await next()
    while (watch.current().size !== 1 || watch.current().has(join(root, 'config/a.yaml')))
    expect([[...watch.current().keys()], changes]).toEqual([[join(root, 'config/a.yaml/c.yaml')], []])
  })

  it('gives a file that was emptied the time to be written', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { changes, next, text } = await watchOf(['a.yaml'])
    await writeFile(join(root, 'a.yaml'), '')
    await new Promise(resolve => setTimeout(resolve, 30))
    await writeFile(join(root, 'a.yaml'), 'two')
    expect(text('a.yaml', (await next()).snapshot)).toBe('two')
    expect(changes).toEqual([])
    await writeFile(join(root, 'a.yaml'), '')
    expect(text('a.yaml', (await next()).snapshot)).toBe('')
  })

  it('gives a file that was removed the time to come back, there or elsewhere', async () => {
    await mkdir(join(root, 'config'))
    await writeFile(join(root, 'config/a.yaml'), 'one')
    const { changes, next } = await watchOf(['config'])
    const names = (snapshot: FileSnapshot) => [...snapshot.keys()].map(path => path.slice(root.length))
    await rm(join(root, 'config/a.yaml'))
    await new Promise(resolve => setTimeout(resolve, 30))
    await writeFile(join(root, 'config/b.yaml'), 'one')
    expect(names((await next()).snapshot)).toEqual(['/config/b.yaml'])
    expect(changes).toEqual([])
    await rm(join(root, 'config/b.yaml'))
    expect(names((await next()).snapshot)).toEqual([])
  })

  it('ends with close', async () => {
    await writeFile(join(root, 'a.yaml'), 'one')
    const { watch, changes } = await watchOf(['a.yaml'], { pollMs: 10 })
    watch.close()
    await writeFile(join(root, 'a.yaml'), 'two')
    await new Promise(resolve => setTimeout(resolve, 80))
    expect(changes).toEqual([])
  })
})
