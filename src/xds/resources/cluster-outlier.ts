import type { OutlierDetection as Settings } from '../../config/istio-types.generated.js'
import type { OutlierDetection } from '../../proto/envoy-types.generated.js'

/** Every detected host is ejected: percent. */
const ALWAYS = 100

/**
 * `outlier_detection`. Detection by success rate, on by default in Envoy, is off: the API has no word for it.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export function outlierDetectionOf(settings: Settings): OutlierDetection {
  const { consecutive5xxErrors, consecutiveGatewayErrors, interval, baseEjectionTime, maxEjectionPercent } = settings
  return {
    enforcingSuccessRate: 0,
    ...(consecutive5xxErrors !== undefined && {
      consecutive5xx: consecutive5xxErrors,
      enforcingConsecutive5xx: enforced(consecutive5xxErrors),
    }),
    ...(consecutiveGatewayErrors !== undefined && {
      consecutiveGatewayFailure: consecutiveGatewayErrors,
      enforcingConsecutiveGatewayFailure: enforced(consecutiveGatewayErrors),
    }),
    ...(interval !== undefined && { interval }),
    ...(baseEjectionTime !== undefined && { baseEjectionTime }),
    ...(maxEjectionPercent !== undefined && maxEjectionPercent > 0 && { maxEjectionPercent }),
    ...localErrorsOf(settings),
  }
}

/** A count of 0 is how a rule switches a detection off. */
function enforced(count: number): number {
  return count > 0 ? ALWAYS : 0
}

function localErrorsOf(settings: Settings): OutlierDetection {
  if (settings.splitExternalLocalOriginErrors !== true) return {}
  const failures = settings.consecutiveLocalOriginFailures ?? 0
  return {
    splitExternalLocalOriginErrors: true,
    enforcingLocalOriginSuccessRate: 0,
    ...(failures > 0 && {
      consecutiveLocalOriginFailure: failures,
      enforcingConsecutiveLocalOriginFailure: ALWAYS,
    }),
  }
}
