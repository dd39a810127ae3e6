import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/lang/json.js'
import { bootstrapOf } from '../../src/xds/resources/bootstrap.js'
import { configurationFlags } from '../conformance/areas/xds.js'
import { openDataFolder } from '../conformance/data.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { type Envoy, startEnvoy, untilLive } from '../kit/envoy.js'
import { SCENARIO_FOLDER } from '../kit/scenario.js'
import type { Protocol } from '../kit/xds-client.js'

// A stock Envoy with the Node of each proxy of each recorded scenario, over ADS: it has to take everything that it is sent.

interface RecordedProxy {
  readonly name: string
  readonly node: JsonObject & { readonly id: string; readonly metadata: { readonly GENERATOR?: string } }
}

/** Envoy gives up on a secret of the mesh's after 15 s; nobody here has those of files or of Kubernetes. */
const LIVE_MS = 45_000
const SETTLE_MS = 10_000
/** xds-grpc and sds-grpc. */
const BOOTSTRAP_CLUSTERS = 2

/**
 * What Envoy has to refuse, since it stands in the scenario's own configuration: a RequestAuthentication whose `jwks` has no keys.
 * The record has it in the listener too.
 */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  'authn-jwt/srv': /^LDS .*virtualInbound: Provider 'origins-1' .* Jwks doesn't have any valid public key\s*$/,
}

const data = openDataFolder(SCENARIO_FOLDER)
const scratch = mkdtempSync(join(tmpdir(), 'pillion-real-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const scenarios = existsSync(SCENARIO_FOLDER)
  ? readdirSync(SCENARIO_FOLDER).filter(name => data.has(`${name}/proxy.json`))
  : []

/** Proxyless clients (`GENERATOR: grpc`) are sent what only the gRPC library reads. */
const proxiesOf = (scenario: string): RecordedProxy[] =>
  data.json<RecordedProxy[]>(`${scenario}/proxy.json`).filter(({ node }) => node.metadata.GENERATOR !== 'grpc')

interface Syncz {
  readonly connections: readonly {
    readonly types: readonly {
      readonly short: string
      readonly state: string
      readonly nack?: { readonly message: string; readonly resources: readonly string[] }
    }[]
  }[]
}

describe.skipIf(!existsSync(SCENARIO_FOLDER))('a stock Envoy takes what it is sent in the scenario', () => {
  it.concurrent.each(scenarios.filter(scenario => proxiesOf(scenario).length > 0))('%s', async scenario => {
    for (const [index, proxy] of proxiesOf(scenario).entries()) {
      const plane = await startControlPlane({
        scratch,
        args: configurationFlags(scenario, data, scratch),
        now: () => new Date(),
      })
      let envoy: Envoy | undefined
      try {
        envoy = await startEnvoy({ bootstrap: bootstrapFor(proxy, plane, protocolOf(scenario, index)), network: 'own' })
        const outcome = await outcomeOf(envoy, plane)
        const refusal = REFUSALS[`${scenario}/${proxy.name}`]
        if (refusal !== undefined) {
          expect(outcome).toMatchObject({ refused: [expect.stringMatching(refusal)], CDS: 'SYNCED' })
          continue
        }
        expect(outcome, `proxy ${proxy.name}`).toEqual({
          state: 'LIVE',
          refused: [],
          CDS: 'SYNCED',
          LDS: 'SYNCED',
          open: [],
        })
        if (proxy.node.id.startsWith('sidecar~')) {
          expect(await envoy.stat('cluster_manager.active_clusters')).toBeGreaterThan(BOOTSTRAP_CLUSTERS)
          expect(await envoy.stat('listener_manager.total_listeners_active')).toBeGreaterThan(0)
        }
        expect(await envoy.stat('cluster_manager.cds.update_success')).toBeGreaterThan(0)
        expect(await envoy.stat('listener_manager.lds.update_success')).toBeGreaterThan(0)
        expect([...(await envoy.stats('update_rejected$'))].filter(([, count]) => count > 0)).toEqual([])
      } finally {
        await envoy?.stop()
        await plane.stop()
      }
    }
  })
})

/** Half of the proxies each. */
function protocolOf(scenario: string, index: number): Protocol {
  return (scenarios.indexOf(scenario) + index) % 2 === 0 ? 'delta' : 'sotw'
}

function bootstrapFor({ node }: RecordedProxy, { grpcPort }: ControlPlane, protocol: Protocol): object {
  const server = { host: '127.0.0.1', port: grpcPort }
  const admin = { host: '127.0.0.1', port: 0 }
  return bootstrapOf({ node, xds: server, sds: server, admin, protocol })
}

/** What became of it, as soon as that is certain: refusals at once, else when all that was asked for is answered and taken. */
async function outcomeOf(envoy: Envoy, plane: ControlPlane): Promise<object> {
  const refusals = async (): Promise<string[]> =>
    (await typesOf(plane)).flatMap(({ short, nack }) => (nack === undefined ? [] : [`${short} ${nack.message}`]))
  let live = ''
  const isLive = untilLive(envoy, LIVE_MS).then(
    () => (live = 'LIVE'),
    (error: Error) => (live = error.message),
  )
  while (live === '' && (await refusals()).length === 0) await Promise.race([isLive, pause(200)])
  const until = Date.now() + SETTLE_MS
  const open = async (): Promise<string[]> =>
    (await typesOf(plane)).filter(({ state }) => state !== 'SYNCED').map(({ short, state }) => `${short} ${state}`)
  while (live === 'LIVE' && (await open()).length > 0 && Date.now() < until) await pause(50)
  const types = await typesOf(plane)
  const stateOf = (name: string): string | undefined => types.find(({ short }) => short === name)?.state
  return { state: live, refused: await refusals(), CDS: stateOf('CDS'), LDS: stateOf('LDS'), open: await open() }
}

async function typesOf(plane: ControlPlane): Promise<Syncz['connections'][number]['types']> {
  const { connections } = (await plane.debug('/debug/syncz')) as Syncz
  return connections[0]?.types ?? []
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
