// `npm run demo`: the mesh of samples/bookinfo for real, on this machine. A control plane, an Envoy and a small service for
// every pod, traffic through them, and what came back. It ends by itself, with exit code 0 if everything was as the
// configuration says; with --keep it stays up to be explored. docs/demo.md tells more.
import { parseArgs } from 'node:util'
import { runChecks } from './demo/checks.mjs'
import { openWorld, StartError } from './demo/world.mjs'

const USAGE = `usage: npm run demo [-- --keep]

  --keep   stay up after the checks, until Ctrl-C
`

const { say, mark } = output()
const flags = readFlags()
process.exitCode = await main()

async function main() {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort(signal))
  // Whoever reads the output may be gone before the demo is.
  process.stdout.on('error', () => stopping.abort('SIGTERM'))
  const world = openWorld({ say, signal: stopping.signal })
  try {
    say('The mesh of samples/bookinfo, for real: a control plane, an Envoy for every pod, and traffic through them.')
    await world.start()
    const results = await runChecks(world, { say, mark })
    const failed = results.filter(({ isExpected }) => !isExpected)
    say('')
    if (failed.length === 0) say(`${mark(true)} All ${results.length} checks came out as the configuration says.`)
    else
      say(
        `${mark(false)} ${failed.length} of ${results.length} checks did not: ${failed.map(({ title }) => title).join('; ')}`,
      )
    if (failed.length > 0) say(world.clues())
    if (flags.keep) await explore(world, stopping.signal)
    return failed.length === 0 ? 0 : 1
  } catch (error) {
    if (stopping.signal.aborted) return stopping.signal.reason === 'SIGINT' ? 130 : 143
    const isKnown = error instanceof StartError
    say(`${mark(false)} ${isKnown ? error.message : error.stack}`)
    const clues = world.clues()
    if (clues !== '') say(clues)
    return 3
  } finally {
    await world.stop()
  }
}

async function explore(world, signal) {
  say('')
  say('It stays up until Ctrl-C. Try, in another terminal:')
  for (const { does, line } of world.suggestions()) say(`  # ${does}\n  ${line}`)
  say('')
  say('Admin pages of the Envoys, in a browser:')
  for (const { name, url } of world.adminPages()) say(`  ${name.padEnd(22)}${url}`)
  if (!signal.aborted) await new Promise(done => signal.addEventListener('abort', done, { once: true }))
  say('\nStopping.')
}

function readFlags() {
  try {
    const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
    if (values.help !== true) return { keep: values.keep === true }
    process.stdout.write(USAGE)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`demo: ${error.message}\n${USAGE}`)
    process.exit(2)
  }
}

/** Colours only where somebody looks. */
function output() {
  const isColoured = process.stdout.isTTY === true && !process.env['NO_COLOR']
  const paint = (code, text) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    say: text => process.stdout.write(`${text}\n`),
    mark: isExpected => (isExpected ? paint(32, '✓') : paint(31, '✗')),
  }
}
