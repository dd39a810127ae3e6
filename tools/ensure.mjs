// Makes a bare clone ready: dependencies from the lock file, then the build. It uses nothing but Node itself, does nothing
// when nothing changed, and writes only to standard error, so that the output of the command that follows can be piped.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

function run(command, args, what) {
  // Standard input is closed: npm would otherwise read what the user pipes into the command that follows.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error !== undefined || status !== 0) {
    process.stderr.write(`pillion: ${what} failed${error === undefined ? '' : `: ${error.message}`}\n`)
    process.exit(3)
  }
}

/** One file for each clone, with the id of the process that is at work in it. */
const lock = join(tmpdir(), `pillion-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)
/** Longer than any build takes, in ms: whoever holds the lock for so long has forgotten it. */
const MAX_WAIT = 180_000
let isLocked = false

/** Two terminals in a fresh clone must not install into the same folder at once. */
function takeLock() {
  const start = Date.now()
  let isTold = false
  while (!isLocked && Date.now() - start < MAX_WAIT) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      isLocked = true
      process.once('exit', leaveLock)
    } catch (error) {
      // Without a lock is better than not at all.
      if (error.code !== 'EEXIST') return
      if (!isHeld()) rmSync(lock, { force: true })
      else if (!isTold) process.stderr.write('pillion: another process is setting this clone up; waiting for it…\n')
      isTold = true
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

function isHeld() {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    // Gone in the meantime: try again.
    return error.code !== 'ESRCH'
  }
}

function leaveLock() {
  if (isLocked) rmSync(lock, { force: true })
  isLocked = false
}

function installDependencies() {
  const stamp = join(root, 'node_modules', '.lock-hash')
  const versions = readFileSync(join(root, 'package-lock.json'))
  const wanted = createHash('sha256').update(versions).update(process.version).digest('hex')
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isInstalled()) return
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    // npm would empty what it leads to, which another clone may be using right now.
    process.stderr.write(
      'pillion: node_modules is a link, and what is there is of another package-lock.json; it is left as it is\n',
    )
    return
  }
  takeLock()
  if (isInstalled()) return
  process.stderr.write('pillion: installing dependencies…\n')
  const npm = process.env['npm_execpath']
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], 'npm ci')
  else run('npm', args, 'npm ci')
  writeFileSync(stamp, wanted)
}

/** Newest modification time below a folder, in ms. */
function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

/** Data files (schemas, built-in templates) stand beside the code that reads them, in dist as in src. */
function copyData(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    if (entry.isDirectory()) copyData(source, join(to, entry.name))
    else if (!entry.name.endsWith('.ts')) cpSync(source, join(to, entry.name))
  }
}

/** Compiles `project` into `folder` unless nothing below `sources` is newer than the last time; true if it did. */
function build(project, folder, sources, copies) {
  const stamp = join(root, folder, '.built')
  const changed = [join(root, project), join(root, 'tsconfig.json')].map(path => statSync(path).mtimeMs)
  const latest = Math.max(
    ...changed,
    ...sources.filter(path => existsSync(join(root, path))).map(path => newest(join(root, path))),
  )
  const isCurrent = () => existsSync(stamp) && statSync(stamp).mtimeMs >= latest
  if (isCurrent()) return false
  takeLock()
  if (isCurrent()) return false
  // Stamped with the time before the build: what is edited while it runs is built next time.
  const started = new Date()
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], 'the build')
  for (const [from, to] of copies) copyData(join(root, from), join(root, to))
  writeFileSync(stamp, '')
  utimesSync(stamp, started, started)
  return true
}

const started = new Date()
installDependencies()
if (build('tsconfig.json', 'dist', ['src'], [['src', 'dist']])) {
  run(process.execPath, [join(root, 'tools', 'bundle.mjs')], 'putting the command together')
}
// Conformance and benchmarks run compiled too, from a build of their own, so that what they measure is what ships.
if (process.argv.includes('--tools')) {
  build('tsconfig.tools.json', 'build', ['src', 'test/kit', 'test/conformance', 'bench'], [['src', 'build/src']])
}
leaveLock()
// What bin/pillion.mjs compares the last commit, pull or checkout with.
const checked = join(root, 'dist', '.checked')
writeFileSync(checked, '')
utimesSync(checked, started, started)
