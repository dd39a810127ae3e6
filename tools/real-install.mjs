// `npm run real:install`: installs each real peer of `npm run test:real`. Every `test/real/**/install.mjs` installs one, does
// nothing when the version it wants is there already, and exits non-zero when it cannot.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

function installers(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return installers(path)
    return entry.name === 'install.mjs' ? [path] : []
  })
}

const found = installers(join(root, 'test', 'real')).sort()
if (found.length === 0) console.log('real:install: there are no real peers yet')
let failed = 0
for (const path of found) {
  const { status } = spawnSync(process.execPath, [path], { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${relative(root, path)}`)
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
