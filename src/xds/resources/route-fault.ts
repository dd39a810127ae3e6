import type {
  HTTPFaultInjection_Abort as Abort,
  HTTPFaultInjection_Delay as Delay,
  HTTPFaultInjection,
  Percent,
} from '../../config/istio-types.generated.js'
import type { Any, FaultAbort, FaultDelay, FractionalPercent } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

export const FAULT_FILTER = 'envoy.filters.http.fault'

/** Numbers of the gRPC status codes, by name. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const GRPC_STATUS = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]

/** Of the fault filter for one route; undefined: nothing that Envoy can do. */
export function faultConfig({ delay, abort }: HTTPFaultInjection): Any | undefined {
  const delayed = delay === undefined ? undefined : delayOf(delay)
  const aborted = abort === undefined ? undefined : abortOf(abort)
  if (delayed === undefined && aborted === undefined) return undefined
  return packAny('envoy.extensions.filters.http.fault.v3.HTTPFault', {
    ...(delayed === undefined ? {} : { delay: delayed }),
    ...(aborted === undefined ? {} : { abort: aborted }),
  })
}

/** Exponential delays were never implemented by the reference. */
function delayOf({ fixedDelay, percentage, percent }: Delay): FaultDelay | undefined {
  if (fixedDelay === undefined) return undefined
  return { fixedDelay, percentage: percentage === undefined ? { numerator: percent ?? 0 } : millionths(percentage) }
}

function abortOf({ httpStatus, grpcStatus, percentage }: Abort): FaultAbort | undefined {
  const share = percentage === undefined ? {} : { percentage: millionths(percentage) }
  if (httpStatus !== undefined) return { httpStatus, ...share }
  const code = grpcStatus === undefined ? undefined : grpcCode(grpcStatus)
  return code === undefined ? undefined : { grpcStatus: code, ...share }
}

function grpcCode(status: string): number | undefined {
  const named = GRPC_STATUS.indexOf(status)
  if (named !== -1) return named
  return /^\d{1,2}$/.test(status) && Number(status) < GRPC_STATUS.length ? Number(status) : undefined
}

const MILLIONTHS_PER_PERCENT = 10_000

/** Parts of a million, as fine as Envoy can. */
export function millionths({ value = 0 }: Percent): FractionalPercent {
  return { numerator: Math.trunc(value * MILLIONTHS_PER_PERCENT), denominator: 'MILLION' }
}
