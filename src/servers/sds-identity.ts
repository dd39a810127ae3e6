import type { JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { lazySettings, spiffe, trustDomainOf } from '../mesh/index.js'
import { parseNode } from '../proxy/node.js'
import { workloadOf, type XdsGraph } from '../xds/resources/graph.js'

/** What Kubernetes takes as a name of a namespace or a service account: nothing that could become structure of the URI. */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
/** https://spiffe.io/docs/latest/spiffe-specs/spiffe-id/#21-trust-domain */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/

/**
 * The SPIFFE ID of the workload that a Node (proto3 JSON) stands for: the service account of its pod or WorkloadEntry, where
 * that is known, since others expect it; else what the Node says. The error is one sentence.
 */
export function identityOf({ engine, tables }: XdsGraph, json: JsonObject): Result<string, string> {
  const parsed = parseNode(json)
  if (!parsed.ok) return parsed
  const node = parsed.value
  const namespace = node.configNamespace
  const { account, trustDomain } = engine.read(read => {
    const workload = workloadOf(read, node, tables)
    const known = workload?.namespace === namespace ? workload.serviceAccount : ''
    return { account: known, trustDomain: trustDomainOf(lazySettings(read, tables.facet)) }
  })
  const serviceAccount = account || node.metadata.serviceAccount || 'default'
  for (const [what, value, form] of [
    ['the trust domain of the mesh', trustDomain, TRUST_DOMAIN],
    ['the namespace of the node', namespace, NAME],
    ['the service account of the node', serviceAccount, NAME],
  ] as const)
    if (!form.test(value)) return err(`${what} cannot be part of a SPIFFE ID: ${JSON.stringify(value.slice(0, 200))}`)
  return ok(spiffe(trustDomain, namespace, serviceAccount))
}
