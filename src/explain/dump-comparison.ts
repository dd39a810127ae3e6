import type { JsonObject } from '../lang/json.js'
import type { ProxyResources, ResourceKind, VersionedResource } from './config-dump.js'
import { isSameHosts } from './discovered-hosts.js'
import { listAt, textAt } from './proxy-config/names.js'

/** How what an Envoy has differs from what the server has for it, by the names of resources. */
export interface KindComparison {
  readonly kind: ResourceKind
  /** Only the server has them: not sent yet, refused, or not asked for. */
  readonly missing: readonly string[]
  /** Only Envoy has them, and by xDS, not from its bootstrap. */
  readonly extra: readonly string[]
  readonly different: readonly string[]
}

const KINDS: readonly ResourceKind[] = ['clusters', 'listeners', 'routes', 'endpoints']

/**
 * Resources of a delta stream carry a version each, which Envoy repeats; those of a SotW stream share one, so that only their
 * names can be compared. Endpoints have no version in a dump: their addresses are compared; and where virtual hosts are discovered,
 * it is that of the last change of some of them: their contents are.
 */
export function compareDumps(
  server: ProxyResources,
  envoy: ProxyResources,
  protocol: 'delta' | 'sotw',
): readonly KindComparison[] {
  return KINDS.map(kind => {
    const [mine, theirs] = [byName(server[kind]), byName(envoy[kind])]
    const isEndpoints = kind === 'endpoints'
    const isSame = (a: VersionedResource, b: VersionedResource): boolean => {
      if (isEndpoints) return addressesOf(a.value) === addressesOf(b.value)
      if (a.value['vhds'] !== undefined && b.value['vhds'] !== undefined) return isSameHosts(a.value, b.value)
      return protocol === 'sotw' || a.version === b.version
    }
    return {
      kind,
      missing: [...mine.keys()].filter(name => !theirs.has(name)),
      extra: isEndpoints
        ? []
        : [...theirs].flatMap(([name, { version }]) => (version === '' || mine.has(name) ? [] : [name])),
      different: [...mine].flatMap(([name, resource]) => {
        const other = theirs.get(name)
        return other === undefined || isSame(resource, other) ? [] : [name]
      }),
    }
  })
}

export function isMatch({ missing, extra, different }: KindComparison): boolean {
  return missing.length + extra.length + different.length === 0
}

/** Names after each other stop here: thousands may differ for one reason. */
const MAX_NAMES = 20

/** `Clusters match`, or which do not; one line for each finding. */
export function comparisonText(comparisons: readonly KindComparison[], protocol: 'delta' | 'sotw'): string {
  const lines = comparisons.flatMap(comparison => {
    const title = `${comparison.kind.charAt(0).toUpperCase()}${comparison.kind.slice(1)}`
    if (isMatch(comparison)) return [`${title} match`]
    return [
      `${title} don't match`,
      ...findings('not in Envoy', comparison.missing),
      ...findings('in Envoy alone', comparison.extra),
      ...findings('different', comparison.different),
    ]
  })
  const note = protocol === 'sotw' ? ['(by name: on a SotW stream resources have no versions of their own)'] : []
  return `${[...lines, ...note].join('\n')}\n`
}

function findings(what: string, names: readonly string[]): readonly string[] {
  const more = names.length > MAX_NAMES ? [`  ${what}: ${names.length - MAX_NAMES} more`] : []
  return [...names.slice(0, MAX_NAMES).map(name => `  ${what}: ${name}`), ...more]
}

function byName(resources: readonly VersionedResource[]): ReadonlyMap<string, VersionedResource> {
  return new Map(resources.map(resource => [nameOf(resource.value), resource]))
}

function nameOf(value: JsonObject): string {
  return textAt(value, 'name') || textAt(value, 'clusterName')
}

function addressesOf(assignment: JsonObject): string {
  const addresses = listAt(assignment, 'endpoints')
    .flatMap(locality => listAt(locality, 'lbEndpoints'))
    .map(endpoint => JSON.stringify(endpoint['endpoint'] === undefined ? null : addressOf(endpoint)))
  return addresses.sort().join()
}

function addressOf(endpoint: JsonObject): readonly string[] {
  const path = ['endpoint', 'address']
  return [
    textAt(endpoint, ...path, 'socketAddress', 'address') || textAt(endpoint, ...path, 'pipe', 'path'),
    textAt(endpoint, ...path, 'socketAddress', 'portValue'),
  ]
}
