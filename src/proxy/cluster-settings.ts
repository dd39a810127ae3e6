import type { MeshProxyConfig } from '../config/istio-types.generated.js'
import { connectionSettingsOf } from './connection-settings.js'

/** What a ProxyConfig says of connections to others. */
export interface ClusterSettings {
  /** Bytes; 0: Envoy's own limit. */
  readonly bufferLimit: number
  /** Names of HTTP/1 headers are sent as they were written. */
  readonly preservesCase: boolean
}

export function clusterSettingsOf(config: MeshProxyConfig | undefined): ClusterSettings {
  return {
    bufferLimit: connectionSettingsOf(config).clusterPerConnectionBufferLimitBytes ?? 0,
    preservesCase: config?.proxyHeaders?.preserveHttp1HeaderCase === true,
  }
}
