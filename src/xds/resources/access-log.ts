import type {
  MeshConfig_ExtensionProvider,
  MeshConfig_ExtensionProvider_EnvoyFileAccessLogProvider_LogFormat,
} from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import type {
  AccessLog,
  AccessLogFilter,
  CommonGrpcAccessLogConfig,
  JsonObject,
  SubstitutionFormatString,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { type LogChoice, logChoices, type TelemetryMode } from './access-log-policy.js'

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

export interface AccessLogFacts {
  readonly mesh: MeshSettings
  /** Telemetry that holds for the workload, widest first. */
  readonly telemetry: readonly TelemetryObject[]
  readonly mode: TelemetryMode
  /** Name of the outbound cluster for a provider's service, `[<namespace>/]<host>`; undefined: there is no such service. */
  readonly cluster: (service: string, port: number) => { readonly name: string; readonly host: string } | undefined
}

/** What Telemetry asks for, else mesh config (`accessLogFile`, `accessLogFormat`, `accessLogEncoding`); nothing by default. */
export function accessLogsOf(facts: AccessLogFacts): AccessLogs {
  const { mesh, telemetry, mode } = facts
  const choices = logChoices(telemetry, mesh, mode)
  const used = (choices ?? []).flatMap(choice => {
    const log = logOf(choice, facts)
    return log === undefined ? [] : [{ log, choice }]
  })
  if (used.length > 0) {
    const logged = used.filter(({ choice }) => !choice.isDisabled)
    return {
      traffic: logged.map(({ log, choice }) => filtered(log, celFilters(choice))),
      listener: ofListener(mesh, logged),
    }
  }
  if (!mesh.accessLogFile) return NO_LOGS
  const log = fileLog(mesh.accessLogFile, logFormatOf(mesh))
  return { traffic: [log], listener: ofListener(mesh, [{ log, choice: undefined }]) }
}

interface UsedLog {
  readonly log: AccessLog
  readonly choice: LogChoice | undefined
}

/** A listener logs only what no filter chain took (NR): everything else is logged by the filters of its chain. */
function ofListener(mesh: MeshSettings, logs: readonly UsedLog[]): AccessLog[] {
  if (mesh.disableEnvoyListenerLog === true) return []
  return logs.map(({ log, choice }) =>
    filtered(log, [{ responseFlagFilter: { flags: ['NR'] } }, ...(choice === undefined ? [] : celFilters(choice))]),
  )
}

function celFilters({ expression }: LogChoice): AccessLogFilter[] {
  if (expression === '') return []
  return [
    {
      extensionFilter: {
        name: 'envoy.access_loggers.extension_filters.cel',
        typedConfig: packAny('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }),
      },
    },
  ]
}

function filtered(log: AccessLog, filters: readonly AccessLogFilter[]): AccessLog {
  const [first] = filters
  if (first === undefined) return log
  return { ...log, filter: filters.length === 1 ? first : { andFilter: { filters } } }
}

/** Undefined where mesh config has no such provider for logs, or its service is not in the mesh. */
function logOf({ provider }: LogChoice, facts: AccessLogFacts): AccessLog | undefined {
  const found = (facts.mesh.extensionProviders ?? []).find(({ name }) => name === provider)
  if (found?.envoyFileAccessLog !== undefined) {
    const { path, logFormat, omitEmptyValues } = found.envoyFileAccessLog
    const empty = omitEmptyValues === true ? { omitEmptyValues } : {}
    return fileLog(path || STANDARD_OUTPUT, { ...formatOf(logFormat), ...empty })
  }
  return found === undefined ? undefined : collectorLog(found, facts)
}

const STANDARD_OUTPUT = '/dev/stdout'
/** What the proxies of both sides said of themselves: collectors read the workloads from it. */
const PEER_STATE = [
  'upstream_peer',
  'downstream_peer',
  'wasm.upstream_peer',
  'wasm.upstream_peer_id',
  'wasm.downstream_peer',
  'wasm.downstream_peer_id',
]

/** A service that log entries are sent to. */
function collectorLog(
  { envoyOtelAls: otel, envoyHttpAls: http, envoyTcpAls: tcp }: MeshConfig_ExtensionProvider,
  { cluster }: AccessLogFacts,
): AccessLog | undefined {
  const { service = '', port = 0, logName = '' } = otel ?? http ?? tcp ?? {}
  const target = cluster(service, port)
  if (target === undefined) return undefined
  const common = (name: string, state: readonly string[] | undefined): CommonGrpcAccessLogConfig => ({
    logName: logName || name,
    grpcService: { envoyGrpc: { clusterName: target.name, authority: target.host } },
    transportApiVersion: 'V3',
    filterStateObjectsToLog: state === undefined || state.length === 0 ? PEER_STATE : state,
  })
  if (otel !== undefined) {
    const labels = Object.entries(otel.logFormat?.labels ?? {})
    return {
      name: 'envoy.access_loggers.open_telemetry',
      typedConfig: packAny('envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig', {
        commonConfig: common('otel_envoy_accesslog', undefined),
        body: { stringValue: textFormatOf(otel.logFormat?.text ?? '') },
        ...(labels.length === 0 ? {} : { attributes: { values: labels.sort(byKey).map(attribute) } }),
        disableBuiltinLabels: true,
      }),
    }
  }
  if (http !== undefined) {
    return {
      name: 'envoy.access_loggers.http_grpc',
      typedConfig: packAny('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig', {
        commonConfig: common('http_envoy_accesslog', http.filterStateObjectsToLog),
        additionalRequestHeadersToLog: http.additionalRequestHeadersToLog ?? [],
        additionalResponseHeadersToLog: http.additionalResponseHeadersToLog ?? [],
        additionalResponseTrailersToLog: http.additionalResponseTrailersToLog ?? [],
      }),
    }
  }
  return {
    name: 'envoy.access_loggers.tcp_grpc',
    typedConfig: packAny('envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig', {
      commonConfig: common('tcp_envoy_accesslog', tcp?.filterStateObjectsToLog),
    }),
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function attribute([key, value]: readonly [string, unknown]) {
  return { key, value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) } }
}

function fileLog(path: string, logFormat: SubstitutionFormatString): AccessLog {
  return {
    name: 'envoy.access_loggers.file',
    typedConfig: packAny('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path, logFormat }),
  }
}

function formatOf({
  text,
  labels,
}: MeshConfig_ExtensionProvider_EnvoyFileAccessLogProvider_LogFormat = {}): SubstitutionFormatString {
  if (labels === undefined) return { textFormatSource: { inlineString: textFormatOf(text ?? '') } }
  const hasLabels = Object.keys(labels).length > 0
  return { jsonFormat: hasLabels ? (labels as JsonObject) : JSON_FORMAT, jsonFormatOptions: {} }
}

function logFormatOf(mesh: MeshSettings): SubstitutionFormatString {
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
