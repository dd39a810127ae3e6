import { type Path, quote, type Report } from '../finding.js'
import type { HTTPMatchRequest, HTTPRedirect, HTTPRetry, HTTPRoute } from '../istio-types.generated.js'
import { checkDestination, checkHeaderOperations, checkStringMatch, checkWeights } from './destination.js'
import {
  durationFlaw,
  headerNameFlaw,
  labelFlaw,
  nonNegativeDurationFlaw,
  percentFlaw,
  portFlaw,
  regexFlaw,
  require,
} from './values.js'

export interface RouteContext {
  /** Without hosts, a VirtualService is the delegate of another one. */
  readonly isDelegate: boolean
  /** Its gateways; none is the mesh. */
  readonly gateways: readonly string[]
}

export function checkHttpRoute(route: HTTPRoute, path: Path, context: RouteContext, report: Report): void {
  checkAction(route, path, context, report)
  for (const [index, match] of (route.match ?? []).entries())
    checkMatch(match, [...path, 'match', index], context, report)
  checkHeaderOperations(route.headers, [...path, 'headers'], report)
  checkWeights(route.route ?? [], [...path, 'route'], report)
  for (const [index, { headers }] of (route.route ?? []).entries()) {
    checkHeaderOperations(headers, [...path, 'route', index, 'headers'], report)
  }
  checkAuthority(route, path, report)
  checkRedirect(route.redirect, [...path, 'redirect'], report)
  checkDirectResponse(route, path, report)
  checkRewrite(route, path, report)
  require(report, [...path, 'timeout'], nonNegativeDurationFlaw(route.timeout))
  checkRetries(route.retries, [...path, 'retries'], report)
  checkFault(route, [...path, 'fault'], report)
  checkMirrors(route, path, report)
  checkCors(route, [...path, 'corsPolicy'], report)
}

/** One of: destinations, a redirect, a direct response, a delegate. */
function checkAction(route: HTTPRoute, path: Path, { isDelegate }: RouteContext, report: Report): void {
  const named = (['redirect', 'directResponse', 'delegate'] as const).filter(field => route[field] !== undefined)
  const actions = [...((route.route ?? []).length > 0 ? ['route'] : []), ...named]
  if (actions.length === 0)
    report.error(path, 'the rule does nothing; expected one of route, redirect, directResponse and delegate')
  if (actions.length > 1) report.error(path, `only one of ${actions.join(' and ')} may be set`)
  if (route.delegate !== undefined) {
    if (isDelegate) report.error([...path, 'delegate'], 'a delegate may not delegate further')
    if ((route.delegate.name ?? '') === '')
      report.error([...path, 'delegate', 'name'], 'the name of the delegate is missing')
  }
  if (route.redirect !== undefined && route.fault !== undefined) {
    report.error([...path, 'fault'], 'a redirect has no fault injection')
  }
}

function checkMatch(match: HTTPMatchRequest, path: Path, context: RouteContext, report: Report): void {
  for (const field of ['uri', 'scheme', 'method', 'authority'] as const)
    checkStringMatch(match[field], [...path, field], report)
  for (const field of ['headers', 'withoutHeaders'] as const) {
    for (const name of Object.keys(match[field] ?? {})) {
      const here = [...path, field, name]
      checkMatchedHeader(name, here, context, match.gateways ?? context.gateways, report)
      checkStringMatch(match[field]?.[name], here, report)
    }
  }
  for (const name of Object.keys(match.queryParams ?? {})) {
    const here = [...path, 'queryParams', name]
    if (name === '') report.error(here, 'the name of a query parameter may not be empty')
    checkStringMatch(match.queryParams?.[name], here, report)
  }
  if (match.port !== undefined && match.port !== 0) require(report, [...path, 'port'], portFlaw(match.port))
  const { sourceNamespace = '' } = match
  if (sourceNamespace !== '') require(report, [...path, 'sourceNamespace'], labelFlaw(sourceNamespace, 'namespace'))
}

const CLAIM = /^@request\.auth\.claims[.[]/

function checkMatchedHeader(
  name: string,
  path: Path,
  { isDelegate }: RouteContext,
  gateways: readonly string[],
  report: Report,
): void {
  if (CLAIM.test(name)) {
    if (!isDelegate && (gateways.length === 0 || gateways.includes('mesh'))) {
      report.error(path, `routing on claims of a token (${quote(name)}) works at gateways only, not in the mesh`)
    }
  } else if (!name.startsWith(':')) require(report, path, headerNameFlaw(name))
}

/** `:authority` may be set in one place: a rewrite, the route's headers or a destination's. */
function checkAuthority(route: HTTPRoute, path: Path, report: Report): void {
  const whole = authorityOf(route.headers?.request?.set)
  const rewritten = route.rewrite?.authority
  if (rewritten !== undefined && rewritten !== '' && whole !== undefined) {
    report.error(
      [...path, 'headers', 'request', 'set'],
      `:authority is ${quote(rewritten)} by the rewrite already, and cannot be ${quote(whole)} too`,
    )
  }
  const first = rewritten || whole
  for (const [index, { headers }] of (route.route ?? []).entries()) {
    const own = authorityOf(headers?.request?.set)
    if (own === undefined || first === undefined) continue
    const here = [...path, 'route', index, 'headers', 'request', 'set']
    report.error(here, `:authority is ${quote(first)} for the whole route already, and cannot be ${quote(own)} too`)
  }
}

function authorityOf(set: Readonly<Record<string, string>> | undefined): string | undefined {
  const key = Object.keys(set ?? {}).find(name => name === ':authority' || name.toLowerCase() === 'host')
  return key === undefined ? undefined : set?.[key]
}

function checkRedirect(redirect: HTTPRedirect | undefined, path: Path, report: Report): void {
  if (redirect === undefined) return
  const { uri = '', authority = '', scheme = '', redirectCode = 0, port, derivePort, prefixRewrite = '' } = redirect
  const isEmpty = uri === '' && authority === '' && scheme === '' && redirectCode === 0 && prefixRewrite === ''
  if (isEmpty && port === undefined && derivePort === undefined) {
    report.error(path, 'the redirect changes nothing; expected a uri, an authority, a scheme or a port')
  }
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https') {
    report.error([...path, 'scheme'], `unknown scheme ${quote(scheme)}; expected http or https`)
  }
  if (redirectCode !== 0 && (redirectCode < 300 || redirectCode > 399)) {
    report.error([...path, 'redirectCode'], `${redirectCode} is no redirect; expected 300 to 399`)
  }
  if (port !== undefined && port !== 0) require(report, [...path, 'port'], portFlaw(port))
}

function checkDirectResponse(route: HTTPRoute, path: Path, report: Report): void {
  const response = route.directResponse
  if (response === undefined) return
  const here = [...path, 'directResponse']
  const { status = 0, body } = response
  if (status < 200 || status > 599) report.error([...here, 'status'], `${status} is not a status; expected 200 to 599`)
  const size = (body?.string ?? body?.bytes ?? '').length
  if (size > BODY_LIMIT)
    report.error([...here, 'body'], `the body has ${size} characters; expected at most ${BODY_LIMIT}`)
  else if (size > BODY_WARNING)
    report.warn([...here, 'body'], `the body has ${size} characters, which every proxy keeps in memory`)
}

/** What the reference allows, and from where on it warns: every proxy keeps the text. */
const BODY_LIMIT = 1024 * 1024
const BODY_WARNING = 100 * 1024

function checkRewrite(route: HTTPRoute, path: Path, report: Report): void {
  const { rewrite } = route
  if (rewrite === undefined) return
  const here = [...path, 'rewrite']
  if (route.redirect !== undefined) report.error(here, 'a redirect has no rewrite: only one of them may be set')
  if (route.directResponse !== undefined)
    report.error(here, 'a direct response has no rewrite: only one of them may be set')
  const { uri = '', authority = '', uriRegexRewrite } = rewrite
  if (uri === '' && authority === '' && uriRegexRewrite === undefined) {
    report.error(here, 'the rewrite changes nothing; expected a uri, uriRegexRewrite or an authority')
  }
  if (uriRegexRewrite === undefined) return
  if (uri !== '') report.error(here, 'only one of uri and uriRegexRewrite may be set')
  const { match = '', rewrite: by = '' } = uriRegexRewrite
  if (match === '' || by === '') report.error([...here, 'uriRegexRewrite'], 'both match and rewrite are needed')
  else require(report, [...here, 'uriRegexRewrite', 'match'], regexFlaw(match))
}

const RETRY_CONDITIONS = new Set(
  (
    '5xx gateway-error reset reset-before-request connect-failure envoy-ratelimited retriable-4xx refused-stream ' +
    'retriable-status-codes retriable-headers http3-post-connect-failure cancelled deadline-exceeded internal ' +
    'resource-exhausted unavailable'
  ).split(' '),
)

function checkRetries(retries: HTTPRetry | undefined, path: Path, report: Report): void {
  if (retries === undefined) return
  const { attempts = 0, retryOn = '', perTryTimeout, backoff } = retries
  if (attempts < 0) report.error([...path, 'attempts'], `${attempts} is negative; expected 0 (no retries) or more`)
  if (attempts === 0 && (perTryTimeout !== undefined || retryOn !== '')) {
    report.warn(path, 'without attempts there are no retries, and the other settings do nothing')
  }
  require(report, [...path, 'perTryTimeout'], nonNegativeDurationFlaw(perTryTimeout))
  require(report, [...path, 'backoff'], nonNegativeDurationFlaw(backoff))
  for (const condition of retryOn.split(',').filter(part => part !== '')) {
    const isStatus = /^[1-5]\d\d$/.test(condition)
    if (isStatus || RETRY_CONDITIONS.has(condition)) continue
    report.error(
      [...path, 'retryOn'],
      `${quote(condition)} is no condition to retry on; expected a status or one of ${[...RETRY_CONDITIONS].join(', ')}`,
    )
  }
}

function checkFault({ fault }: HTTPRoute, path: Path, report: Report): void {
  if (fault === undefined) return
  const { delay, abort } = fault
  if (delay === undefined && abort === undefined)
    report.error(path, 'the fault does nothing; expected a delay or an abort')
  if (delay !== undefined) {
    require(report, [...path, 'delay', 'fixedDelay'], durationFlaw(delay.fixedDelay))
    if (delay.fixedDelay === undefined && delay.exponentialDelay === undefined)
      report.error([...path, 'delay'], 'the delay has no fixedDelay')
    if (delay.exponentialDelay !== undefined)
      report.error([...path, 'delay'], 'exponentialDelay is not supported; expected fixedDelay')
    require(report, [...path, 'delay', 'percent'], percentFlaw(delay.percent))
    require(report, [...path, 'delay', 'percentage'], percentFlaw(delay.percentage?.value))
  }
  if (abort === undefined) return
  const { httpStatus, grpcStatus, http2Error } = abort
  const here = [...path, 'abort']
  if (http2Error !== undefined)
    report.error([...here, 'http2Error'], 'http2Error is not supported; expected httpStatus or grpcStatus')
  else if (grpcStatus !== undefined) {
    if (!GRPC_STATUS.has(grpcStatus))
      report.error([...here, 'grpcStatus'], `${quote(grpcStatus)} is no status of gRPC, such as "UNAVAILABLE"`)
  } else if ((httpStatus ?? 0) < 200 || (httpStatus ?? 0) > 600) {
    report.error([...here, 'httpStatus'], `${httpStatus ?? 0} is not a status; expected 200 to 599`)
  }
  require(report, [...here, 'percentage'], percentFlaw(abort.percentage?.value))
}

const GRPC_STATUS = new Set(
  (
    'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED ' +
    'UNAUTHENTICATED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS'
  ).split(' '),
)

function checkMirrors(route: HTTPRoute, path: Path, report: Report): void {
  if (route.mirrorPercent !== undefined) {
    report.warn([...path, 'mirrorPercent'], 'mirrorPercent is deprecated; expected mirrorPercentage', 'deprecated')
    require(report, [...path, 'mirrorPercent'], percentFlaw(route.mirrorPercent))
  }
  require(report, [...path, 'mirrorPercentage'], percentFlaw(route.mirrorPercentage?.value))
  if (route.mirror !== undefined) checkDestination(route.mirror, [...path, 'mirror'], report)
  if (route.mirror !== undefined && (route.mirrors ?? []).length > 0) {
    report.error([...path, 'mirrors'], 'only one of mirror and mirrors may be set')
  }
  for (const [index, mirror] of (route.mirrors ?? []).entries()) {
    const here = [...path, 'mirrors', index]
    checkDestination(mirror.destination, [...here, 'destination'], report)
    require(report, [...here, 'percentage'], percentFlaw(mirror.percentage?.value))
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']

function checkCors({ corsPolicy: cors }: HTTPRoute, path: Path, report: Report): void {
  if (cors === undefined) return
  for (const [index, origin] of (cors.allowOrigins ?? []).entries()) {
    checkStringMatch(origin, [...path, 'allowOrigins', index], report)
  }
  for (const [index, method] of (cors.allowMethods ?? []).entries()) {
    if (!METHODS.includes(method))
      report.error(
        [...path, 'allowMethods', index],
        `unknown method ${quote(method)}; expected one of ${METHODS.join(', ')}`,
      )
  }
  for (const field of ['allowHeaders', 'exposeHeaders'] as const) {
    for (const [index, name] of (cors[field] ?? []).entries())
      require(report, [...path, field, index], headerNameFlaw(name))
  }
  require(report, [...path, 'maxAge'], nonNegativeDurationFlaw(cors.maxAge))
}
