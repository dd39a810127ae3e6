import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { decode, encode } from '../../src/proto/index.js'
import { createFrameReader, frameHead } from '../../src/servers/grpc/frames.js'
import { percentDecode } from '../../src/servers/grpc/status.js'

export type Protocol = 'sotw' | 'delta'

/** One response as it came. */
export interface Received {
  readonly type: string
  readonly nonce: string
  readonly version: string
  /** By name; SotW resources have the name that stands in them. */
  readonly resources: ReadonlyMap<string, { readonly version: string; readonly value: Record<string, unknown> }>
  readonly removed: readonly string[]
  readonly bytes: number
}

export interface Ended {
  /** gRPC status code; -1: the stream was cut without one. */
  readonly code: number
  readonly message: string
}

export interface XdsClientOptions {
  readonly port: number
  readonly host?: string
  readonly protocol: Protocol
  /** Envoy's Node as proto3 JSON; undefined: none is sent. */
  readonly node: object | undefined
  /** Acknowledge what comes, at once (default). False: `ack` and `nack` are called by the test. */
  readonly isAcknowledging?: boolean
  readonly service?: 'ads' | 'sds'
  readonly metadata?: Readonly<Record<string, string>>
}

/** An xDS client as a test needs it: it keeps what it is told as Envoy would, and every response in order. */
export interface XdsClient {
  /** Adds names to the subscription of a type; none: everything. `initial`: what an earlier stream left (delta). */
  subscribe(type: string, names?: readonly string[], initial?: Readonly<Record<string, string>>): void
  unsubscribe(type: string, names: readonly string[]): void
  ack(response: Received): void
  nack(response: Received, message: string): void
  /** Any request, as proto3 JSON. */
  send(request: object): void
  /** Any bytes, framed. */
  sendBytes(bytes: Uint8Array): void
  readonly received: readonly Received[]
  /** What the client holds of a type, by name. */
  held(type: string): ReadonlyMap<string, { readonly version: string; readonly value: Record<string, unknown> }>
  /** Resolves when it is true, checked after each response; rejects after `ms`, or when the stream ends. */
  until(condition: () => boolean, ms?: number): Promise<void>
  /** The next response that was not given yet. */
  next(ms?: number): Promise<Received>
  /** Resolves with all that came since, once nothing has for `ms`. */
  quiet(ms?: number): Promise<readonly Received[]>
  readonly ended: Promise<Ended>
  /** Stop reading, as a slow client; and go on. */
  pause(): void
  resume(): void
  close(): void
}

const PATHS = {
  ads: {
    sotw: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
    delta: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
  },
  sds: {
    sotw: '/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets',
    delta: '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets',
  },
} as const
/** A test waits no longer than this unless it says so, in ms. */
const PATIENCE = 30_000
const MAX_MESSAGE = 256 * 1024 * 1024

interface ResponseJson {
  readonly typeUrl?: string
  readonly nonce?: string
  readonly versionInfo?: string
  readonly systemVersionInfo?: string
  readonly resources?: readonly Record<string, unknown>[]
  readonly removedResources?: readonly string[]
}

/** A connection of its own per client, as each Envoy has. */
export function openXdsClient(options: XdsClientOptions): XdsClient {
  const { protocol, isAcknowledging = true } = options
  const session: ClientHttp2Session = connect(`http://${options.host ?? '127.0.0.1'}:${options.port}`)
  session.on('error', () => {})
  const stream: ClientHttp2Stream = session.request({
    ':method': 'POST',
    ':path': PATHS[options.service ?? 'ads'][protocol],
    'content-type': 'application/grpc',
    te: 'trailers',
    ...options.metadata,
  })
  const frames = createFrameReader(MAX_MESSAGE)
  const received: Received[] = []
  const names = new Map<string, Set<string>>()
  const state = new Map<string, Map<string, { version: string; value: Record<string, unknown> }>>()
  const waiting = new Set<() => void>()
  let isFirst = true
  let given = 0
  let end: Ended | undefined

  const ended = new Promise<Ended>(resolve => {
    let last: Ended = { code: -1, message: '' }
    const note = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] === undefined) return
      last = { code: Number(headers['grpc-status']), message: percentDecode(String(headers['grpc-message'] ?? '')) }
      stream.end()
    }
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('error', () => {})
    stream.on('close', () => {
      end = last
      resolve(last)
      for (const check of waiting) check()
      session.close()
    })
  })
  stream.on('data', (chunk: Buffer) => {
    const fault = frames.push(chunk, bytes => take(bytes))
    if (fault !== undefined) throw new Error(`the server's framing is wrong: ${fault.kind}`)
  })

  function take(bytes: Uint8Array): void {
    const response = parse(bytes)
    received.push(response)
    hold(response)
    if (isAcknowledging) ack(response)
    for (const check of waiting) check()
  }

  function parse(bytes: Uint8Array): Received {
    const message = protocol === 'sotw' ? 'DiscoveryResponse' : 'DeltaDiscoveryResponse'
    const json = decode(`envoy.service.discovery.v3.${message}`, bytes) as ResponseJson
    const resources = new Map<string, { version: string; value: Record<string, unknown> }>()
    for (const each of json.resources ?? []) {
      const value = (protocol === 'sotw' ? each : (each['resource'] ?? {})) as Record<string, unknown>
      const name = protocol === 'sotw' ? (value['name'] ?? value['clusterName'] ?? '') : (each['name'] ?? '')
      resources.set(String(name), { version: String(each['version'] ?? ''), value })
    }
    return {
      type: json.typeUrl ?? '',
      nonce: json.nonce ?? '',
      version: json.versionInfo ?? json.systemVersionInfo ?? '',
      resources,
      removed: json.removedResources ?? [],
      bytes: bytes.length,
    }
  }

  function hold({ type, resources, removed }: Received): void {
    // A SotW response is the whole state of the types whose subscription is without names.
    const isWhole = protocol === 'sotw' && names.get(type)?.size === 0
    const held = isWhole ? new Map() : (state.get(type) ?? new Map())
    for (const [name, resource] of resources) held.set(name, resource)
    for (const name of removed) held.delete(name)
    state.set(type, held)
  }

  function send(request: object): void {
    const message = protocol === 'sotw' ? 'DiscoveryRequest' : 'DeltaDiscoveryRequest'
    const node = isFirst && options.node !== undefined ? { node: options.node } : {}
    isFirst = false
    sendBytes(encode(`envoy.service.discovery.v3.${message}`, { ...node, ...request }))
  }

  function sendBytes(bytes: Uint8Array): void {
    if (!stream.writable) return
    stream.write(Buffer.concat([frameHead(bytes.length), bytes]))
  }

  function subscribe(typeUrl: string, added: readonly string[] = [], initial?: Readonly<Record<string, string>>): void {
    const wanted = names.get(typeUrl) ?? new Set()
    for (const name of added) wanted.add(name)
    const isNew = !names.has(typeUrl)
    names.set(typeUrl, wanted)
    if (protocol === 'sotw') requestSotw(typeUrl, isNew ? {} : lastAnswer(typeUrl))
    else {
      const initialResourceVersions = initial === undefined ? {} : { initialResourceVersions: initial }
      send({ typeUrl, resourceNamesSubscribe: added, ...initialResourceVersions })
    }
  }

  function unsubscribe(typeUrl: string, dropped: readonly string[]): void {
    for (const name of dropped) {
      names.get(typeUrl)?.delete(name)
      state.get(typeUrl)?.delete(name)
    }
    if (protocol === 'sotw') requestSotw(typeUrl, lastAnswer(typeUrl))
    else send({ typeUrl, resourceNamesUnsubscribe: dropped })
  }

  function requestSotw(typeUrl: string, answer: object): void {
    send({ typeUrl, resourceNames: [...(names.get(typeUrl) ?? [])], ...answer })
  }

  function lastAnswer(typeUrl: string): object {
    const last = received.findLast(({ type }) => type === typeUrl)
    return last === undefined ? {} : { responseNonce: last.nonce, versionInfo: last.version }
  }

  function ack({ type, nonce, version }: Received): void {
    if (protocol === 'sotw') requestSotw(type, { responseNonce: nonce, versionInfo: version })
    else send({ typeUrl: type, responseNonce: nonce })
  }

  function nack({ type, nonce }: Received, message: string): void {
    const answer = { responseNonce: nonce, errorDetail: { code: 13, message } }
    if (protocol === 'sotw') requestSotw(type, answer)
    else send({ typeUrl: type, ...answer })
  }

  function until(condition: () => boolean, ms = PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        waiting.delete(check)
        act()
      }
      const check = (): void => {
        if (condition()) finish(resolve)
        else if (end !== undefined) {
          const { code, message } = end
          finish(() => reject(new Error(`the stream ended with status ${code} ${message}`)))
        }
      }
      const timer = setTimeout(() => {
        const summary = received.map(
          ({ type, resources, removed }) => `${type.split('.').at(-1)}:${resources.size}-${removed.length}`,
        )
        finish(() => reject(new Error(`waited ${ms} ms; received ${summary.join(' ')}`)))
      }, ms)
      waiting.add(check)
      check()
    })
  }

  async function next(ms = PATIENCE): Promise<Received> {
    await until(() => received.length > given, ms)
    return received[given++] as Received
  }

  async function quiet(ms = 100): Promise<readonly Received[]> {
    let seen = -1
    while (seen !== received.length) {
      seen = received.length
      await new Promise(resolve => setTimeout(resolve, ms))
    }
    const fresh = received.slice(given)
    given = received.length
    return fresh
  }

  return {
    subscribe,
    unsubscribe,
    ack,
    nack,
    send,
    sendBytes,
    received,
    held: type => state.get(type) ?? new Map(),
    until,
    next,
    quiet,
    ended,
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: () => {
      stream.close(constants.NGHTTP2_CANCEL)
      session.close()
    },
  }
}
