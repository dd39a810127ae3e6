// Puts the compiled command into few files, below dist/bin, and what V8 makes of them beside them (bin/bundle.mjs). Loading
// some 130 small modules costs Node about 100 ms, more than all that `pillion inject` does with one Deployment; from a dozen
// files it is a third of that, and half of the rest is compiling. CommonJS, because Node keeps compiled code of no other
// modules. What the library exports stays as the compiler wrote it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative, resolve, sep } from 'node:path'
import { text } from 'node:stream/consumers'
import { rolldown } from 'rolldown'

const dist = resolve(import.meta.dirname, '..', 'dist')
const out = join(dist, 'bin')

/** Modules of Node stay where they are; all packages are put in, for their compiled code to be kept too. */
const isBuiltin = id => id.startsWith('node:') || builtinModules.includes(id)

/** Packages that are loaded when something asks for them: each in a file of its own, which bin/bundle.mjs finds by this name. */
const LATE = ['yaml']
const latePackages = {
  name: 'late-packages',
  transform(code, id) {
    const found = LATE.find(name => code.includes(`createRequire(import.meta.url)('${name}')`))
    if (!id.startsWith(dist + sep) || found === undefined) return null
    return {
      code: code.replace(`createRequire(import.meta.url)('${found}')`, `require('bundled:${found}')`),
      map: null,
    }
  },
}

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
  input: {
    main: join(dist, 'main.js'),
    compiler: join(dist, 'servers/compiler.js'),
    ...Object.fromEntries(LATE.map(name => [name, name])),
  },
  platform: 'node',
  external: id => isBuiltin(id) || id.startsWith('bundled:'),
  plugins: [latePackages, ownPlace, lateChildProcess],
  logLevel: 'warn',
})
const names = { entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' }
const { output } = await bundle.write({ dir: out, format: 'cjs', cleanDir: true, ...names })
await bundle.close()

const files = new Set(output.map(({ fileName }) => fileName))
const imported = output.flatMap(({ dynamicImports = [] }) => dynamicImports.filter(id => !files.has(id)))
if (imported.length > 0) throw new Error(`to be included in tools/bundle.mjs: ${imported.join(', ')}`)

writeFileSync(join(out, 'LICENSES.txt'), licenses(output.flatMap(({ moduleIds = [] }) => moduleIds)))

// Without its cache the command is only slower.
await Promise.all(['code-cache.mjs', 'serve-cache.mjs'].map(keepCompiled))

async function keepCompiled(tool) {
  const child = spawn(process.execPath, [join(import.meta.dirname, tool)], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  if (code !== 0)
    process.stderr.write(`pillion: a code cache was not made (tools/${tool}), starting takes longer: ${said}\n`)
}

/** The licenses of all packages that these modules are of, which have to go with their code. */
function licenses(ids) {
  const folders = ids.map(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.split(sep).join('/'))?.[0])
  const found = [...new Set(folders.filter(folder => folder !== undefined))].sort()
  return found.map(licenseOf).join(`\n${'='.repeat(80)}\n\n`)
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|notice)/i.test(file))
  if (files.length === 0) throw new Error(`${name} ${version} (${license}) comes without the text of its license`)
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim())
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
}
