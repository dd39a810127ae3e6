import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Protocol } from './xds-client.js'

/** Where `npm run real:install` puts it. */
export const ENVOY_PATH = resolve(import.meta.dirname, '../../build/real/envoy')

export interface EnvoyOptions {
  /** A whole bootstrap as JSON; its admin address is replaced by a socket of the kit's own. */
  readonly bootstrap: object
  /** Further arguments, such as `--log-level debug`. */
  readonly args?: readonly string[]
  /**
   * `own`: a network of its own, in which every address can be listened on and none reached: for configurations of proxies
   * that are elsewhere. Servers on 127.0.0.1 that the bootstrap names are reached all the same. Default: the machine's.
   */
  readonly network?: 'host' | 'own'
}

export interface Envoy {
  /** Body of a GET to the admin interface; throws for another status than 200. */
  admin(path: string): Promise<string>
  /** A counter or gauge; undefined: there is none of that name. */
  stat(name: string): Promise<number | undefined>
  /** Counters and gauges whose names match a regular expression (RE2). */
  stats(filter: string): Promise<ReadonlyMap<string, number>>
  /** Everything that it wrote so far. */
  log(): string
  /** SIGTERM, and SIGKILL if it does not go. */
  stop(): Promise<void>
}

/** How long Envoy may take to open its admin socket, in ms. */
const START_MS = 60_000
/** How long the admin interface may take for an answer, in ms. */
const ADMIN_MS = 30_000
/** How much of the log an error shows, from its end. */
const LOG_CLUES = 6000

/** A stock Envoy with its own folder for files. */
export async function startEnvoy({ bootstrap, args = [], network = 'host' }: EnvoyOptions): Promise<Envoy> {
  if (!existsSync(ENVOY_PATH)) throw new Error(`there is no ${ENVOY_PATH}: npm run real:install`)
  // The paths of sockets are limited to 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'envoy-'))
  const [socket, config, logFile] = [join(folder, 'admin'), join(folder, 'bootstrap.json'), join(folder, 'log')]
  const bridges: Server[] = []
  const own = network === 'own' ? await bridged(bootstrap, folder, bridges) : bootstrap
  writeFileSync(config, JSON.stringify({ ...own, admin: { address: { pipe: { path: socket } } } }))
  const flags = ['-c', config, '--use-dynamic-base-id', '--concurrency', '1', ...args]
  // Into a file: Envoy opens /dev/stdout by name for access logs, which it cannot where that is a socket of Node's.
  const output = openSync(logFile, 'a')
  const child = spawn(...commandOf(network, flags), { cwd: folder, stdio: ['ignore', output, output] })
  closeSync(output)
  // Should this process end before the test does, nothing of it stays behind.
  const killed = (): void => void child.kill('SIGKILL')
  process.once('exit', killed)
  const log = (): string => readFileSync(logFile, 'utf8')
  const stop = async (): Promise<void> => {
    await stopProcess(child)
    process.off('exit', killed)
    for (const bridge of bridges) bridge.close()
    rmSync(folder, { recursive: true, force: true })
  }
  await started(child, socket, log).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const admin = (path: string): Promise<string> => getFrom(socket, path)
  const stats = async (filter: string): Promise<ReadonlyMap<string, number>> => {
    const lines = (await admin(`/stats?filter=${encodeURIComponent(filter)}`)).split('\n')
    const pairs = lines.map(line => /^(.*): (\d+)$/.exec(line)).filter(match => match !== null)
    return new Map(pairs.map(([, name = '', value]) => [name, Number(value)]))
  }
  return {
    admin,
    stats,
    stat: async name => (await stats(`^${name.replace(/[.|]/g, '\\$&')}$`)).get(name),
    log,
    stop,
  }
}

function commandOf(network: 'host' | 'own', flags: readonly string[]): [string, string[]] {
  if (network === 'host') return [ENVOY_PATH, [...flags]]
  const script = 'echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind && exec "$0" "$@"'
  return ['unshare', ['--map-root-user', '--net', 'sh', '-c', script, ENVOY_PATH, ...flags]]
}

interface StaticCluster {
  readonly loadAssignment?: { readonly endpoints?: readonly { readonly lbEndpoints?: readonly object[] }[] }
}

/** Static clusters on 127.0.0.1 are reached through sockets in the folder, since files are the same in every network. */
async function bridged(bootstrap: object, folder: string, bridges: Server[]): Promise<object> {
  const ports = new Set<number>()
  const { staticResources } = bootstrap as {
    readonly staticResources?: { readonly clusters?: readonly StaticCluster[] }
  }
  const path = (port: number): string => join(folder, `port-${port}`)
  const clusters = JSON.parse(JSON.stringify(staticResources?.clusters ?? []), (_, value: unknown) => {
    const { socketAddress } = (value ?? {}) as { readonly socketAddress?: { address: string; portValue: number } }
    if (socketAddress?.address !== '127.0.0.1') return value
    ports.add(socketAddress.portValue)
    return { pipe: { path: path(socketAddress.portValue) } }
  }) as unknown
  for (const port of ports) bridges.push(await bridge(path(port), port))
  return { ...bootstrap, staticResources: { ...staticResources, clusters } }
}

async function bridge(path: string, port: number): Promise<Server> {
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  }).listen(path)
  await once(server, 'listening')
  return server
}

async function started(child: ChildProcess, socket: string, log: () => string): Promise<void> {
  const until = Date.now() + START_MS
  let failure: Error | undefined
  child.on('error', error => (failure = error))
  while (Date.now() < until && child.exitCode === null && failure === undefined) {
    if (existsSync(socket) && statSync(socket).isSocket()) return
    await new Promise(done => setTimeout(done, 20))
  }
  throw new Error(`envoy did not start: ${failure?.message ?? ''}\n${log().slice(-LOG_CLUES)}`)
}

function getFrom(socketPath: string, path: string): Promise<string> {
  return new Promise((done, failed) => {
    const call = request({ socketPath, path, timeout: ADMIN_MS, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        response.statusCode === 200 ? done(text) : failed(new Error(`${path}: ${response.statusCode} ${text}`)),
      )
    })
    call.on('timeout', () => call.destroy(new Error(`the admin interface of Envoy gave no answer to ${path}`)))
    call.on('error', failed)
    call.end()
  })
}

/** Until it is LIVE: everything that it waits for has come. The error has its state and the end of its log. */
export async function untilLive(envoy: Envoy, ms = 60_000): Promise<void> {
  const until = Date.now() + ms
  let state = ''
  while (Date.now() < until) {
    state = await envoy.admin('/ready').catch((error: Error) => error.message)
    if (state.startsWith('LIVE')) return
    await new Promise(done => setTimeout(done, 50))
  }
  const waiting = await envoy.admin('/init_dump').catch(String)
  throw new Error(
    `Envoy is not LIVE after ${ms} ms: ${state.trim()}\nit waits for ${waiting}\n${envoy.log().slice(-LOG_CLUES)}`,
  )
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}

/** A bootstrap whose clusters, listeners and the rest come from the ADS server on that port of loopback. */
export function adsBootstrap(adsPort: number, protocol: Protocol, node: object): object {
  return {
    node,
    dynamicResources: {
      adsConfig: {
        apiType: protocol === 'delta' ? 'DELTA_GRPC' : 'GRPC',
        transportApiVersion: 'V3',
        setNodeOnFirstMessageOnly: true,
        grpcServices: [{ envoyGrpc: { clusterName: 'xds-grpc' } }],
      },
      cdsConfig: { ads: {}, resourceApiVersion: 'V3' },
      ldsConfig: { ads: {}, resourceApiVersion: 'V3' },
    },
    staticResources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          connectTimeout: '1s',
          typedExtensionProtocolOptions: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicitHttpConfig: { http2ProtocolOptions: {} },
            },
          },
          loadAssignment: {
            clusterName: 'xds-grpc',
            endpoints: [
              {
                lbEndpoints: [
                  { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: adsPort } } } },
                ],
              },
            ],
          },
        },
      ],
    },
    layeredRuntime: {
      layers: [{ name: 'static', staticLayer: { 'overload.global_downstream_max_connections': 10000 } }],
    },
  }
}

/** A port of loopback that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
