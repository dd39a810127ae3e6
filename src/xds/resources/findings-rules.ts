import type { ConfigObject } from '../../config/object.js'
import { objectKey } from '../../config/object.js'
import { byAge, keyOfRule, lazySettings, MESH_GATEWAY, normaliseExportTo } from '../../mesh/index.js'
import { configOf, type Finding, type FindingMesh, grouped, later, meet } from './finding.js'
import { outboundClusterName } from './names.js'

export function repeatedHosts({ read, tables }: FindingMesh): readonly Finding[] {
  const mesh = lazySettings(read, tables.facet)
  const virtuals = [...read.all(tables.virtual).values()]
    .filter(({ spec }) => (spec.gateways ?? []).includes(MESH_GATEWAY) && (spec.http ?? []).length > 0)
    .sort(byAge)
    .map(object => ({
      object,
      exportTo: normaliseExportTo(object.spec.exportTo, mesh.defaultVirtualServiceExportTo, object.namespace),
    }))
  return [...grouped(virtuals, ({ object }) => object.spec.hosts ?? [])].flatMap(([host, same]) =>
    later(same, (a, b) => meet(a.exportTo, b.exportTo)).map(([{ object }, older]) => ({
      key: `${host} ${objectKey(object)}`,
      message: `VirtualService ${objectKey(object)} has no effect on requests for ${host}: ${objectKey(older.object)} is older and has the host too`,
      configs: [configOf('VirtualService', object), configOf('VirtualService', older.object)],
    })),
  )
}

export function repeatedSubsets({ read, tables }: FindingMesh): readonly Finding[] {
  const rules = [...read.all(tables.inputs.config.DestinationRule).values()].sort(byAge)
  const groups = grouped(rules, rule => [
    `${keyOfRule(rule, tables.identity)} ${JSON.stringify(rule.spec.workloadSelector?.matchLabels ?? {})}`,
  ])
  return [...groups.values()].flatMap(same => {
    const subsets = same.flatMap(rule => (rule.spec.subsets ?? []).map(({ name = '' }) => ({ rule, name })))
    return later(subsets, (a, b) => a.name === b.name && a.rule !== b.rule).map(([{ rule, name }, older]) => ({
      key: `${rule.spec.host} ${name} ${objectKey(rule)}`,
      message: `subset ${name} of DestinationRule ${objectKey(rule)} is not used: ${objectKey(older.rule)} is older, and has one of that name for ${rule.spec.host}`,
      configs: [configOf('DestinationRule', rule), configOf('DestinationRule', older.rule)],
    }))
  })
}

export function repeatedEntries(
  { read, tables }: FindingMesh,
  entries: readonly ConfigObject<{
    hosts?: readonly string[]
    exportTo?: readonly string[]
    ports?: readonly { number?: number }[]
  }>[],
): readonly Finding[] {
  const { defaultServiceExportTo } = lazySettings(read, tables.facet)
  const named = [...entries].sort(byAge).map(object => ({
    object,
    exportTo: normaliseExportTo(object.spec.exportTo, defaultServiceExportTo, object.namespace),
  }))
  const groups = grouped(named, ({ object: { spec } }) =>
    (spec.hosts ?? []).flatMap(host =>
      (spec.ports ?? []).map(({ number = 0 }) => outboundClusterName(number, '', host.toLowerCase())),
    ),
  )
  return [...groups].flatMap(([cluster, same]) =>
    later(same, (a, b) => meet(a.exportTo, b.exportTo)).map(([{ object }, older]) => ({
      key: `${cluster} ${objectKey(object)}`,
      message: `ServiceEntry ${objectKey(object)} is not what ${cluster} is made of where ${objectKey(older.object)} is seen too, which is older`,
      configs: [configOf('ServiceEntry', object), configOf('ServiceEntry', older.object)],
    })),
  )
}
