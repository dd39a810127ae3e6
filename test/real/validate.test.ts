import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/lang/json.js'
import { configurationFlags } from '../conformance/areas/xds.js'
import { openDataFolder } from '../conformance/data.js'
import { runInProcess } from '../kit/command.js'
import { SCENARIO_FOLDER } from '../kit/scenario.js'
import { ACCEPTED, type Rendered, staticOf, validate } from '../kit/static-envoy.js'

// What `pillion render` prints for a stock Envoy, put together into one static file, passes `envoy --mode validate`.

interface RecordedProxy {
  readonly name: string
  readonly node: JsonObject & { readonly metadata: { readonly GENERATOR?: string } }
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
