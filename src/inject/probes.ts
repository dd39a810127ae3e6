import { encodeGoJson, parseJson } from '../lang/gojson.js'
import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { parseGoBool } from './go-bool.js'
import { PROBERS_ENV, PROXY, REWRITE_PROBERS_ANNOTATION, STATUS_ANNOTATION, STATUS_PORT_ANNOTATION } from './names.js'
import {
  annotationOf,
  type Container,
  containersOf,
  findSidecar,
  nameOf,
  objectIn,
  objectsIn,
  type Pod,
  textIn,
  withContainer,
  withContainers,
  withEnv,
  withFields,
} from './pod.js'

/** The kubelet's handlers that the proxy takes over, and the URL under which it does. */
const HANDLERS = [
  { at: ['readinessProbe'], url: (name: string) => `/app-health/${name}/readyz` },
  { at: ['livenessProbe'], url: (name: string) => `/app-health/${name}/livez` },
  { at: ['startupProbe'], url: (name: string) => `/app-health/${name}/startupz` },
  { at: ['lifecycle', 'preStop'], url: (name: string) => `/app-lifecycle/${name}/prestopz` },
  { at: ['lifecycle', 'postStart'], url: (name: string) => `/app-lifecycle/${name}/poststartz` },
] as const

/** Annotation, else the values. */
export function isRewritingProbes(annotations: ReadonlyMap<string, string>, byValues: boolean): boolean {
  const own = annotations.get(REWRITE_PROBERS_ANNOTATION)
  return (own === undefined ? undefined : parseGoBool(own)) ?? byValues
}

/** Lets the kubelet ask the proxy, which asks the app: after redirection, the kubelet's own requests would be refused. */
export function rewriteProbes(pod: Pod, meshStatusPort: number): Pod {
  const sidecar = findSidecar(pod, PROXY)
  if (sidecar === undefined) return pod
  const probers = collectProbers(pod, meshStatusPort)
  const isAgain = annotationOf(pod, STATUS_ANNOTATION) !== undefined
  const recorded =
    Object.keys(probers).length === 0 ? sidecar.container : withProbers(sidecar.container, probers, isAgain)
  const marked = recorded === sidecar.container ? pod : withContainer(pod, sidecar.list, recorded)
  const own = annotationOf(pod, STATUS_PORT_ANNOTATION)?.trim()
  const port = own !== undefined && /^[0-9]{1,5}$/.test(own) ? Number(own) : meshStatusPort
  return redirectHandlers(marked, port)
}

/** What the app answers to, by URL, sorted. A handler that points at the proxy already is not the app's. */
export function collectProbers(pod: Pod, meshStatusPort: number): JsonObject {
  const found: [string, JsonObject][] = []
  for (const container of appContainers(pod)) {
    for (const { at, url } of HANDLERS) {
      const handler = handlerAt(container, at)
      const prober = handler === undefined ? undefined : proberOf(handler, container, meshStatusPort, at.length === 1)
      if (prober !== undefined) found.push([url(nameOf(container)), prober])
    }
  }
  const sorted = emptyObject()
  for (const [key, prober] of found.sort(([a], [b]) => (a < b ? -1 : 1))) sorted[key] = prober
  return sorted
}

/** Sets the environment of the proxy; after an earlier injection what is recorded already wins. */
export function withProbers(proxy: Container, probers: JsonObject, isAgain: boolean): Container {
  const env = objectsIn(proxy, 'env')
  const at = isAgain ? env.findIndex(entry => entry['name'] === PROBERS_ENV) : -1
  if (at === -1) return withEnv(proxy, PROBERS_ENV, encodeGoJson(probers))
  const existing = parseJson(textIn(env[at]!, 'value') ?? '')
  if (!existing.ok || !isJsonObject(existing.value)) return proxy
  const merged = sortedFields(withFields(probers, existing.value))
  const entry = withFields(env[at]!, { value: encodeGoJson(merged) })
  return withFields(proxy, { env: env.map((old, i) => (i === at ? entry : old)) })
}

/** Points every handler of the app at the proxy, those that were not recorded too. */
export function redirectHandlers(pod: Pod, port: number): Pod {
  let result = pod
  for (const list of ['initContainers', 'containers'] as const) {
    const before = containersOf(pod, list)
    const after = before.map(container =>
      nameOf(container) === PROXY ? container : redirectContainer(container, port),
    )
    if (after.some((container, i) => container !== before[i])) result = withContainers(result, list, after)
  }
  return result
}

function redirectContainer(container: Container, port: number): Container {
  let result = container
  for (const { at, url } of HANDLERS) {
    const handler = handlerAt(container, at)
    if (handler === undefined) continue
    const redirected = redirectHandler(handler, url(nameOf(container)), port)
    if (redirected !== undefined) result = withHandler(result, at, redirected)
  }
  return result
}

/** Undefined for handlers that run in the container (`exec`, `sleep`). */
function redirectHandler(handler: JsonObject, path: string, port: number): JsonObject | undefined {
  if (isJsonObject(handler['httpGet'])) {
    const http = handler['httpGet']
    const secure = http['scheme'] === 'HTTPS' ? { scheme: 'HTTP' } : {}
    return withFields(handler, { httpGet: withFields(http, { path, port, ...secure }) })
  }
  const kind = ['tcpSocket', 'grpc'].find(key => isJsonObject(handler[key]))
  if (kind === undefined) return undefined
  const result = emptyObject()
  for (const key of Object.keys(handler)) if (key !== kind) result[key] = handler[key]!
  result['httpGet'] = { path, port }
  return result
}

function handlerAt(container: Container, at: readonly string[]): JsonObject | undefined {
  let value: Json | undefined = container
  for (const key of at) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return isJsonObject(value) ? value : undefined
}

function withHandler(container: Container, at: readonly string[], handler: JsonObject): Container {
  const [first = '', second] = at
  if (second === undefined) return withFields(container, { [first]: handler })
  return withFields(container, { [first]: withFields(objectIn(container, first), { [second]: handler }) })
}

function appContainers(pod: Pod): Container[] {
  return [...containersOf(pod, 'initContainers'), ...containersOf(pod, 'containers')].filter(
    container => nameOf(container) !== PROXY,
  )
}

/** The record of one handler in Go's order of fields; undefined where the proxy could not ask it. */
function proberOf(
  handler: JsonObject,
  container: Container,
  meshStatusPort: number,
  isProbe: boolean,
): JsonObject | undefined {
  const result = emptyObject()
  if (isJsonObject(handler['httpGet'])) {
    const port = resolvePort(handler['httpGet'], container)
    if (port === undefined || port === meshStatusPort) return undefined
    result['httpGet'] = httpGetOf(handler['httpGet'], port)
  } else if (isJsonObject(handler['tcpSocket'])) {
    const port = resolvePort(handler['tcpSocket'], container)
    if (port === undefined || port === meshStatusPort) return undefined
    result['tcpSocket'] = hostOf(handler['tcpSocket'], port)
  } else if (isProbe && isJsonObject(handler['grpc'])) {
    result['grpc'] = { port: handler['grpc']['port'] ?? 0, service: handler['grpc']['service'] ?? null }
  } else {
    return undefined
  }
  const timeout = handler['timeoutSeconds']
  if (isProbe && typeof timeout === 'number' && timeout !== 0) result['timeoutSeconds'] = timeout
  return result
}

function httpGetOf(http: JsonObject, port: number): JsonObject {
  const result = emptyObject()
  const path = textIn(http, 'path') ?? ''
  if (path !== '') result['path'] = path
  result['port'] = port
  for (const key of ['host', 'scheme']) {
    const value = textIn(http, key) ?? ''
    if (value !== '') result[key] = value
  }
  const headers = objectsIn(http, 'httpHeaders')
  if (headers.length > 0) {
    result['httpHeaders'] = headers.map(header => ({
      name: textIn(header, 'name') ?? '',
      value: textIn(header, 'value') ?? '',
    }))
  }
  return result
}

function hostOf(tcp: JsonObject, port: number): JsonObject {
  const host = textIn(tcp, 'host') ?? ''
  return host === '' ? { port } : { port, host }
}

/** A port by number or by one of the container's port names. */
function resolvePort(handler: JsonObject, container: Container): number | undefined {
  const port = handler['port'] ?? 0
  if (typeof port === 'number') return port
  const named = objectsIn(container, 'ports').find(candidate => candidate['name'] === port)
  const number = named?.['containerPort']
  return typeof number === 'number' ? number : undefined
}

function sortedFields(object: JsonObject): JsonObject {
  const sorted = emptyObject()
  for (const key of Object.keys(object).sort()) sorted[key] = object[key]!
  return sorted
}

/**
 * The other way round: handlers that point at the proxy get back what `probers` records. A port that has a name in its
 * container may have been written by that name.
 */
export function restoreHandlers(
  pod: Pod,
  probers: JsonObject,
  lose: (code: 'unrecorded-probe' | 'port-name', path: string, message: string) => void,
): Pod {
  let result = pod
  for (const list of ['initContainers', 'containers'] as const) {
    const restored = containersOf(pod, list).map((container, index) => {
      if (nameOf(container) === PROXY) return container
      return HANDLERS.reduce((current, { at, url }) => {
        const handler = handlerAt(current, at)
        const key = url(nameOf(container))
        if (handler === undefined || objectIn(handler, 'httpGet')['path'] !== key) return current
        const path = `spec.${list}[${index}].${at.join('.')}`
        const record = Object.hasOwn(probers, key) ? probers[key] : undefined
        if (!isJsonObject(record)) {
          lose('unrecorded-probe', path, 'this handler points at the proxy, and what it was is not recorded')
          return current
        }
        if (hasPortName(record, container))
          lose('port-name', path, 'the port is written by number; it may have been a name')
        return withHandler(current, at, restoredHandler(handler, record))
      }, container)
    })
    if (restored.length > 0) result = withContainers(result, list, restored)
  }
  return result
}

function restoredHandler(handler: JsonObject, record: JsonObject): JsonObject {
  const result = emptyObject()
  for (const key of Object.keys(handler)) if (key !== 'httpGet') result[key] = handler[key]!
  for (const kind of ['httpGet', 'tcpSocket', 'grpc']) {
    const recorded = record[kind]
    if (isJsonObject(recorded)) result[kind] = recorded
  }
  return result
}

function hasPortName(record: JsonObject, container: Container): boolean {
  const handler = [record['httpGet'], record['tcpSocket']].find(isJsonObject)
  const named = objectsIn(container, 'ports').find(port => port['containerPort'] === handler?.['port'])
  return handler !== undefined && (textIn(named ?? {}, 'name') ?? '') !== ''
}
