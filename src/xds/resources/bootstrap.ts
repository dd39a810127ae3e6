import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import type { Bootstrap, Cluster } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { LOCAL_CLUSTER, SDS_CLUSTER } from './names.js'

/** Like SDS_CLUSTER, a static cluster of every bootstrap. */
const XDS_CLUSTER = 'xds-grpc'

export interface HostPort {
  readonly host: string
  readonly port: number
}

export interface BootstrapOptions {
  /** The Node to send, as proto3 JSON. */
  readonly node: JsonObject
  /** Where ADS is served, in plaintext. */
  readonly xds: HostPort
  /** Where SDS is served: certificates `default` and `ROOTCA`. */
  readonly sds: HostPort
  readonly protocol: 'delta' | 'sotw'
  /** Admin interface; port 0 is any free one. */
  readonly admin: HostPort
}

/**
 * What a stock Envoy starts with: who it is, and where the rest comes from.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
 */
export function bootstrapOf({ node, xds, sds, protocol, admin }: BootstrapOptions): Bootstrap {
  const isSelfDiscovering = metadataOf(node)['ENABLE_SELF_DISCOVERY'] === 'true'
  return {
    node: node as NonNullable<Bootstrap['node']>,
    admin: { address: socketAddress(admin) },
    dynamicResources: {
      adsConfig: {
        apiType: protocol === 'delta' ? 'DELTA_GRPC' : 'GRPC',
        transportApiVersion: 'V3',
        setNodeOnFirstMessageOnly: true,
        grpcServices: [{ envoyGrpc: { clusterName: XDS_CLUSTER } }],
      },
      cdsConfig: FROM_ADS,
      ldsConfig: FROM_ADS,
    },
    staticResources: {
      clusters: [
        grpcCluster(XDS_CLUSTER, xds),
        grpcCluster(SDS_CLUSTER, sds),
        ...(isSelfDiscovering ? [OWN_KIND_CLUSTER] : []),
      ],
    },
    ...(isSelfDiscovering ? { clusterManager: { localClusterName: LOCAL_CLUSTER } } : {}),
    // The reference's route configurations and clusters are larger than the default limits allow for.
    layeredRuntime: {
      layers: [{ name: 'static', staticLayer: { 're2.max_program_size.error_level': 32_768 } }],
    },
  }
}

const FROM_ADS = { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: '0s' } as const

/** For load balancing by zones, Envoy has to know how the proxies of its own kind are spread. */
const OWN_KIND_CLUSTER = {
  name: LOCAL_CLUSTER,
  type: 'EDS',
  edsClusterConfig: { serviceName: LOCAL_CLUSTER, edsConfig: FROM_ADS },
} satisfies Cluster

function metadataOf({ metadata }: JsonObject): JsonObject {
  return isJsonObject(metadata) ? metadata : {}
}

function socketAddress({ host, port }: HostPort) {
  return { socketAddress: { address: host, portValue: port } }
}

function grpcCluster(name: string, server: HostPort): Cluster {
  const options = packAny('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
    explicitHttpConfig: { http2ProtocolOptions: { connectionKeepalive: { interval: '30s', timeout: '10s' } } },
  })
  return {
    name,
    type: isIp(server.host) ? 'STATIC' : 'STRICT_DNS',
    connectTimeout: '1s',
    typedExtensionProtocolOptions: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': options },
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: socketAddress(server) } }] }],
    },
  }
}

function isIp(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}

export interface NodeOptions {
  readonly type: 'sidecar' | 'router'
  readonly name: string
  readonly namespace: string
  readonly ip: string
  readonly labels: Readonly<Record<string, string>>
  readonly serviceAccount: string
  readonly clusterId: string
  readonly network: string
  readonly interceptionMode: 'REDIRECT' | 'TPROXY' | 'NONE'
  /** Istio release whose shape of resources the proxy understands. */
  readonly istioVersion: string
  readonly domain: string
}

/** The Node that the reference's agent would send for such a workload (reference: xds.md section 1). */
export function nodeOf(options: NodeOptions): JsonObject {
  const { type, name, namespace, ip, labels, domain } = options
  const app = labels['service.istio.io/canonical-name'] ?? labels['app'] ?? name
  const metadata: Record<string, Json> = {
    CLUSTER_ID: options.clusterId,
    INSTANCE_IPS: ip,
    INTERCEPTION_MODE: options.interceptionMode,
    ISTIO_VERSION: options.istioVersion,
    LABELS: { ...labels },
    NAME: name,
    NAMESPACE: namespace,
    SERVICE_ACCOUNT: options.serviceAccount,
    WORKLOAD_NAME: name,
  }
  if (options.network !== '') metadata['NETWORK'] = options.network
  return {
    id: `${type}~${ip}~${name}.${namespace}~${namespace}.svc.${domain}`,
    cluster: `${app}.${namespace}`,
    metadata,
  }
}
