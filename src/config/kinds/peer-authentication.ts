import type { PeerAuthentication } from '../istio-types.generated.js'
import { checkSelector } from '../rules/sharing.js'
import { portFlaw, require } from '../rules/values.js'
import { istioKind } from './kind.js'

export const peerAuthenticationKind = istioKind<PeerAuthentication>({
  kind: 'PeerAuthentication',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.PeerAuthentication',
  validate: ({ spec }, report) => {
    checkSelector(spec.selector, ['spec', 'selector'], report)
    const ports = Object.keys(spec.portLevelMtls ?? {})
    const selects = Object.keys(spec.selector?.matchLabels ?? {}).length > 0
    if (ports.length > 0 && !selects) {
      report.error(['spec', 'portLevelMtls'], 'ports belong to workloads: portLevelMtls needs a selector with labels')
    }
    for (const port of ports) require(report, ['spec', 'portLevelMtls', port], portFlaw(Number(port)))
  },
})
