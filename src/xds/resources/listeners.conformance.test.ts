import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, HAS_SCENARIOS, loadScenario, SCENARIO_FOLDER, scenarioNames } from '../../../test/kit/scenario.js'
import type { Service, SidecarScope } from '../../mesh/index.js'
import { translateFixedListeners, translateInboundListeners, translateListeners } from './listeners.js'

/** What makes their listeners is not translated yet: gateways, traces and metrics of Telemetry, patches. */
const NOT_YET = new Set(['gateway', 'gateway-api', 'envoyfilter', 'extensions'])
const NOT_YET_SCENARIOS = new Set(['proxyless-grpc', 'app-egress-gateway', 'k8s-ingress'])

/**
 * The record has no port 8080: its pod's ports do not say TCP, which only an API server would add, so a named target port is
 * not found among them. Files are read as the API server would read them.
 */
const DIFFERS = new Set(['k8s-multiport/multi'])

interface Listed {
  readonly name: string
  readonly area: string
}

function scenarios(): string[] {
  if (!HAS_SCENARIOS) return []
  const listed = JSON.parse(readFileSync(join(SCENARIO_FOLDER, 'scenarios.json'), 'utf8')) as Listed[]
  const areaOf = new Map(listed.map(({ name, area }) => [name, area]))
  return scenarioNames().filter(name => !NOT_YET.has(areaOf.get(name) ?? '') && !NOT_YET_SCENARIOS.has(name))
}

/** What the proxy may reach at one port, as a graph with a row for each port would have it. */
function atPort(scope: SidecarScope, port: number): SidecarScope {
  const narrowed = (service: Service): Service[] => {
    const ports = service.ports.filter(each => each.port === port)
    return ports.length === 0 ? [] : [{ ...service, ports }]
  }
  const egress = scope.egress
    .filter(line => line.port === undefined || line.port.number === port)
    .map(line => (line.port === undefined ? { ...line, services: line.services.flatMap(narrowed) } : line))
  return { ...scope, egress, services: egress.flatMap(({ services }) => services) }
}

function portsOf({ egress }: SidecarScope): Set<number> {
  return new Set(
    egress.flatMap(({ port, services }) =>
      port === undefined ? services.flatMap(({ ports }) => ports.map(each => each.port)) : [port.number],
    ),
  )
}

describe.skipIf(!HAS_SCENARIOS)('recorded listeners of sidecars', () => {
  test.each(scenarios())('%s', name => {
    const { proxies } = loadScenario(name)
    for (const proxy of proxies) {
      if (proxy.node.type !== 'sidecar' || DIFFERS.has(`${name}/${proxy.name}`)) continue
      const listeners = proxy.with(context => [
        ...translateListeners(context),
        ...translateFixedListeners(context),
        ...translateInboundListeners(context),
      ])
      expect(differences(listeners, proxy.golden('listeners')), proxy.name).toEqual([])
    }
  })

  test.each(scenarios())('%s: port by port', name => {
    for (const proxy of loadScenario(name).proxies) {
      proxy.with(context => {
        const { view, mesh, identity, lookup, own, mtls, authorization, tokens, telemetry, scope } = context
        const reachable = (host: string) => scope.services.find(service => service.host === host)
        const around = { view, mesh, identity, lookup, own, mtls, authorization, tokens, telemetry, reachable }
        const whole = translateListeners(context)
        const parts = [...portsOf(scope)].flatMap(port => translateListeners({ ...around, scope: atPort(scope, port) }))
        expect(parts, proxy.name).toEqual(whole)
      })
    }
  })
})
