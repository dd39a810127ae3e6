import type { TrafficExtension } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const trafficExtensionKind = istioKind<TrafficExtension>({
  kind: 'TrafficExtension',
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  message: 'istio.extensions.v1alpha1.TrafficExtension',
  validate: () => {},
})
