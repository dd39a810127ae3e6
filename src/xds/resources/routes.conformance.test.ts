import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, HAS_SCENARIOS, loadScenario, SCENARIO_FOLDER, scenarioNames } from '../../../test/kit/scenario.js'
import { translateRoutes } from './routes.js'

/** What makes their routes is not translated yet: EnvoyFilter, Gateway API, proxyless gRPC. Routers are left out everywhere. */
const NOT_YET = new Set(['envoyfilter-clusters-routes', 'gwapi-mesh', 'proxyless-grpc'])

function scenarios(): string[] {
  return scenarioNames().filter(name => hasSidecar(name) && !NOT_YET.has(name))
}

function hasSidecar(name: string): boolean {
  const proxies = JSON.parse(readFileSync(join(SCENARIO_FOLDER, name, 'proxy.json'), 'utf8')) as readonly {
    readonly node: { readonly id: string }
  }[]
  return proxies.some(({ node }) => node.id.startsWith('sidecar~'))
}

function checkScenario(name: string): void {
  for (const proxy of loadScenario(name).proxies) {
    const golden = proxy.golden('routes')
    if (proxy.node.type !== 'sidecar' || !Array.isArray(golden)) continue
    const names = golden.map(route => (route as { readonly name: string }).name)
    const routes = proxy.with(context => names.flatMap(route => translateRoutes(context, route) ?? []))
    expect(differences(routes, golden), proxy.name).toEqual([])
  }
}

describe.skipIf(!HAS_SCENARIOS)('recorded routes of sidecars', () => {
  test.each(scenarios())('%s', checkScenario)
})
