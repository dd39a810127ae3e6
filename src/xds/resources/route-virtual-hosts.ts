import { encode } from '../../proto/index.js'
import { type GraphResource, MESSAGES, versionOf } from './encoded.js'
import { type EncodedHost, namedHost } from './encoded-host.js'
import { discoveredHostName } from './names.js'
import type { NearBase, RouteBase } from './route-base.js'
import { routeShell } from './routes.js'

// Route configurations whose virtual hosts are resources of their own (docs/adr/0009-vhds.md):
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds

/** The listener waits for the first of them, however long it takes, as it does for its routes. */
const FROM_ADS = { configSource: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' } } as const

/**
 * Ends the versions of configurations as they are told to proxies that discover virtual hosts: a proxy that comes back says by it in
 * which form it holds them (`holdsShells`).
 */
const SHELL_MARK = '+vhds'

/** A configuration without its virtual hosts. Of one that is of a single service nothing is taken out: it has one host. */
export function shellOf({ plan, resource }: RouteBase): GraphResource {
  const version = `${resource.version}${SHELL_MARK}`
  if (plan.isSniffed) return { ...resource, version }
  const bytes = encode(MESSAGES.SHELL, { ...routeShell(plan), vhds: FROM_ADS })
  return { name: plan.name, version: `${versionOf(bytes)}${SHELL_MARK}`, bytes }
}

/** Whether versions of route configurations, as a proxy that comes back has them, are those of shells. Of none: yes. */
export function holdsShells(versions: ReadonlyMap<string, string>): boolean {
  return [...versions.values()].every(version => version.endsWith(SHELL_MARK))
}

/** The virtual hosts of a shell, with the one for hosts that are unknown: so there is always one, and listeners do not wait in vain. */
export function discoveredHosts({ plan, hosts }: RouteBase): readonly GraphResource[] {
  if (plan.isSniffed) return []
  const own = hosts.map(({ host, domains }) => discovered(plan.name, host, domains))
  return [...own, ...plan.last.map(host => lastHost(plan.name, host))]
}

/** Of those, what clients of a namespace have otherwise. */
export function nearHosts(base: RouteBase, near: NearBase): readonly GraphResource[] {
  const { plan, hosts } = base
  if (plan.isSniffed) return []
  if (near.base !== base) return differences(discoveredHosts(base), discoveredHosts(near.base))
  return [...near.domains].map(([position, domains]) => {
    const { host } = hosts[position]!
    return domains.length === 0
      ? absent(discoveredHostName(plan.name, host.name))
      : discovered(plan.name, host, domains)
  })
}

function differences(before: readonly GraphResource[], after: readonly GraphResource[]): readonly GraphResource[] {
  const known = new Map(before.map(row => [row.name, row.version]))
  const there = new Set(after.map(({ name }) => name))
  const gone = before.filter(({ name }) => !there.has(name)).map(({ name }) => absent(name))
  return [...after.filter(({ name, version }) => known.get(name) !== version), ...gone]
}

function absent(name: string): GraphResource {
  return { name, version: '', bytes: NO_BYTES, isAbsent: true }
}

const NO_BYTES = new Uint8Array()

/** By the host as it is encoded for all: configuration and domains to the resource. */
const made = new WeakMap<EncodedHost, Map<string, GraphResource>>()

function discovered(route: string, host: EncodedHost, domains: readonly string[]): GraphResource {
  const known = made.get(host) ?? new Map<string, GraphResource>()
  made.set(host, known)
  const key = `${route} ${domains.join(' ')}`
  const found = known.get(key)
  if (found !== undefined) return found
  const name = discoveredHostName(route, host.name)
  const bytes = namedHost(host, name, domains)
  const resource = { name, version: versionOf(bytes), bytes }
  known.set(key, resource)
  return resource
}

function lastHost(route: string, host: RouteBase['plan']['last'][number]): GraphResource {
  const name = discoveredHostName(route, host.name ?? '')
  const bytes = encode(MESSAGES.VHDS, { ...host, name })
  return { name, version: versionOf(bytes), bytes }
}
