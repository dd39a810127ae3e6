import type { Telemetry } from '../istio-types.generated.js'
import { istioKind } from './kind.js'

export const telemetryKind = istioKind<Telemetry>({
  kind: 'Telemetry',
  group: 'telemetry.istio.io',
  versions: ['v1', 'v1alpha1'],
  message: 'istio.telemetry.v1alpha1.Telemetry',
  validate: () => {},
})
