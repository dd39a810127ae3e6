import type { JsonObject } from '../../src/lang/json.js'
import { type ProxyNode, parseNode } from '../../src/proxy/node.js'

/** Nodes of different kinds in a random mesh (`random-mesh/`): some of its workloads, some that it does not know. */
export const MESH_NODES: readonly JsonObject[] = [
  node('sidecar', 'web-0', 'shop', '10.1.0.17', { LABELS: { app: 'web', version: 'v1' } }),
  node('sidecar', 'api-0', 'bank', '10.1.0.37', {
    LABELS: { app: 'api' },
    INTERCEPTION_MODE: 'NONE',
    NETWORK: 'net-1',
  }),
  node('sidecar', 'sql-1', 'shop', '10.1.0.26', { DNS_CAPTURE: 'true', DNS_AUTO_ALLOCATE: 'true' }),
  node('sidecar', 'api-1', 'shop', '10.2.0.22', { CLUSTER_ID: 'remote', NETWORK: 'net-2', LABELS: { tier: 'front' } }),
  node('sidecar', 'vm', 'shop', '192.0.2.1', { LABELS: { app: 'web' } }, [{ name: 'envoy.filters.http.router' }]),
  node('sidecar', 'stranger', 'elsewhere', '10.9.9.9', { LABELS: { app: 'stranger' }, NODE_NAME: 'node-2' }),
  node('sidecar', 'root', 'istio-system', '10.9.9.8', { INTERCEPTION_MODE: 'TPROXY' }),
  node('router', 'gw', 'istio-system', '10.9.9.7', { LABELS: { istio: 'ingressgateway' } }),
]

function node(
  type: 'sidecar' | 'router',
  name: string,
  namespace: string,
  address: string,
  metadata: JsonObject,
  /** Of its Envoy, where it lists them: a stock one. */
  extensions?: readonly JsonObject[],
): JsonObject {
  return {
    id: `${type}~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${name}.${namespace}`,
    ...(extensions === undefined ? {} : { extensions: [...extensions] }),
    metadata: {
      CLUSTER_ID: 'Kubernetes',
      NAMESPACE: namespace,
      NAME: name,
      INSTANCE_IPS: address,
      ISTIO_VERSION: '1.32.0',
      NODE_NAME: 'node-1',
      SERVICE_ACCOUNT: 'default',
      ...metadata,
    },
  }
}

function parsed(node: JsonObject): ProxyNode {
  const read = parseNode(node)
  if (!read.ok) throw new Error(read.error)
  return read.value
}

export const MESH_PROXIES: readonly ProxyNode[] = MESH_NODES.map(parsed)
