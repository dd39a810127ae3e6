import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../lang/json.js'
import { parseDiscoveredHostName } from '../xds/resources/names.js'
import type { VersionedResource } from './config-dump.js'
import { listAt, textAt } from './proxy-config/names.js'

// Virtual hosts that are resources of their own (docs/adr/0009-vhds.md), in the shape in which people and Envoy's dump have them.

/** Route configurations with the hosts that belong to them, as Envoy's dump shows them: by name, under their names as resources. */
export function assembled(
  routes: readonly VersionedResource[],
  hosts: readonly VersionedResource[],
): readonly VersionedResource[] {
  const byRoute = new Map<string, JsonObject[]>()
  for (const { value } of hosts) {
    const { route } = parseDiscoveredHostName(textAt(value, 'name'))
    const known = byRoute.get(route)
    if (known === undefined) byRoute.set(route, [value])
    else known.push(value)
  }
  return routes.map(({ version, value }) => {
    const own = byRoute.get(textAt(value, 'name'))
    return { version, value: own === undefined ? value : { ...value, virtualHosts: inOrder(own) } }
  })
}

/** One of them as a route configuration that has nothing else, and had it inside. */
export function asInline(host: JsonObject): JsonObject {
  const { route, host: name } = parseDiscoveredHostName(textAt(host, 'name'))
  return { name: route, virtualHosts: [{ ...host, name }] }
}

export function isSameHosts(a: JsonObject, b: JsonObject): boolean {
  return isDeepStrictEqual(inOrder(listAt(a, 'virtualHosts')), inOrder(listAt(b, 'virtualHosts')))
}

function inOrder(hosts: readonly JsonObject[]): JsonObject[] {
  const nameOf = (host: JsonObject): string => textAt(host, 'name')
  return [...hosts].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))
}
