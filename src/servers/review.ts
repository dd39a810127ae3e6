// AdmissionReview on the wire: bytes to request, answer to bytes. No sockets, no clock: every webhook here shares it.
import { parseJson } from '../lang/gojson.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYaml } from '../lang/yaml/index.js'
import { type JsonPatchOperation, operationsText } from '../patch/index.js'

/** The largest body that a webhook reads: 6 MiB, twice what an API server stores (reference/injection.md section 8). */
export const BODY_LIMIT_BYTES = 6_291_456
/** Beyond this a body has to be JSON. YAML comes from people with curl, and its parser runs at a few megabytes a second. */
const YAML_LIMIT_CHARACTERS = 1_048_576

/** Integers that a double cannot hold are read exactly, at a price that other bodies need not pay. */
const LONG_NUMBER = /\d{16}/

type ReviewVersion = 'admission.k8s.io/v1' | 'admission.k8s.io/v1beta1'

export interface AdmissionReview {
  readonly apiVersion: ReviewVersion
  readonly request: AdmissionRequest
}

/** The fields of `request` that anybody here reads; absent strings are empty. */
export interface AdmissionRequest {
  readonly uid: string
  readonly resource: GroupVersionResource
  readonly subResource: string
  readonly name: string
  readonly namespace: string
  readonly operation: string
  readonly dryRun: boolean
  /** Exactly as received, not checked: `null` on DELETE. */
  readonly object: Json
  readonly oldObject: Json
  /** The whole request as received, for match conditions (`userInfo`, `options`, `kind`). */
  readonly raw: JsonObject
}

interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** What a webhook says. `reason` is a stable code for metrics and logs and does not go over the wire. */
export type AdmissionAnswer =
  | {
      readonly allowed: true
      readonly reason: string
      /** RFC 6902 against `request.object`, as operations or as their JSON text; absent or empty: unchanged. */
      readonly patch?: readonly JsonPatchOperation[] | string
      readonly warnings?: readonly string[]
    }
  | {
      readonly allowed: false
      readonly reason: string
      readonly message: string
      /** HTTP code in the status that kubectl shows; left out by default, as the reference does. */
      readonly code?: number
      readonly warnings?: readonly string[]
    }

/** Decodes a body, JSON or YAML. The error is one sentence for the client. */
export function decodeReview(body: Uint8Array): Result<AdmissionReview, string> {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  const value = decodeText(text)
  if (!value.ok) return value
  return toReview(value.value)
}

function decodeText(text: string): Result<Json, string> {
  const json = parseJson(text, { bigIntegers: LONG_NUMBER.test(text) })
  if (json.ok) return json
  const at = json.error.position
  const where = at === undefined ? '' : ` (line ${at.line}, column ${at.column})`
  const looksLikeJson = /^\s*[{[]/.test(text.slice(0, 1024))
  if (text.length > YAML_LIMIT_CHARACTERS) return err(`the body is not JSON${where}: ${json.error.message}`)
  const yaml = parseYaml(text)
  if (yaml.ok) return yaml
  return err(`the body is neither JSON nor YAML${where}: ${looksLikeJson ? json.error.message : yaml.error.message}`)
}

function toReview(value: Json): Result<AdmissionReview, string> {
  if (!isJsonObject(value)) return err('the body is not an AdmissionReview: it is not an object')
  const kind = member(value, 'kind')
  const apiVersion = member(value, 'apiVersion')
  if (kind !== 'AdmissionReview') return err(`the body is not an AdmissionReview: its kind is ${show(kind)}`)
  if (apiVersion !== 'admission.k8s.io/v1' && apiVersion !== 'admission.k8s.io/v1beta1') {
    return err(
      `AdmissionReview of apiVersion ${show(apiVersion)} is not supported, want admission.k8s.io/v1 or v1beta1`,
    )
  }
  const request = member(value, 'request')
  if (!isJsonObject(request)) return err('the AdmissionReview has no request')
  return toRequest(request, apiVersion)
}

/** The string fields read here, each checked before anything relies on it. */
const STRING_FIELDS = ['uid', 'subResource', 'name', 'namespace', 'operation'] as const

function toRequest(raw: JsonObject, apiVersion: ReviewVersion): Result<AdmissionReview, string> {
  for (const field of STRING_FIELDS) {
    const value = member(raw, field)
    if (value !== null && typeof value !== 'string') return err(`request.${field} must be a string, not ${show(value)}`)
  }
  const dryRun = member(raw, 'dryRun')
  if (dryRun !== null && typeof dryRun !== 'boolean')
    return err(`request.dryRun must be true or false, not ${show(dryRun)}`)
  const resource = member(raw, 'resource')
  if (resource !== null && !isJsonObject(resource))
    return err(`request.resource must be an object, not ${show(resource)}`)
  const request: AdmissionRequest = {
    uid: text(raw, 'uid'),
    resource: toResource(resource ?? {}),
    subResource: text(raw, 'subResource'),
    name: text(raw, 'name'),
    namespace: text(raw, 'namespace'),
    operation: text(raw, 'operation'),
    dryRun: dryRun ?? false,
    object: member(raw, 'object'),
    oldObject: member(raw, 'oldObject'),
    raw,
  }
  return ok({ apiVersion, request })
}

function toResource(value: JsonObject): GroupVersionResource {
  return { group: text(value, 'group'), version: text(value, 'version'), resource: text(value, 'resource') }
}

function member(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null
}

function text(object: JsonObject, key: string): string {
  const value = member(object, key)
  return typeof value === 'string' ? value : ''
}

/** A value as an error names it: short, whatever was sent. */
function show(value: Json): string {
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`
  if (value === null) return 'missing'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : String(value)
}

/** The response body, with the fields in Kubernetes' own order. */
export function encodeAnswer(review: AdmissionReview, answer: AdmissionAnswer): string {
  const { apiVersion, request } = review
  return `{"kind":"AdmissionReview","apiVersion":"${apiVersion}","response":${responseText(request.uid, answer)}}`
}

/** For a body that is no AdmissionReview: there is no version to mirror and no uid to answer to. */
export function encodeUndecodable(message: string): string {
  return `{"response":${responseText('', { allowed: false, reason: 'undecodable', message })}}`
}

function responseText(uid: string, answer: AdmissionAnswer): string {
  const { warnings } = answer
  const tail = warnings === undefined || warnings.length === 0 ? '}' : `,"warnings":${quote(warnings)}}`
  return `{"uid":${quote(uid)},"allowed":${answer.allowed}${answer.allowed ? patchText(answer.patch) : statusText(answer)}${tail}`
}

function patchText(patch: readonly JsonPatchOperation[] | string | undefined): string {
  if (patch === undefined || patch.length === 0) return ''
  const text = typeof patch === 'string' ? patch : operationsText(patch)
  return `,"patch":"${base64(text)}","patchType":"JSONPatch"`
}

/** For texts of up to a third of it, at three bytes a character: a new buffer costs more than what is done with it. */
const SCRATCH = Buffer.allocUnsafeSlow(96 * 1024)

function base64(text: string): string {
  if (text.length * 3 > SCRATCH.length) return Buffer.from(text, 'utf8').toString('base64')
  return SCRATCH.toString('base64', 0, SCRATCH.write(text, 'utf8'))
}

function statusText({ message, code }: { readonly message: string; readonly code?: number }): string {
  return `,"status":{"metadata":{},"message":${quote(message)}${code === undefined ? '' : `,"code":${code}`}}`
}

/** Escapes what could end a script element as well, as Kubernetes does, should a browser ever show this. */
function quote(value: string | readonly string[]): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
