import { decode, ProtoError } from '../../proto/index.js'
import { type Reader, readerOf, readText, readVarint, skipField } from '../../proto/reader.js'
import type { TypeUrl } from './resource.js'
import { type Protocol, textField } from './wire.js'

/** One DiscoveryRequest or DeltaDiscoveryRequest. Absent strings are empty. */
export interface XdsRequest {
  readonly type: TypeUrl
  /** The Node in proto3 JSON; only the first request of a stream must have one. */
  readonly node: object | undefined
  readonly nonce: string
  /** Envoy's words if it refuses what the nonce names. */
  readonly error: string | undefined
  /** SotW: the version that the client has. */
  readonly version: string
  /** SotW: all names; delta: the names to add. */
  readonly names: readonly string[]
  /** Delta: the names to drop. */
  readonly unsubscribe: readonly string[]
  /** Delta, at the start of a stream: what the client still has, name to version. */
  readonly initialVersions: ReadonlyMap<string, string>
}

/** Which fields of a request are texts; what is in none of them takes the long way. */
interface Fields {
  readonly node: number
  readonly type: number
  readonly nonce: number
  readonly version: number
  readonly names: number
  readonly unsubscribe: number
}

/** envoy/service/discovery/v3/discovery.proto; -1: the other protocol has it. */
const FIELDS: Readonly<Record<Protocol, Fields>> = {
  sotw: { version: 1, node: 2, names: 3, type: 4, nonce: 5, unsubscribe: -1 },
  delta: { node: 1, type: 2, names: 3, unsubscribe: 4, nonce: 6, version: -1 },
}

const NONE: readonly string[] = []
const NOTHING_SAID: XdsRequest = {
  type: '',
  node: undefined,
  nonce: '',
  error: undefined,
  version: '',
  names: NONE,
  unsubscribe: NONE,
  initialVersions: new Map(),
}

/**
 * A request, or why it cannot be read. Nearly all are acknowledgements: a type and a nonce, and in SotW the names. Those are read
 * without the schema. With `isFirst` false a node is passed over: only a stream's first request needs one, and some clients send
 * it with each.
 */
export function parseRequest(protocol: Protocol, bytes: Uint8Array, isFirst: boolean): XdsRequest | string {
  return readPlain(readerOf(bytes), FIELDS[protocol], isFirst) ?? parseWhole(protocol, bytes)
}

/** An acknowledgement that says no more than it must, as nearly all do. */
export interface PlainAck {
  readonly bytes: Uint8Array
  readonly request: XdsRequest
}

/** Of a delta response. The same for all who were sent it: comparing bytes takes a fraction of reading them. */
export function plainAck(type: TypeUrl, nonce: string): PlainAck {
  const { delta: fields } = FIELDS
  const bytes = Buffer.concat([textField(fields.type, type), textField(fields.nonce, nonce)])
  return { bytes, request: { ...NOTHING_SAID, type, nonce } }
}

/** Undefined: there is more in it, or it is malformed. */
function readPlain(reader: Reader, fields: Fields, isFirst: boolean): XdsRequest | undefined {
  let type = ''
  let nonce = ''
  let version = ''
  let names = NONE as string[]
  let unsubscribe = NONE as string[]
  try {
    while (reader.at < reader.end) {
      const tag = readVarint(reader)
      if (tag > 0x7f || (tag & 7) !== 2) return undefined
      const field = tag >> 3
      if (field === fields.type) type = readText(reader)
      else if (field === fields.nonce) nonce = readText(reader)
      else if (field === fields.version) version = readText(reader)
      else if (field === fields.names) names = added(names, readText(reader))
      else if (field === fields.unsubscribe) unsubscribe = added(unsubscribe, readText(reader))
      else if (field === fields.node && !isFirst) skipField(reader, 2)
      else return undefined
    }
  } catch (error) {
    // The long way says what is wrong, and where.
    if (error instanceof ProtoError) return undefined
    throw error
  }
  return { ...NOTHING_SAID, type, nonce, version, names, unsubscribe }
}

function added(list: string[], item: string): string[] {
  if (list === NONE) return [item]
  list.push(item)
  return list
}

interface RequestJson {
  readonly versionInfo?: string
  readonly node?: object
  readonly typeUrl?: string
  readonly responseNonce?: string
  readonly errorDetail?: { readonly code?: number; readonly message?: string }
  readonly resourceNames?: readonly string[]
  readonly resourceNamesSubscribe?: readonly string[]
  readonly resourceNamesUnsubscribe?: readonly string[]
  readonly initialResourceVersions?: Readonly<Record<string, string>>
}

/** By the schema: any request there is. A text says why it cannot be read. */
export function parseWhole(protocol: Protocol, bytes: Uint8Array): XdsRequest | string {
  try {
    return requestOf(protocol, decodeRequest(protocol, bytes))
  } catch (error) {
    if (error instanceof ProtoError) return error.message
    throw error
  }
}

function decodeRequest(protocol: Protocol, bytes: Uint8Array): RequestJson {
  const message = protocol === 'sotw' ? 'DiscoveryRequest' : 'DeltaDiscoveryRequest'
  return decode(`envoy.service.discovery.v3.${message}`, bytes) as RequestJson
}

function requestOf(protocol: Protocol, json: RequestJson): XdsRequest {
  const { errorDetail } = json
  return {
    type: json.typeUrl ?? '',
    node: json.node,
    nonce: json.responseNonce ?? '',
    error: errorDetail === undefined ? undefined : (errorDetail.message ?? `code ${errorDetail.code ?? 0}`),
    version: json.versionInfo ?? '',
    names: (protocol === 'sotw' ? json.resourceNames : json.resourceNamesSubscribe) ?? [],
    unsubscribe: json.resourceNamesUnsubscribe ?? [],
    initialVersions: new Map(Object.entries(json.initialResourceVersions ?? {})),
  }
}
