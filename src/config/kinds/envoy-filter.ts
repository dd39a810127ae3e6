import type { EnvoyFilter } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const envoyFilterKind = istioKind<EnvoyFilter>({
  kind: 'EnvoyFilter',
  group: 'networking.istio.io',
  versions: ['v1alpha3'],
  message: 'istio.networking.v1alpha3.EnvoyFilter',
  validate: () => {},
})
