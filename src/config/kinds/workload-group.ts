import type { WorkloadGroup } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const workloadGroupKind = istioKind<WorkloadGroup>({
  kind: 'WorkloadGroup',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.WorkloadGroup',
  validate: () => {},
})
