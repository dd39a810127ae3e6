// Puts the compiled command into few files, below dist/bin, and what V8 makes of them beside them (bin/bundle.mjs). Loading
// some 130 small modules costs Node about 100 ms, more than all that `pillion inject` does with one Deployment; from a dozen
// files it is a third of that, and half of the rest is compiling. CommonJS, because Node keeps compiled code of no other
// modules. What the library exports stays as the compiler wrote it.
import { spawnSync } from 'node:child_process'
import { join, relative, resolve, sep } from 'node:path'
import { rolldown } from 'rolldown'

const dist = resolve(import.meta.dirname, '..', 'dist')
const out = join(dist, 'bin')

/**
 * A package that every command loads, one that CommonJS cannot, and one that is imported when it is needed, which scripts
 * with a code cache cannot. The others stay where they are, and are found as ever.
 */
const INCLUDED = ['commander', '@marcbachmann/cel-js', 'picocolors']

const isPackage = id => !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:/.test(id)

/** Modules find data files beside themselves, by where they stood before they were put together. */
const ownPlace = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(dist + sep) || !code.includes('import.meta.url')) return null
    const place = relative(out, id).split(sep).join('/')
    return {
      code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`),
      map: null,
    }
  },
}

/** commander starts programs for commands that are files of their own. There are none, and loading what starts them takes 3 ms. */
const lateChildProcess = {
  name: 'late-child-process',
  transform(code, id) {
    const early = "require('node:child_process')"
    if (!id.includes(`${sep}commander${sep}`) || !code.includes(early)) return null
    return { code: code.replace(early, `{ spawn: (...args) => ${early}.spawn(...args) }`), map: null }
  },
}

const bundle = await rolldown({
  input: join(dist, 'main.js'),
  platform: 'node',
  external: id => isPackage(id) && !INCLUDED.includes(id),
  plugins: [ownPlace, lateChildProcess],
  logLevel: 'warn',
})
const names = { entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' }
const { output } = await bundle.write({ dir: out, format: 'cjs', cleanDir: true, ...names })
await bundle.close()

const files = new Set(output.map(({ fileName }) => fileName))
const imported = output.flatMap(({ dynamicImports = [] }) => dynamicImports.filter(id => !files.has(id)))
if (imported.length > 0) throw new Error(`to be included in tools/bundle.mjs: ${imported.join(', ')}`)

// Without its cache the command is only slower.
const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'code-cache.mjs')], {
  stdio: ['ignore', 'ignore', 'pipe'],
  encoding: 'utf8',
})
if (status !== 0) process.stderr.write(`pillion: the code cache was not made, commands start slower: ${stderr}\n`)
