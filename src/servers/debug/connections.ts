import { err, ok } from '../../lang/result.js'
import type { StreamStatus, TypeStatus } from '../ads-status.js'
import { shortOf } from '../xds-types.js'
import {
  type ConnectedProxy,
  chosenProxies,
  connectedProxies,
  type DebugFacts,
  type DebugPage,
  findProxy,
} from './page.js'

/** Who is connected, and how far each was told. */
export const connectionPages: readonly DebugPage[] = [
  {
    name: 'syncz',
    summary: 'what each proxy was sent, acknowledged and refused',
    proxy: 'optional',
    answer: (facts, query) => {
      const chosen = chosenProxies(facts, query)
      if (!chosen.ok) return chosen
      const { engine } = facts.mesh.graph
      const connections = chosen.value.map(proxy => syncStatus(proxy, facts))
      return ok({ revision: engine.revision, control_plane: facts.identity, connections })
    },
  },
  {
    name: 'connections',
    summary: 'who is connected, since when, from where',
    proxy: 'none',
    answer: facts => ok(clientsOf(facts, connectionOf)),
  },
  {
    name: 'adsz',
    summary: 'who is connected, with the node of each and what it subscribed to; push=true: push to all now',
    proxy: 'none',
    answer: (facts, query) => ok(query.get('push') === 'true' ? pushed(facts) : clientsOf(facts, clientOf)),
  },
]

/** Not in the list where it is off. */
export const disconnectPage: DebugPage = {
  name: 'force_disconnect',
  summary: 'ends the connections of a proxy, which comes back by itself',
  proxy: 'required',
  answer: (facts, query) => {
    const { disconnect } = facts
    if (disconnect === undefined) return err({ status: 404, message: DISCONNECT_OFF })
    const found = findProxy(facts, query)
    const chosen = found.ok ? chosenProxies(facts, query) : found
    if (!chosen.ok) return chosen
    const ended = chosen.value.map(({ status }) => status.connection).filter(disconnect)
    return ok({ disconnected: ended })
  },
}

const DISCONNECT_OFF =
  'force_disconnect is off: it is there only where pillion serve runs with UNSAFE_ENABLE_ADMIN_ENDPOINTS=true'

function pushed(facts: DebugFacts): object {
  facts.push()
  return { pushedTo: facts.streams().length, revision: facts.mesh.graph.engine.revision }
}

/** The reference's words for those types whose state it prints in fields of their own. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['CDS', 'cluster'],
  ['LDS', 'listener'],
  ['RDS', 'route'],
  ['EDS', 'endpoint'],
  ['ECDS', 'extensionconfig'],
])

function syncStatus({ status, node }: ConnectedProxy, { refusals }: DebugFacts): object {
  const { connection, peer, protocol, connectedAt, revision, types } = status
  const nonces = types.flatMap(type => {
    const field = FIELDS.get(shortOf(type.type))
    return field === undefined || type.nonceSent === ''
      ? []
      : [
          [`${field}_sent`, type.nonceSent],
          [`${field}_acked`, type.nonceAcked],
        ]
  })
  return {
    cluster_id: node.metadata.clusterId,
    proxy: node.instance,
    proxy_type: node.type,
    proxy_version: node.userAgent,
    istio_version: node.metadata.istioVersion,
    ...Object.fromEntries(nonces),
    connection,
    peer: peer.address,
    protocol,
    connectedAt: new Date(connectedAt).toISOString(),
    revision,
    types: types.map(type => ({ short: shortOf(type.type), ...typeOf(type, connection, refusals) })),
  }
}

function typeOf(type: TypeStatus, connection: string, refusals: DebugFacts['refusals']): object {
  const { nack, ...rest } = type
  if (nack === undefined) return rest
  const { at, ...refusal } = nack
  return { ...rest, nack: { ...refusal, at: new Date(at).toISOString(), causes: refusals.of(connection, type.type) } }
}

function clientsOf(facts: DebugFacts, client: (proxy: ConnectedProxy) => object): object {
  const proxies = connectedProxies(facts)
  return { totalClients: proxies.length, clients: proxies.map(client) }
}

function connectionOf({ status: { connection, connectedAt, peer } }: ConnectedProxy): object {
  return { connectionId: connection, connectedAt: new Date(connectedAt).toISOString(), address: peer.address }
}

function clientOf(proxy: ConnectedProxy): object {
  const { node, status } = proxy
  return {
    ...connectionOf(proxy),
    labels: Object.fromEntries(node.metadata.labels),
    locality: node.locality,
    metadata: metadataOf(status),
    watches: Object.fromEntries(status.types.map(({ type, isWildcard, names }) => [type, isWildcard ? '*' : names])),
  }
}

function metadataOf({ node }: StreamStatus): unknown {
  return node['metadata'] ?? {}
}
