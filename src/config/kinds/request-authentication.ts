import type { RequestAuthentication } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const requestAuthenticationKind = istioKind<RequestAuthentication>({
  kind: 'RequestAuthentication',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.RequestAuthentication',
  validate: () => {},
})
