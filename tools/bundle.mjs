// Puts the compiled command into few files, below dist/bin. Loading some 130 small modules costs Node about 100 ms, more
// than all that `pillion inject` does with one Deployment; from a dozen files it is a third of that. What the library
// exports stays as the compiler wrote it.
import { join, relative, resolve, sep } from 'node:path'
import { rolldown } from 'rolldown'

const dist = resolve(import.meta.dirname, '..', 'dist')
const out = join(dist, 'bin')

/** Packages that every command loads. The others stay where they are, and are found as ever. */
const INCLUDED = ['commander']

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

const bundle = await rolldown({
  input: join(dist, 'main.js'),
  platform: 'node',
  external: id => isPackage(id) && !INCLUDED.includes(id),
  plugins: [ownPlace],
  logLevel: 'warn',
})
await bundle.write({ dir: out, format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js' })
await bundle.close()
