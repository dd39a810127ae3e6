import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario, scenarioNames } from '../../../test/kit/scenario.js'
import { resourcesOf } from '../../explain/proxy-resources.js'
import type { JsonObject } from '../../lang/json.js'
import { TRANSLATORS } from './translators.js'

type Hosts = readonly JsonObject[]

/** Names without those of their configuration, in one order: Envoy takes them by their domains. */
function alike(routes: JsonObject, isDiscovered: boolean): JsonObject {
  const { vhds: _, name = '', virtualHosts = [], ...rest } = routes
  const hosts = (virtualHosts as Hosts).map(host => ({
    ...host,
    name: isDiscovered ? String(host['name']).slice(String(name).length + 1) : String(host['name']),
  }))
  return { ...rest, name, virtualHosts: hosts.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

describe.skipIf(!HAS_SCENARIOS)('route configurations with the virtual hosts that are discovered', () => {
  it.each(scenarioNames())('%s: are those that have them inside', name => {
    const { graph, proxies } = loadScenario(name, TRANSLATORS)
    for (const { node } of proxies) {
      const whole = resourcesOf(graph, node).routes.map(({ value }) => alike(value, false))
      const found = resourcesOf(graph, node, { discoversHosts: true }).routes
      expect(found.map(({ value }) => alike(value, value['vhds'] !== undefined))).toEqual(whole)
    }
  })
})
