import type { HTTPRetry } from '../../config/istio-types.generated.js'
import type { RouteRetryPolicy } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

const STATUS_CODES = 'retriable-status-codes'
const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes'
const DEFAULT_RETRIES = 2
/** How often another host is looked for when the one chosen was tried before. */
const HOST_ATTEMPTS = '5'
/** With two attempts in each locality, the next ones go elsewhere. */
const UPDATE_FREQUENCY = 2

const PREVIOUS_HOSTS = [
  {
    name: 'envoy.retry_host_predicates.previous_hosts',
    typedConfig: packAny('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate', {}),
  },
]

const PREVIOUS_PRIORITIES = {
  name: 'envoy.retry_priorities.previous_priorities',
  typedConfig: packAny('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
    updateFrequency: UPDATE_FREQUENCY,
  }),
}

const DEFAULT_POLICY: RouteRetryPolicy = {
  numRetries: DEFAULT_RETRIES,
  retryOn: DEFAULT_RETRY_ON,
  retryHostPredicate: PREVIOUS_HOSTS,
  hostSelectionRetryMaxAttempts: HOST_ATTEMPTS,
}

/**
 * What is tried again, and where; undefined: nothing (`attempts: 0`). Without a policy of a route or of the mesh the defaults hold.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export function retryPolicy(retry: HTTPRetry | undefined): RouteRetryPolicy | undefined {
  if (retry === undefined) return DEFAULT_POLICY
  const { attempts = 0, perTryTimeout, retryOn = '', backoff } = retry
  if (attempts <= 0) return undefined
  return {
    ...(retryOn === '' ? { retryOn: DEFAULT_RETRY_ON } : conditionsOf(retryOn)),
    numRetries: attempts,
    ...(retry.retryIgnorePreviousHosts === false ? {} : { retryHostPredicate: PREVIOUS_HOSTS }),
    hostSelectionRetryMaxAttempts: HOST_ATTEMPTS,
    ...(perTryTimeout === undefined ? {} : { perTryTimeout }),
    ...(retry.retryRemoteLocalities === true ? { retryPriority: PREVIOUS_PRIORITIES } : {}),
    ...(backoff === undefined ? {} : { retryBackOff: { baseInterval: backoff } }),
  }
}

/** Status codes stand among the conditions; Envoy has them in a list of their own, with a condition that turns it on. */
function conditionsOf(retryOn: string): RouteRetryPolicy {
  const parts = retryOn
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  const codes = parts.filter(isStatusCode).map(Number)
  const conditions = parts.filter(part => !isStatusCode(part))
  if (codes.length === 0) return { retryOn: conditions.join(',') }
  if (!conditions.includes(STATUS_CODES)) conditions.push(STATUS_CODES)
  return { retryOn: conditions.join(','), retriableStatusCodes: codes }
}

function isStatusCode(part: string): boolean {
  return /^[1-5]\d\d$/.test(part)
}
