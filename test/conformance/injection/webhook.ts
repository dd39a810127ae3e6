// Rows that go over HTTPS to a running `pillion serve`.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonpatch from 'fast-json-patch'
import type { JsonObject } from '../../../src/lang/json.js'
import { parseYaml } from '../../../src/lang/yaml/index.js'
import { decodeTyped, encodeTyped } from '../../../src/patch/index.js'
import { type HttpAnswer, type Serving, startServing } from '../../kit/serving.js'
import type { Failure, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { jsonDifference, textDifference } from '../difference.js'
import { type ConfigPaths, type Surroundings, writeConfigDir } from './setup.js'

interface WebhookCase extends Surroundings {
  readonly name: string
  readonly config: ConfigPaths
  readonly webhook: boolean
  readonly webhookRevision: string
  readonly webhookParts: readonly WebhookPart[]
}

interface WebhookPart {
  readonly request: string
  readonly allowed: boolean
  readonly pod: string | null
}

interface ExtraCase extends Surroundings {
  readonly name: string
  readonly config: ConfigPaths
  readonly revision: string
  readonly path: string
  readonly request: string
  readonly httpStatus: number
  readonly allowed: boolean
  readonly uid: string
  readonly apiVersion: string
  readonly message: string | null
  readonly patchType: string | null
  readonly pod: string | null
}

interface HttpFile {
  readonly config: { readonly config: string; readonly values: string }
  readonly cases: readonly HttpCase[]
  readonly upstreamRunAndServe?: readonly UpstreamHttpCase[]
}

interface HttpCase {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly contentType: string
  readonly body?: string
  readonly bodyRepeat?: { readonly char: string; readonly count: number }
  readonly status: number
  readonly responseBody: string | null
}

interface UpstreamHttpCase {
  readonly name: string
  readonly contentType: string
  readonly body: string
  readonly respBody: string
  readonly wantStatusCode: number
}

interface PathFile {
  readonly parse?: readonly {
    readonly name: string
    readonly path: string
    readonly expected: Record<string, string>
  }[]
  readonly updateClusterEnvs?: readonly {
    readonly name?: string
    readonly env: readonly EnvVar[] | null
    readonly newKVs: Record<string, string>
    readonly expected: readonly EnvVar[]
  }[]
}

interface EnvVar {
  readonly name: string
  readonly value?: string
}

interface Review {
  readonly kind?: string
  readonly apiVersion?: string
  readonly request?: { readonly uid?: string; readonly object?: JsonObject }
  readonly response?: {
    readonly uid: string
    readonly allowed: boolean
    readonly patch?: string
    readonly patchType?: string
    readonly status?: { readonly message?: string }
  }
}

/** Files and environment that one server runs with. */
interface Server {
  readonly config: string
  readonly values: string
  readonly mesh: string
  readonly revision: string
  readonly around: Surroundings
}

export type Servers = ReturnType<typeof webhookServers>

/** One server per distinct configuration, started when the first row asks, stopped by `close`. */
export function webhookServers(data: DataFolder, settings: RunSettings) {
  const running = new Map<string, Promise<Serving>>()
  const of = (server: Server): Promise<Serving> => {
    const key = JSON.stringify(server)
    let serving = running.get(key)
    if (serving === undefined) running.set(key, (serving = start(data, settings, server)))
    return serving
  }
  const close = async (): Promise<void> => {
    const servers = [...running.values()]
    running.clear()
    await Promise.all(servers.map(serving => serving.then(({ stop }) => stop()).catch(() => {})))
  }
  return { of, close, scratch: settings.scratch }
}

function start(data: DataFolder, settings: RunSettings, server: Server): Promise<Serving> {
  const configDir = writeConfigDir(data, settings.scratch, server.around)
  const args = [
    ...['--injectConfigFile', server.config, '--valuesFile', server.values, '--meshConfig', server.mesh],
    ...(configDir === undefined ? [] : ['--configDir', configDir]),
  ]
  const env = { ...server.around.env, ...(server.revision === '' ? {} : { REVISION: server.revision }) }
  return startServing({ args, env, scratch: settings.scratch })
}

function serverOf(data: DataFolder, config: ConfigPaths, revision: string, around: Surroundings): Server {
  const { env, nodeKubeletVersions = [], namespaces = [], proxyConfigs = null } = around
  return {
    config: data.absolute(config.config),
    values: data.absolute(config.values),
    mesh: data.absolute(config.mesh),
    revision,
    around: { env, nodeKubeletVersions, namespaces, proxyConfigs },
  }
}

export function webhookTable(data: DataFolder, servers: Servers): Table {
  const rows = data
    .json<WebhookCase[]>('cases.json')
    .filter(row => row.webhook)
    .flatMap(row =>
      row.webhookParts.map((part, index) => ({
        name: row.webhookParts.length === 1 ? row.name : `${row.name}.part${index}`,
        check: async (): Promise<Failure> => {
          const server = serverOf(data, row.config, row.webhookRevision, row)
          const body = data.text(part.request)
          const { apiVersion, request } = JSON.parse(body) as Review
          const answer = await post(await servers.of(server), '/inject', body)
          const other = await otherAnswer(await servers.of(server), '/inject', body, answer)
          return (
            other ??
            reviewFailure(data, answer, {
              ...part,
              apiVersion: apiVersion ?? '',
              uid: request?.uid ?? '',
              object: request?.object,
            })
          )
        },
      })),
    )
  return { name: 'cases/webhook', rows }
}

export function extraTable(data: DataFolder, servers: Servers): Table {
  const rows = data.json<ExtraCase[]>('extra.json').map(row => ({
    name: row.name,
    check: async (): Promise<Failure> => {
      const server = serverOf(data, row.config, row.revision, row)
      const body = data.text(row.request)
      const answer = await post(await servers.of(server), row.path, body)
      const status = statusFailure(row.httpStatus, answer)
      const other = await otherAnswer(await servers.of(server), row.path, body, answer)
      return (
        status ?? other ?? reviewFailure(data, answer, { ...row, object: (JSON.parse(body) as Review).request?.object })
      )
    },
  }))
  return { name: 'extra', rows }
}

function post(serving: Serving, path: string, body: string): Promise<HttpAnswer> {
  return serving.post({ path, body, contentType: 'application/json' })
}

/** A pod of a kind that came before is answered by a plan, made at the second: all have to say the same. */
async function otherAnswer(serving: Serving, path: string, body: string, first: HttpAnswer): Promise<Failure> {
  for (const time of ['second', 'third']) {
    const answer = await post(serving, path, body)
    if (answer.body !== first.body) return `asked for the ${time} time: ${textDifference(first.body, answer.body)}`
  }
  return undefined
}

interface ExpectedReview {
  readonly allowed: boolean
  readonly uid: string
  readonly apiVersion: string
  readonly message?: string | null
  /** File of the pod after the patch; null: no patch. */
  readonly pod: string | null
  /** The object of the request as sent. */
  readonly object: JsonObject | undefined
}

function reviewFailure(data: DataFolder, answer: HttpAnswer, expected: ExpectedReview): Failure {
  const review = JSON.parse(answer.body) as Review
  const { allowed, uid, apiVersion } = expected
  const head = jsonDifference(
    { kind: 'AdmissionReview', apiVersion, uid, allowed },
    { kind: review.kind, apiVersion: review.apiVersion, uid: review.response?.uid, allowed: review.response?.allowed },
  )
  if (head !== undefined) return `${head}\n${review.response?.status?.message ?? ''}`
  const patch = review.response?.patch
  if (expected.pod === null) {
    if (allowed) return patch === undefined ? undefined : `expected no patch, got ${decoded(patch)}`
    return messageFailure(expected.message ?? '', review.response?.status?.message ?? '')
  }
  const type = review.response?.patchType
  if (patch !== undefined && type !== 'JSONPatch') return `patchType is ${type}`
  // A second injection may change nothing; then an answer without a patch says the same as an empty one.
  return podFailure(data.json(expected.pod), expected.object, patch === undefined ? '[]' : decoded(patch))
}

/** Texts of messages are free, but there has to be one, and the position in a template is contract. */
function messageFailure(recorded: string, message: string): Failure {
  if (message === '') return 'denied without a message'
  const position = /template: [^:\s]*:\d+(:\d+)?:/.exec(recorded)?.[0]
  return position === undefined || message.includes(position) ? undefined : `expected ${position} in: ${message}`
}

/**
 * A patch is compared by what it makes of the object. An API server sends pods in the typed encoding, and then the result
 * is compared as it is. A row whose object is not in that form (unknown fields, uncanonical quantities) records a patch
 * against the typed encoding; there the API server's reading of the result is compared.
 */
function podFailure(expected: JsonObject, object: JsonObject | undefined, patch: string): Failure {
  const patched = applyPatch(object ?? {}, patch)
  const difference = jsonDifference(expected, patched)
  if (difference === undefined || isTyped(object ?? {})) return difference
  return jsonDifference(expected, typed(patched))
}

function applyPatch(object: JsonObject, patch: string): JsonObject {
  return jsonpatch.applyPatch(structuredClone(object), JSON.parse(patch), true).newDocument as JsonObject
}

function typed(pod: JsonObject): JsonObject {
  const decodedPod = decodeTyped('v1.Pod', pod)
  if (!decodedPod.ok) throw new Error(decodedPod.error.message)
  return encodeTyped('v1.Pod', decodedPod.value) as JsonObject
}

function isTyped(object: JsonObject): boolean {
  return jsonDifference(object, typed(object)) === undefined
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function statusFailure(expected: number, answer: HttpAnswer): Failure {
  return answer.status === expected
    ? undefined
    : `expected status ${expected}, got ${answer.status}: ${answer.body.slice(0, 300)}`
}

/** The small configuration that `http.json` carries inside, as files; shared by the tables that need any injector. */
function smallServer(servers: Servers, config: string, valuesText: string): Server {
  return {
    config: scratchFile(servers, 'config', config),
    values: scratchFile(servers, 'values', valuesText),
    mesh: scratchFile(servers, 'mesh', '{}\n'),
    revision: 'default',
    around: { env: { ENABLE_NATIVE_SIDECARS: 'false' } },
  }
}

function scratchFile(servers: Servers, name: string, text: string): string {
  const folder = join(servers.scratch, createHash('sha256').update(text).digest('hex').slice(0, 12))
  const path = join(folder, `${name}.yaml`)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, text)
  }
  return path
}

export function httpTables(data: DataFolder, servers: Servers): Table[] {
  const file = data.json<HttpFile>('http.json')
  // Its mesh config is the built-in one: an empty file.
  const server = smallServer(servers, file.config.config, data.text(file.config.values))
  const upstream = (file.upstreamRunAndServe ?? []).map(row => ({
    ...row,
    method: 'POST',
    path: '/inject',
    status: row.wantStatusCode,
    responseBody: row.respBody,
  }))
  const table = (name: string, rows: readonly HttpCase[]): Table => ({
    name,
    rows: rows.map(row => ({ name: row.name, check: () => checkHttp(servers, server, row) })),
  })
  return [table('http/cases', file.cases ?? []), table('http/upstreamRunAndServe', upstream)]
}

async function checkHttp(servers: Servers, server: Server, row: HttpCase): Promise<Failure> {
  const { method, path, contentType } = row
  const body = row.bodyRepeat === undefined ? (row.body ?? '') : row.bodyRepeat.char.repeat(row.bodyRepeat.count)
  const answer = await (await servers.of(server)).post({ method, path, contentType, body })
  const status = statusFailure(row.status, answer)
  if (status !== undefined) return status
  // The bodies of 400 and 415 are contract, to the byte; 404 is only a status.
  if (row.status === 404) return undefined
  if (row.status !== 200) return textDifference(row.responseBody ?? '', answer.body)
  const actual = JSON.parse(answer.body) as Review
  // A recorded answer that was left out (it echoes a large body) is one to a body that could not be read.
  const expected = JSON.parse(row.responseBody ?? '{"response":{"uid":"","allowed":false,"status":{}}}') as Review
  return jsonDifference(verdictOf(expected), verdictOf(actual)) ?? samePatch(body, expected, actual)
}

function verdictOf(review: Review): object {
  const { kind, apiVersion, response } = review
  const { uid, allowed, patchType, patch, status } = response ?? {}
  return {
    kind,
    apiVersion,
    uid,
    allowed,
    patchType,
    isPatched: patch !== undefined,
    isExplained: status !== undefined,
  }
}

/** Both patches, applied to the object of the request in its typed encoding, make the same pod. */
function samePatch(body: string, expected: Review, actual: Review): Failure {
  const [theirs, ours] = [expected.response?.patch, actual.response?.patch]
  if (theirs === undefined || ours === undefined) return undefined
  const object = requestObject(body)
  return jsonDifference(typed(applyPatch(typed(object), decoded(theirs))), typed(applyPatch(object, decoded(ours))))
}

/** The body of a request may be JSON or YAML. */
function requestObject(body: string): JsonObject {
  const review = parseYaml(body)
  if (!review.ok) throw new Error(review.error.message)
  return (review.value as unknown as Review).request?.object ?? {}
}

const PATH_CONFIG = (env: readonly EnvVar[]): string => `policy: enabled
defaultTemplates: [sidecar]
templates:
  sidecar: |
    spec:
      containers:
      - name: istio-proxy
        env: ${JSON.stringify(env)}
`

/** Path parameters end up as environment variables of the proxy, sorted by name; the rows record the map. */
export function pathTables(data: DataFolder, servers: Servers): Table[] {
  const file = data.json<PathFile>('inject-path.json')
  const parse = (file.parse ?? []).map(row => ({
    name: row.name,
    check: async (): Promise<Failure> => {
      const got = await proxyEnvironment(servers, [], row.path)
      return jsonDifference(row.expected, Object.fromEntries(got.map(({ name, value }) => [name, value])))
    },
  }))
  const update = (file.updateClusterEnvs ?? []).map((row, index) => ({
    name: row.name ?? `#${index}`,
    check: async (): Promise<Failure> => {
      const pairs = Object.entries(row.newKVs).map(([name, value]) => `/${name}/${value.replaceAll('/', '--slash--')}`)
      return jsonDifference(row.expected, await proxyEnvironment(servers, row.env ?? [], `/inject${pairs.join('')}`))
    },
  }))
  return [
    { name: 'inject-path/parse', rows: parse },
    { name: 'inject-path/updateClusterEnvs', rows: update },
  ]
}

/** A path that is not the webhook's carries no parameters. */
async function proxyEnvironment(servers: Servers, env: readonly EnvVar[], path: string): Promise<EnvVar[]> {
  const server = smallServer(servers, PATH_CONFIG(env), '{}\n')
  const object = { metadata: { name: 'p' }, spec: { containers: [{ name: 'app', resources: {} }] }, status: {} }
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', object } }
  const answer = await post(await servers.of(server), path, JSON.stringify(review))
  if (answer.status === 404 || answer.status === 405) return []
  const patch = (JSON.parse(answer.body) as Review).response?.patch
  if (patch === undefined) throw new Error(`no patch: ${answer.body.slice(0, 500)}`)
  const pod = applyPatch(object, decoded(patch)) as unknown as {
    spec: { containers: { name: string; env?: EnvVar[] }[] }
  }
  return pod.spec.containers.find(({ name }) => name === 'istio-proxy')?.env ?? []
}
