import type { NetworkingProxyConfig } from '../istio-types.generated.js'
import { checkSelector } from '../rules/sharing.js'
import { istioKind } from './kind.js'

export const proxyConfigKind = istioKind<NetworkingProxyConfig>({
  kind: 'ProxyConfig',
  group: 'networking.istio.io',
  versions: ['v1beta1'],
  message: 'istio.networking.v1beta1.ProxyConfig',
  validate: ({ spec }, report) => {
    checkSelector(spec.selector, ['spec', 'selector'], report)
    const concurrency = spec.concurrency ?? 0
    if (concurrency < 0)
      report.error(['spec', 'concurrency'], `${concurrency} is negative; expected 0 (all cores) or more`)
  },
})
