// Loads the bundled command (tools/bundle.mjs). Beside a file there may be what V8 made of it when it was built: compiling
// is a third of what a short command costs. V8 checks that such a cache is its own, by version and flags, and that its
// source has the same length; names of files carry a hash of their content, and every build begins with an empty folder.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

/** What is behind a bundled file's name in the name of its cache. Commands that end soon and `serve` have other flags, and run other code. */
let suffix = '.cache'

/**
 * Puts off V8's optimising compiler: a command that ends within a second pays for it, on another core, and has nothing of it.
 * Fifteen times the default: 500 Deployments take half of the CPU, and 5,000 no more than before. Part of the cache's key, so it
 * comes first.
 */
export function expectShortRun() {
  const major = Number(process.versions.node.split('.')[0])
  // A flag that V8 does not know is an error on standard error.
  if (major <= 24) setFlagsFromString('--interrupt-budget=1000000')
}

/**
 * What `serve` begins with: V8's flags as it sets them (src/servers/compiler.ts), before anything is loaded, since they are part of
 * the cache's key.
 */
export function expectServe(dist) {
  suffix = '.serve.cache'
  load(join(dist, 'bin/compiler.cjs')).holdBackCompiler()
}

/** Before the name of a package that has a bundled file of its own. */
const BUNDLED = 'bundled:'

/** By path, of all files that were loaded. */
export const scripts = new Map()
const modules = new Map()

/** Runs a CommonJS file and those that it requires from its own folder; packages are found as ever. */
export function load(path) {
  const known = modules.get(path)
  if (known !== undefined) return known.exports
  const module = { exports: {} }
  modules.set(path, module)
  const folder = dirname(path)
  const others = createRequire(path)
  const require = id => {
    if (id.startsWith('./')) return load(join(folder, id))
    return id.startsWith(BUNDLED) ? load(join(folder, `${id.slice(BUNDLED.length)}.cjs`)) : others(id)
  }
  scriptOf(path).runInThisContext()(module.exports, require, module, path, folder)
  return module.exports
}

/** Lets the next `load` of a file run it again. */
export function unload(path) {
  modules.delete(path)
}

function scriptOf(path) {
  let script = scripts.get(path)
  if (script === undefined) {
    script = new Script(
      `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`,
      {
        filename: path,
        cachedData: cacheOf(path),
      },
    )
    scripts.set(path, script)
  }
  return script
}

/** Writes what V8 has compiled of all files that were loaded. */
export function keepCompiled() {
  for (const [path, script] of scripts) writeFileSync(path + suffix, script.createCachedData())
}

function cacheOf(path) {
  try {
    return readFileSync(path + suffix)
  } catch {
    return undefined
  }
}
