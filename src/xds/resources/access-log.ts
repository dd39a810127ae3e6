import type { MeshSettings } from '../../mesh/index.js'
import type { AccessLog, JsonObject } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

/** The loggers of one proxy: of requests and connections, and of connections that matched no filter chain. */
export interface AccessLogs {
  readonly traffic: readonly AccessLog[]
  readonly listener: readonly AccessLog[]
}

const REQUEST = '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%'
const TEXT_FORMAT = `${[
  '[%START_TIME%]',
  `"${REQUEST}"`,
  '%RESPONSE_CODE%',
  '%RESPONSE_FLAGS%',
  '%RESPONSE_CODE_DETAILS%',
  '%CONNECTION_TERMINATION_DETAILS%',
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%"',
  '%BYTES_RECEIVED%',
  '%BYTES_SENT%',
  '%DURATION%',
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  '"%REQ(X-FORWARDED-FOR)%"',
  '"%REQ(USER-AGENT)%"',
  '"%REQ(X-REQUEST-ID)%"',
  '"%REQ(:AUTHORITY)%"',
  '"%UPSTREAM_HOST%"',
  '%UPSTREAM_CLUSTER_RAW%',
  '%UPSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_REMOTE_ADDRESS%',
  '%REQUESTED_SERVER_NAME%',
  '%ROUTE_NAME%',
].join(' ')}\n`

const JSON_FORMAT: JsonObject = {
  authority: '%REQ(:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
}

const NO_LOGS: AccessLogs = { traffic: [], listener: [] }

/** What mesh config asks for (`accessLogFile`, `accessLogFormat`, `accessLogEncoding`); nothing by default. */
export function accessLogsOf(mesh: MeshSettings): AccessLogs {
  if (!mesh.accessLogFile) return NO_LOGS
  const log = fileLog(mesh.accessLogFile, logFormatOf(mesh))
  return { traffic: [log], listener: mesh.disableEnvoyListenerLog === true ? [] : [withoutChain(log)] }
}

function fileLog(path: string, logFormat: JsonObject): AccessLog {
  return {
    name: 'envoy.access_loggers.file',
    typedConfig: packAny('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path, logFormat }),
  }
}

function logFormatOf(mesh: MeshSettings): JsonObject {
  const format = mesh.accessLogFormat ?? ''
  if (mesh.accessLogEncoding === 'JSON')
    return { jsonFormat: jsonFormatOf(format) ?? JSON_FORMAT, jsonFormatOptions: {} }
  return { textFormatSource: { inlineString: textFormatOf(format) } }
}

function textFormatOf(format: string): string {
  if (format === '') return TEXT_FORMAT
  return format.endsWith('\n') ? format : `${format}\n`
}

/** Undefined where the text is no object: the default format is better than no log. */
function jsonFormatOf(format: string): JsonObject | undefined {
  try {
    const value = JSON.parse(format) as JsonObject
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A listener logs only what no filter chain took (NR): everything else is logged by the filters of its chain. */
function withoutChain(log: AccessLog): AccessLog {
  return { ...log, filter: { responseFlagFilter: { flags: ['NR'] } } }
}
