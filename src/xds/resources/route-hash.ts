import type {
  LoadBalancerSettings_ConsistentHashLB as ConsistentHash,
  TrafficPolicy,
} from '../../config/istio-types.generated.js'
import type { ConsolidatedRule } from '../../mesh/index.js'
import type { RouteAction_HashPolicy } from '../../proto/envoy-types.generated.js'

/**
 * What of a request is hashed to choose an endpoint: the most particular consistent hash of a rule for one port and subset (empty:
 * none). Empty: the rule does not hash. Unlike in clusters, a port level without a load balancer leaves the one above it.
 */
export function hashPolicies(
  rule: ConsolidatedRule | undefined,
  subset: string,
  port: number,
): readonly RouteAction_HashPolicy[] {
  if (rule === undefined) return []
  const own = subset === '' ? undefined : rule.subsets.find(({ name }) => name === subset)?.trafficPolicy
  const hash = hashOf(own, port) ?? hashOf(rule.trafficPolicy, port)
  const policy = hash === undefined ? undefined : hashPolicy(hash)
  return policy === undefined ? [] : [policy]
}

function hashOf(policy: TrafficPolicy | undefined, port: number): ConsistentHash | undefined {
  const level = policy?.portLevelSettings?.find(setting => setting.port?.number === port)
  return level?.loadBalancer?.consistentHash ?? policy?.loadBalancer?.consistentHash
}

function hashPolicy(hash: ConsistentHash): RouteAction_HashPolicy | undefined {
  const { httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName } = hash
  if (httpHeaderName !== undefined) return { header: { headerName: httpHeaderName } }
  if (httpCookie !== undefined) {
    const { name, path, ttl, attributes } = httpCookie
    return {
      cookie: {
        ...(name === undefined ? {} : { name }),
        ...(path === undefined ? {} : { path }),
        ...(ttl === undefined ? {} : { ttl }),
        ...(attributes === undefined ? {} : { attributes }),
      },
    }
  }
  if (useSourceIp === true) return { connectionProperties: { sourceIp: true } }
  return httpQueryParameterName === undefined ? undefined : { queryParameter: { name: httpQueryParameterName } }
}
