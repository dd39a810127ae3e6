import type { ServiceEntry } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const serviceEntryKind = istioKind<ServiceEntry>({
  kind: 'ServiceEntry',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.ServiceEntry',
  validate: () => {},
})
