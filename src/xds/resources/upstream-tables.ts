import { type Family, type Graph, keyOfObject, type Lookup, type Memo } from '../../engine/index.js'
import { type ConsolidatedRule, lazySettings, type Service, serviceKey } from '../../mesh/index.js'
import { type Facts, type SomeFacts, viewOfFacts } from '../../proxy/facts.js'
import { discoveryOf, isDns } from './cluster-discovery.js'
import { portPolicyOf } from './cluster-policy.js'
import { ReadContext } from './context.js'
import { type Batch, byName, encodeAssignments, encodeClusters, SAME_BATCH, SAME_RESOURCE } from './encoded.js'
import { localityPlanOf } from './locality.js'
import { noScope, type PartFacts, type PartTables, partContext } from './part-tables.js'
import type { EndpointFacts, FixedKey, UpstreamKey } from './proxy-parts.js'

/**
 * Clusters and endpoints of services. What a service's are made of (the service, the rule that applies, facts of proxies) is asked
 * once, whatever the scopes that have the service; a scope has a pointer to it for each service.
 */
export function declareUpstream(graph: Graph, parts: PartFacts): Family<UpstreamKey, PartTables> {
  const rows = declareRows(graph, parts)
  return graph.family(
    'upstream',
    ({ key }) => key,
    (key, inner) => upstreamTables(inner, key, parts, rows),
  )
}

/** One service for proxies of these facts, with the rule that applies for them. */
interface ServiceQuestion<F extends SomeFacts = SomeFacts> {
  readonly service: Service
  readonly rule: ConsolidatedRule | undefined
  readonly facts: F
}

interface Rows {
  readonly clusters: Memo<ServiceQuestion<Facts<'clusters'> | Facts<'dnsClusters'>>, Batch>
  readonly assignments: Memo<ServiceQuestion<Facts<'endpoints'>>, Batch>
}

function declareRows(graph: Graph, parts: PartFacts): Rows {
  const { translators } = parts
  const context = (read: Lookup, asked: ServiceQuestion) => new ServiceContext(read, parts, asked)
  return {
    clusters: graph.memo(
      'clusters',
      keyOfQuestion,
      (asked, read) => encodeClusters(translators.clusters(context(read, asked), asked.service)),
      SAME_BATCH,
    ),
    assignments: graph.memo(
      'assignments',
      keyOfQuestion,
      (asked, read) => encodeAssignments(translators.assignments(context(read, asked), asked.service)),
      SAME_BATCH,
    ),
  }
}

function keyOfQuestion({ service, rule, facts }: ServiceQuestion): string {
  const ruleKey = rule === undefined ? '' : `${rule.namespace}/${rule.name}#${keyOfObject(rule)}`
  return `${serviceKey(service)}#${keyOfObject(service)}@${ruleKey}@${facts.key}`
}

/** Of one service, which may not depend on who asks: its rule is part of what is asked. */
class ServiceContext extends ReadContext {
  constructor(read: Lookup, { tables }: PartFacts, { service, rule, facts }: ServiceQuestion) {
    const ruleOf = (host: string): ConsolidatedRule | undefined => {
      if (host !== service.host) throw new Error(`clusters of ${service.host} may not depend on the rule of ${host}`)
      return rule
    }
    super(read, tables, { view: viewOfFacts(facts), scope: noScope, ruleOf })
  }

  override get own(): never {
    return noScope()
  }

  override get mtls(): never {
    return noScope()
  }

  override get authorization(): never {
    return noScope()
  }

  override get tokens(): never {
    return noScope()
  }

  override get telemetry(): never {
    return noScope()
  }
}

function upstreamTables(graph: Graph, key: UpstreamKey, parts: PartFacts, rows: Rows): PartTables {
  const { tables, scopes } = parts
  const scope = graph.member(scopes, key.scope)
  const clustersOf = (read: Lookup, service: Service): Batch => {
    const facts = isDns(discoveryOf(service, key.clusters.view.type === 'router')) ? key.dns : key.clusters
    return read.memo(rows.clusters, { service, rule: ruleOf(read, service), facts })
  }
  const assignmentsOf = (read: Lookup, service: Service): Batch => {
    if (discoveryOf(service, key.clusters.view.type === 'router') !== 'EDS') return []
    const rule = ruleOf(read, service)
    const facts = endpointFactsFor(service, rule, key.endpoints, lazySettings(read, tables.facet))
    return read.memo(rows.assignments, { service, rule, facts })
  }
  const ruleOf = (read: Lookup, { host, namespace }: Service): ConsolidatedRule | undefined =>
    read.memo(tables.bestRule, { host, serviceNamespace: namespace, client: key.client }).rule
  const cluster = graph.derive(
    'cluster',
    scope.reach,
    (service, id, read) => {
      read.one(tables.service, id)
      return byName(clustersOf(read, service))
    },
    SAME_RESOURCE,
  )
  const assignment = graph.derive(
    'assignment',
    scope.reach,
    (service, id, read) => {
      read.one(tables.service, id)
      return byName(assignmentsOf(read, service))
    },
    SAME_RESOURCE,
  )
  return { resource: { CDS: cluster, EDS: assignment } }
}

/** Clusters that depend on no service: the same for nearly all proxies. */
export function declareFixed(graph: Graph, parts: PartFacts): Family<FixedKey, PartTables> {
  return graph.family(
    'fixed',
    ({ key }) => key,
    ({ facts }, inner) => {
      const table = inner.derive(
        'cluster',
        parts.tables.once,
        (_, __, read) => {
          const context = partContext(read, parts, facts, { scope: noScope })
          return byName(encodeClusters(parts.translators.fixedClusters(context)))
        },
        SAME_RESOURCE,
      )
      return { resource: { CDS: table } }
    },
  )
}

/** As many facts as the service's endpoints are arranged by, so that proxies elsewhere share the rest. */
function endpointFactsFor(
  service: Service,
  rule: ConsolidatedRule | undefined,
  { anywhere, placed, labelled }: EndpointFacts,
  mesh: ReturnType<typeof lazySettings>,
): Facts<'endpoints'> {
  if (service.isNodeLocal) return labelled
  let needed = anywhere
  for (const { port } of service.ports)
    for (const subset of [undefined, ...(rule?.subsets ?? [])]) {
      const policy = portPolicyOf(rule, subset, port, mesh.defaultTrafficPolicy)
      const plan = localityPlanOf(service, policy, mesh, anywhere.view)
      if (plan === undefined) continue
      if ((plan.setting.failoverPriority ?? []).length > 0) return labelled
      if (plan.kind === 'zones' || plan.hasFailover || (plan.setting.distribute ?? []).length > 0) needed = placed
    }
  return needed
}
