import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/lang/json.js'
import { bootstrapOf } from '../../src/xds/resources/bootstrap.js'
import { configurationFlags } from '../conformance/areas/xds.js'
import { openDataFolder } from '../conformance/data.js'
import { runInProcess } from '../kit/command.js'
import { ENVOY_PATH } from '../kit/envoy.js'
import { SCENARIO_FOLDER } from '../kit/scenario.js'

// What `pillion render` prints for a stock Envoy, put together into one static file, passes `envoy --mode validate`.

interface RecordedProxy {
  readonly name: string
  readonly node: JsonObject & { readonly metadata: { readonly GENERATOR?: string } }
}

interface Rendered {
  readonly clusters: readonly JsonObject[]
  readonly listeners: readonly JsonObject[]
  readonly routes: readonly (JsonObject & { readonly name: string })[]
}

/** As an Envoy says that is not istio-proxy: any list without Istio's filters. */
const STOCK = { extensions: [{ name: 'envoy.filters.http.router', category: 'envoy.filters.http' }] }
/** The scenario's own keys, which Envoy refuses: see scenarios.test.ts. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'authn-jwt/srv': /Provider 'origins-1' .* Jwks doesn't have any valid public key/,
}

const data = openDataFolder(SCENARIO_FOLDER)
const scratch = mkdtempSync(join(tmpdir(), 'pillion-validate-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const scenarios = existsSync(SCENARIO_FOLDER)
  ? readdirSync(SCENARIO_FOLDER).filter(name => data.has(`${name}/proxy.json`))
  : []

/** Proxyless clients (`GENERATOR: grpc`) are sent what only the gRPC library reads. */
const proxiesOf = (scenario: string): RecordedProxy[] =>
  data.json<RecordedProxy[]>(`${scenario}/proxy.json`).filter(({ node }) => node.metadata.GENERATOR !== 'grpc')

describe.skipIf(!existsSync(SCENARIO_FOLDER))('envoy --mode validate takes what is rendered for the scenario', () => {
  it.concurrent.each(scenarios.filter(scenario => proxiesOf(scenario).length > 0))('%s', async scenario => {
    for (const { name, node } of proxiesOf(scenario)) {
      const file = join(scratch, `${scenario}-${name}`)
      writeFileSync(`${file}.node.json`, JSON.stringify({ ...node, ...STOCK }))
      const flags = configurationFlags(scenario, data, scratch)
      const args = ['render', ...flags, '--node', `${file}.node.json`, '-o', 'json']
      const { stdout, stderr } = await runInProcess({ args, cwd: scratch })
      const rendered = JSON.parse(stdout || '{}') as Partial<Rendered>
      expect(rendered.clusters?.length, stderr).toBeGreaterThan(0)
      writeFileSync(`${file}.json`, JSON.stringify(staticOf(node, rendered as Rendered)))
      const refused = REFUSED[`${scenario}/${name}`]
      if (refused === undefined) expect(await validate(`${file}.json`), name).toMatch(ACCEPTED)
      else expect(await validate(`${file}.json`), name).toMatch(refused)
    }
  })
})

/** The bootstrap of the proxy with its resources beside its own: routes stand in the listeners, endpoints come from ADS, which is not asked. */
function staticOf(node: JsonObject, { clusters, listeners, routes }: Rendered): object {
  const at = { host: '127.0.0.1', port: 1 }
  const bootstrap = bootstrapOf({ node, xds: at, sds: at, admin: at, protocol: 'delta' }) as {
    readonly staticResources?: { readonly clusters?: readonly object[] }
  }
  const byName = new Map(routes.map(route => [route.name, route]))
  const own = bootstrap.staticResources?.clusters ?? []
  return {
    ...bootstrap,
    staticResources: {
      clusters: [...own, ...clusters],
      listeners: withRoutes(listeners as readonly Json[] as Json, byName),
    },
  }
}

function withRoutes(value: Json, routes: ReadonlyMap<string, JsonObject>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(item => withRoutes(item, routes))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as JsonObject).map(([key, item]): [string, Json] => {
    const name = key === 'rds' ? (item as { readonly routeConfigName?: string }).routeConfigName : undefined
    const route = name === undefined ? undefined : routes.get(name)
    return route === undefined ? [key, withRoutes(item, routes)] : ['routeConfig', route]
  })
  return Object.fromEntries(entries)
}

const ACCEPTED = /^configuration '.*' OK$/m
const run = promisify(execFile)
/** Through a pipe: /dev/stdout, which access logs name, cannot be opened where it is one of the sockets that Node gives its children. */
const PIPED = '"$0" --mode validate -c "$1" -l error 2>&1 | cat'

/** What Envoy says. */
async function validate(file: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', PIPED, ENVOY_PATH, file])
  return stdout
}
