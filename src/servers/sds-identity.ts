import type { Lookup, Memo } from '../engine/index.js'
import type { JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { lazySettings, type MeshTables, spiffe, trustDomainOf } from '../mesh/index.js'
import { type ProxyNode, parseNode } from '../proxy/node.js'
import { workloadOf, type XdsGraph } from '../xds/resources/graph.js'

/** The workload that a Node stands for, as the mesh has it. To be disposed when nobody asks any more. */
export interface Identity extends Disposable {
  /** Its SPIFFE ID now: the same object while nothing about it has changed. The error is one sentence. */
  readonly current: Result<string, string>
}

/** What Kubernetes takes as a name of a namespace or a service account: nothing that could become structure of the URI. */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
/** https://spiffe.io/docs/latest/spiffe-specs/spiffe-id/#21-trust-domain */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/

/**
 * Finds out who Nodes (proto3 JSON) stand for; the error, one sentence, is for those that cannot be read. A Node is read once, and
 * what it stands for is a row of the engine: a change of the mesh is looked into for those alone that it is about.
 */
export function openIdentities({ engine, tables }: XdsGraph): (json: JsonObject) => Result<Identity, string> {
  const identities: Memo<ProxyNode, Result<string, string>> = engine.memo(
    'identity',
    keyOf,
    (node, read) => identityOf(read, node, tables),
    { equals: (a, b) => a.ok === b.ok && (a.ok ? a.value : a.error) === (b.ok ? b.value : b.error) },
  )
  return json => {
    const node = parseNode(json)
    if (!node.ok) return node
    const held = identities.hold(node.value)
    return ok({
      get current() {
        return held.value
      },
      [Symbol.dispose]: () => held[Symbol.dispose](),
    })
  }
}

/** All of a node that `identityOf` looks at. */
function keyOf({ metadata, configNamespace, addresses, instance }: ProxyNode): string {
  const { clusterId, name, serviceAccount } = metadata
  return JSON.stringify([clusterId, name, serviceAccount, configNamespace, addresses[0], instance])
}

/** By the service account of its pod or WorkloadEntry, where that is known, since others expect it; else by what the Node says. */
function identityOf(read: Lookup, node: ProxyNode, tables: MeshTables): Result<string, string> {
  const namespace = node.configNamespace
  const workload = workloadOf(read, node, tables)
  const known = workload?.namespace === namespace ? workload.serviceAccount : ''
  const trustDomain = trustDomainOf(lazySettings(read, tables.facet))
  const serviceAccount = known || node.metadata.serviceAccount || 'default'
  for (const [what, value, form] of [
    ['the trust domain of the mesh', trustDomain, TRUST_DOMAIN],
    ['the namespace of the node', namespace, NAME],
    ['the service account of the node', serviceAccount, NAME],
  ] as const)
    if (!form.test(value)) return err(`${what} cannot be part of a SPIFFE ID: ${JSON.stringify(value.slice(0, 200))}`)
  return ok(spiffe(trustDomain, namespace, serviceAccount))
}
