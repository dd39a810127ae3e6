import type {
  LocalityLoadBalancerSetting_Distribute as Distribute,
  LocalityLoadBalancerSetting_Failover as Failover,
} from '../../config/istio-types.generated.js'
import type { Locality } from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'
import { labelOf, type Placed } from './endpoint.js'
import { MAX_WEIGHT } from './endpoint-network.js'
import type { LocalityPlan, ZonePlan } from './locality.js'

/** Endpoints of one locality and one priority. */
export interface LocalityGroup {
  readonly locality: Locality
  readonly endpoints: readonly Placed[]
  readonly weight: number
  /** 0 is used first. */
  readonly priority: number
}

export function groupOf(locality: Locality, endpoints: readonly Placed[], priority = 0): LocalityGroup {
  const sum = endpoints.reduce((total, { lb }) => total + (lb.loadBalancingWeight ?? 0), 0)
  return { locality, endpoints, weight: Math.min(sum, MAX_WEIGHT), priority }
}

/**
 * Weights and priorities of localities as one proxy sees them. `distribute` excludes failover; `failoverPriority` orders by labels
 * first, and by region only where `failover` is written beside it.
 * https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/
 */
export function planLocalities(
  groups: readonly LocalityGroup[],
  plan: LocalityPlan,
  view: ProxyView,
): readonly LocalityGroup[] {
  if (plan.kind === 'zones') return byRegions(groups, plan.setting, view)
  const { distribute = [], failover = [], failoverPriority = [] } = plan.setting
  if (distribute.length > 0) return distributed(groups, distribute, view.locality)
  if (!plan.hasFailover) return groups
  if (failoverPriority.length === 0) return byLocality(groups, failover, view.locality)
  const byLabels = byLabelPriority(groups, failoverPriority, view.labels)
  return failover.length === 0 ? byLabels : byLocality(byLabels, failover, view.locality)
}

/**
 * Labels first, then regions: the proxy's own, the one that `failover` names, others. Between zones of a region Envoy decides, so they
 * are of one priority.
 */
function byRegions(
  groups: readonly LocalityGroup[],
  { failover = [], failoverPriority = [] }: ZonePlan['setting'],
  { labels, locality }: ProxyView,
): readonly LocalityGroup[] {
  const tiers = failoverPriority.length === 0 ? groups : byLabelPriority(groups, failoverPriority, labels)
  const own = locality.region
  const next = failover.find(({ from = '' }) => from === own)?.to
  const rankOf = (region = ''): number => (region === own ? 0 : next === undefined || region === next ? 1 : 2)
  const ranked = tiers.map(tier => ({ ...tier, priority: tier.priority * REGION_RANKS + rankOf(tier.locality.region) }))
  return withoutGaps(ranked)
}

const REGION_RANKS = 3

/** The first entry for the proxy's locality gives each place a share, divided by weight; places without one get nothing. */
function distributed(
  groups: readonly LocalityGroup[],
  distribute: readonly Distribute[],
  own: Locality,
): readonly LocalityGroup[] {
  const setting = distribute.find(({ from = '' }) => matchesLocality(own, from))
  if (setting === undefined) return groups
  const shares = new Map<LocalityGroup, number>()
  for (const [place, percent] of Object.entries(setting.to ?? {}).sort(bySpecificity)) {
    const there = groups.filter(group => !shares.has(group) && matchesLocality(group.locality, place))
    const total = there.reduce((sum, { weight }) => sum + weight, 0)
    for (const group of there) shares.set(group, total === 0 ? 0 : Math.ceil((group.weight * percent) / total))
  }
  return groups.map(group => {
    const share = shares.get(group)
    if (share === undefined) return { ...group, endpoints: [] }
    return share > 0 ? { ...group, weight: share } : group
  })
}

/** A place that is named by more parts goes before one that holds it. */
function bySpecificity([a]: readonly [string, number], [b]: readonly [string, number]): number {
  const parts = (place: string) => place.split('/').filter(part => part !== '*').length
  return parts(b) - parts(a) || (a < b ? -1 : a > b ? 1 : 0)
}

/** `region/zone/subzone` where `*`, or nothing, is any. */
function matchesLocality(locality: Locality, pattern: string): boolean {
  const [region = '', zone = '', subZone = ''] = pattern.split('/')
  const fits = (wanted: string, found: string | undefined) => wanted === '*' || wanted === (found ?? '')
  return (
    fits(region, locality.region) &&
    (zone === '' || fits(zone, locality.zone)) &&
    (subZone === '' || fits(subZone, locality.subZone))
  )
}

/** How far a region that `failover` does not name is behind one that it does. */
const OTHER_REGION = 4
const FAR = 3
const DISTANCES = OTHER_REGION + 1

/** Same subzone, zone, region, then other regions: those that `failover` names first. Refines priorities that are there already. */
function byLocality(
  groups: readonly LocalityGroup[],
  failover: readonly Failover[],
  own: Locality,
): readonly LocalityGroup[] {
  const setting = failover.find(({ from }) => (from ?? '') === (own.region ?? ''))
  const ranked = groups.map(group => {
    const distance = distanceOf(own, group.locality)
    const isOther = distance === FAR && setting !== undefined && (group.locality.region ?? '') !== (setting.to ?? '')
    return { ...group, priority: group.priority * DISTANCES + (isOther ? OTHER_REGION : distance) }
  })
  return withoutGaps(ranked)
}

function distanceOf(a: Locality, b: Locality): number {
  if ((a.region ?? '') !== (b.region ?? '')) return FAR
  if ((a.zone ?? '') !== (b.zone ?? '')) return 2
  return (a.subZone ?? '') === (b.subZone ?? '') ? 0 : 1
}

/** The more of the labels, in their order, an endpoint has in common with the proxy, the sooner it is used. */
function byLabelPriority(
  groups: readonly LocalityGroup[],
  priorities: readonly string[],
  own: Readonly<Record<string, string>>,
): readonly LocalityGroup[] {
  const wanted = priorities.map(entry => wantedLabel(entry, own))
  return withoutGaps(groups.flatMap(group => splitByLabels(group, wanted)))
}

interface WantedLabel {
  readonly key: string
  readonly value: string
}

/** `key=value` says what the value must be; `key` alone: the proxy's. */
function wantedLabel(entry: string, own: Readonly<Record<string, string>>): WantedLabel {
  const equals = entry.indexOf('=')
  if (equals < 0) return { key: entry, value: labelOf(own, entry) }
  return { key: entry.slice(0, equals), value: entry.slice(equals + 1) }
}

function splitByLabels(group: LocalityGroup, wanted: readonly WantedLabel[]): readonly LocalityGroup[] {
  const byPriority = new Map<number, Placed[]>()
  for (const endpoint of group.endpoints) {
    const differs = wanted.findIndex(({ key, value }) => labelOf(endpoint.labels, key) !== value)
    const priority = differs < 0 ? 0 : wanted.length - differs
    const same = byPriority.get(priority)
    if (same === undefined) byPriority.set(priority, [endpoint])
    else same.push(endpoint)
  }
  return [...byPriority]
    .sort(([a], [b]) => a - b)
    .map(([priority, endpoints]) => groupOf(group.locality, endpoints, priority))
}

/** Envoy wants priorities from 0 on, none left out. */
function withoutGaps(groups: readonly LocalityGroup[]): readonly LocalityGroup[] {
  const used = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b)
  const rank = new Map(used.map((priority, index) => [priority, index]))
  return groups.map(group => ({ ...group, priority: rank.get(group.priority) ?? 0 }))
}
