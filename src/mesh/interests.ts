import type { ConfigObject, Labels } from '../config/object.js'
import type { Graph, Index, Lookup, Table } from '../engine/index.js'
import { isPublic, normaliseExportTo } from './export-to.js'
import type { ConsolidatedRule } from './rule.js'
import type { VirtualServiceConfig } from './scope.js'
import type { Service, TrafficDistribution } from './service.js'
import type { MeshSettings } from './settings.js'
import type { TelemetryObject } from './telemetry.js'

/**
 * What some configuration asks about proxies, by name; a row for each that somebody asks. Proxies that differ only in what
 * nobody asks about are alike, so this is what keys of views are narrowed by.
 *
 * | name | asked by |
 * |---|---|
 * | `serviceTo/<ns>`, `virtualTo/<ns>`, `ruleTo/<ns>` | exportTo that names the namespace |
 * | `ruleIn/<ns>` | a DestinationRule of that namespace, which its own clients see first |
 * | `ruleLabel/<ns>/<key>` | workloadSelector of a DestinationRule there |
 * | `tracing` | any Telemetry that traces: spans say of which workload they are |
 * | `telemetryIn/<ns>`, `telemetryLabel/<ns>/<key>` | a Telemetry of that namespace, and its selector |
 * | `sourceLabel/<key>`, `sourceNamespace/<ns>` | matches of VirtualServices |
 * | `endpointLabel/<key>` | failoverPriority of rules, traffic distribution of services |
 * | `selectorLabel/<key>` | selectors of any kind of configuration |
 * | `podLabel/<key>` | Services and matches, of the labels that each pod has a value of its own for ({@link POD_LABELS}) |
 * | `node` | services with internalTrafficPolicy Local |
 */
export type InterestTable = Table<string, true>

interface Selecting {
  readonly selector?: { readonly matchLabels?: Labels }
  readonly workloadSelector?: { readonly labels?: Labels; readonly matchLabels?: Labels }
}

function selectorLabels({ selector, workloadSelector }: Selecting): string[] {
  const selectors = [selector?.matchLabels, workloadSelector?.labels, workloadSelector?.matchLabels]
  return selectors.flatMap(labels => Object.keys(labels ?? {}).map(label => `selectorLabel/${label}`))
}

/** Labels that each pod has a value of its own for: they would make every proxy another, so they count only where somebody asks. */
export const POD_LABELS: readonly string[] = [
  'kubernetes.io/hostname',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]

function podLabels(...selectors: readonly (Labels | undefined)[]): string[] {
  return selectors.flatMap(selector =>
    POD_LABELS.filter(label => selector !== undefined && Object.hasOwn(selector, label)).map(
      label => `podLabel/${label}`,
    ),
  )
}

interface Sources {
  readonly service: Table<string, Service>
  readonly rule: Table<string, readonly ConsolidatedRule[]>
  readonly virtual: Table<string, VirtualServiceConfig>
  readonly telemetry: Table<string, TelemetryObject>
  /** Whatever may select workloads by their labels. */
  readonly selecting: readonly Table<string, ConfigObject>[]
  readonly settingsOf: (read: Lookup) => MeshSettings
}

export function declareInterests(
  graph: Graph,
  { service, rule, virtual, telemetry, selecting, settingsOf }: Sources,
): InterestTable {
  // Lists of names, equal for most: what changes in an object is rarely what it asks about.
  const ofVirtual = graph.derive('interestsOfVirtual', virtual, (row, key, read) => {
    const asked = interestsOfVirtual(row, settingsOf(read))
    return asked.length === 0 ? [] : [[key, asked]]
  })
  const named = <K extends string, V>(name: string, index: Index<string, K, V>): InterestTable =>
    graph.derive(name, index, (_, key) => [[key, true as const]])
  return graph.union('interest', [
    named('interestOfServices', service.index('interest', interestsOfService)),
    named('interestOfTelemetry', telemetry.index('interest', interestsOfTelemetry)),
    ...selecting.map((table, index) =>
      named(
        `interestOfSelecting${index}`,
        table.index('selects', ({ spec }) => selectorLabels(spec as Selecting)),
      ),
    ),
    named('interestOfRules', rule.index('interest', interestsOfRules)),
    named(
      'interestOfVirtuals',
      ofVirtual.index('interest', asked => asked),
    ),
  ])
}

/** Labels by which endpoints are preferred, in that order: https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution */
export const PREFERENCES: Readonly<Record<Exclude<TrafficDistribution, 'any'>, readonly string[]>> = (() => {
  const network = 'topology.istio.io/network'
  const zone = [network, 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone']
  const subZone = [...zone, 'topology.istio.io/subzone']
  return {
    'prefer-same-network': [network],
    'prefer-close': subZone,
    'prefer-same-zone': zone,
    'prefer-same-node': [...subZone, 'kubernetes.io/hostname'],
  }
})()

function interestsOfService({ exportTo, isNodeLocal, trafficDistribution, selector }: Service): string[] {
  const labels = trafficDistribution === 'any' ? [] : PREFERENCES[trafficDistribution]
  return [
    ...exported('serviceTo', exportTo),
    ...podLabels(selector),
    ...(isNodeLocal ? ['node'] : []),
    ...labels.map(label => `endpointLabel/${label}`),
  ]
}

function interestsOfTelemetry({ namespace, spec }: TelemetryObject): string[] {
  const labels = Object.keys(spec.selector?.matchLabels ?? {})
  return [
    `telemetryIn/${namespace}`,
    ...labels.map(key => `telemetryLabel/${namespace}/${key}`),
    ...((spec.tracing ?? []).length > 0 ? ['tracing'] : []),
  ]
}

function exported(kind: string, exportTo: readonly string[]): string[] {
  return isPublic(exportTo) ? [] : exportTo.map(namespace => `${kind}/${namespace}`)
}

function interestsOfRules(rules: readonly ConsolidatedRule[]): string[] {
  return rules.flatMap(({ namespace, exportTo, selector = {}, trafficPolicy, subsets }) => {
    const policies = [trafficPolicy, ...subsets.map(subset => subset.trafficPolicy)]
    const balancers = policies.flatMap(policy => [
      policy?.loadBalancer,
      ...(policy?.portLevelSettings ?? []).map(({ loadBalancer }) => loadBalancer),
    ])
    const priorities = balancers.flatMap(balancer => [
      ...(balancer?.localityLbSetting?.failoverPriority ?? []),
      ...(balancer?.zoneAwareLbSetting?.failoverPriority ?? []),
    ])
    const labels = priorities.map(labelKey)
    return [
      `ruleIn/${namespace}`,
      ...exported('ruleTo', exportTo),
      ...Object.keys(selector).map(key => `ruleLabel/${namespace}/${key}`),
      ...labels.map(label => `endpointLabel/${label}`),
    ]
  })
}

/** `key=value` and `key` of failoverPriority. */
export function labelKey(entry: string): string {
  const equals = entry.indexOf('=')
  return equals < 0 ? entry : entry.slice(0, equals)
}

function interestsOfVirtual({ spec, namespace }: VirtualServiceConfig, mesh: MeshSettings): string[] {
  const routes = [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])]
  const matches = routes.flatMap(({ match = [] }) => match as readonly SourceMatch[])
  const exportTo = normaliseExportTo(spec.exportTo, mesh.defaultVirtualServiceExportTo, namespace)
  const asked = matches.flatMap(({ sourceLabels = {}, sourceNamespace = '' }) => [
    ...Object.keys(sourceLabels).map(key => `sourceLabel/${key}`),
    ...podLabels(sourceLabels),
    ...(sourceNamespace === '' ? [] : [`sourceNamespace/${sourceNamespace}`]),
  ])
  return [...exported('virtualTo', exportTo), ...asked]
}

interface SourceMatch {
  readonly sourceLabels?: Readonly<Record<string, string>>
  readonly sourceNamespace?: string
}
