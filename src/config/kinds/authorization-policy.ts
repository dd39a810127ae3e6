import type { AuthorizationPolicy } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const authorizationPolicyKind = istioKind<AuthorizationPolicy>({
  kind: 'AuthorizationPolicy',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.AuthorizationPolicy',
  validate: () => {},
})
