import type { PeerAuthentication } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const peerAuthenticationKind = istioKind<PeerAuthentication>({
  kind: 'PeerAuthentication',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.PeerAuthentication',
  validate: () => {},
})
