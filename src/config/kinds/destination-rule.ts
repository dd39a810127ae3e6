import type { DestinationRule } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const destinationRuleKind = istioKind<DestinationRule>({
  kind: 'DestinationRule',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.DestinationRule',
  validate: () => {},
})
