import type { NetworkingProxyConfig } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const proxyConfigKind = istioKind<NetworkingProxyConfig>({
  kind: 'ProxyConfig',
  group: 'networking.istio.io',
  versions: ['v1beta1'],
  message: 'istio.networking.v1beta1.ProxyConfig',
  validate: () => {},
})
