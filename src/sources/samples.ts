import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's root, seen from src/sources, dist/sources and the bundle in dist/bin. */
const ROOT = resolve(fileURLToPath(new URL('.', import.meta.url)), '../..')

/** Samples ship with the package, in its root. */
export function samplesFolder(): string {
  return join(ROOT, 'samples')
}

/** The mesh that is served when nobody names one; undefined where the samples were left out. */
export function sampleMesh(): { readonly folder: string; readonly mesh: string } | undefined {
  const folder = join(samplesFolder(), 'bookinfo')
  const mesh = join(folder, 'mesh.yaml')
  return existsSync(mesh) ? { folder, mesh } : undefined
}

/** Whether this is a clone, where `npm run demo` works, rather than an installed package. */
export function hasDemo(): boolean {
  return existsSync(join(ROOT, 'tools', 'demo.mjs'))
}
