import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Protocol } from './xds-client.js'

/** Where `npm run real:install` puts it. */
export const ENVOY_PATH = resolve(import.meta.dirname, '../../build/real/envoy')

export interface EnvoyOptions {
  /** A whole bootstrap as JSON; its admin address is replaced by a free port. */
  readonly bootstrap: object
  /** Further arguments, such as `--log-level debug`. */
  readonly args?: readonly string[]
}

export interface Envoy {
  readonly adminPort: number
  /** Body of a GET to the admin interface; throws for another status than 200. */
  admin(path: string): Promise<string>
  /** A counter or gauge; undefined: there is none of that name. */
  stat(name: string): Promise<number | undefined>
  /** Everything that it wrote so far. */
  log(): string
  /** SIGTERM, and SIGKILL if it does not go. */
  stop(): Promise<void>
}

/** How long Envoy may take to open its admin port, in ms. */
const START_MS = 20_000

/** A stock Envoy on loopback, with its own folder for files. */
export async function startEnvoy({ bootstrap, args = [] }: EnvoyOptions): Promise<Envoy> {
  if (!existsSync(ENVOY_PATH)) throw new Error(`there is no ${ENVOY_PATH}: npm run real:install`)
  const folder = mkdtempSync(join(tmpdir(), 'pillion-envoy-'))
  const admin = { address: { socketAddress: { address: '127.0.0.1', portValue: 0 } } }
  writeFileSync(join(folder, 'bootstrap.json'), JSON.stringify({ ...bootstrap, admin }))
  const addressFile = join(folder, 'admin')
  const process = spawn(
    ENVOY_PATH,
    [
      '-c',
      join(folder, 'bootstrap.json'),
      '--use-dynamic-base-id',
      '--concurrency',
      '1',
      '--admin-address-path',
      addressFile,
      ...args,
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  for (const stream of [process.stdout, process.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const stop = async (): Promise<void> => {
    await stopProcess(process)
    rmSync(folder, { recursive: true, force: true })
  }
  const adminPort = await adminPortOf(process, addressFile, () => log).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const get = async (path: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${adminPort}${path}`)
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`)
    return text
  }
  return {
    adminPort,
    admin: get,
    stat: async name => {
      const line = (await get(`/stats?filter=^${name.replace(/[.|]/g, '\\$&')}$`))
        .split('\n')
        .find(each => each.startsWith(`${name}: `))
      return line === undefined ? undefined : Number(line.slice(name.length + 2))
    },
    log: () => log,
    stop,
  }
}

async function adminPortOf(process: ChildProcess, addressFile: string, log: () => string): Promise<number> {
  const until = Date.now() + START_MS
  while (Date.now() < until && process.exitCode === null) {
    const port = existsSync(addressFile) ? Number(readFileSync(addressFile, 'utf8').split(':').at(-1)) : 0
    if (port > 0) return port
    await new Promise(done => setTimeout(done, 20))
  }
  throw new Error(`envoy did not start:\n${log()}`)
}

async function stopProcess(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const gone = once(process, 'exit')
  process.kill('SIGTERM')
  const timer = setTimeout(() => process.kill('SIGKILL'), 5000)
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
