import { createHash } from 'node:crypto'
import type { JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { encode } from '../proto/index.js'
import { type EncodedResource, type ResourceSource, SDS } from '../xds/delivery/index.js'
import { type Address, formatAddress, isLoopback } from './address.js'
import { type AdsEvent, type Attachment, createAdsServer, type Hello } from './ads.js'
import {
  type Authority,
  developmentAuthority,
  type WorkloadCertificate,
  workloadCertificate,
} from './development-ca.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcServer, GrpcStatus } from './grpc/types.js'
import { errorText, type Log, shortened } from './log.js'
import type { Identity } from './sds-identity.js'

/** Names under which the reference's listeners and clusters ask for the workload's certificate and the mesh's roots. */
const OWN_CERTIFICATE = 'default'
const MESH_ROOTS = 'ROOTCA'

/** Short, since nobody can revoke one. In ms. */
export const CERTIFICATE_LIFE_MS = 3_600_000
/** How often to look whether a certificate is due, in ms; a timer of half an hour would not survive a sleeping machine. */
const CHECK_MS = 30_000
/** Unknown secrets that the log tells of, for each stream, and how much of their names: clients make them up. */
const MAX_TOLD = 10
const MAX_NAME = 200

export interface SdsSettings {
  /** Where the gRPC server listens: certificates for everybody who asks are for loopback alone. */
  readonly address: Address
  /** Folder of the development CA. */
  readonly stateDir: string
  /** The workload that a Node stands for. The error is one sentence. */
  readonly identify: (node: JsonObject) => Result<Identity, string>
  /** Clock in ms since 1970. */
  readonly now: () => number
  readonly checkMs?: number
}

/** The service behind the static cluster `sds-grpc` of a proxy's bootstrap. */
export interface Sds {
  register(server: GrpcServer): void
  /** Service accounts or the trust domain may be others now. */
  meshChanged(): void
  /** Ends all streams and timers. */
  close(): void
}

/**
 * Certificates of the development CA for whoever asks over loopback, each renewed and pushed at half its life. On any other
 * address the service refuses, and says why: it believes what a proxy says of itself.
 */
export async function openSds(settings: SdsSettings, log: Log): Promise<Sds> {
  const authority = await authorityFor(settings)
  announce(authority, settings, log)
  const sessions = new Map<string, Session>()
  let revision = 1
  let count = 0
  const connect = ({ node }: Hello): Result<Attachment, GrpcStatus> => {
    if (!authority.ok) return err(grpcStatus('FAILED_PRECONDITION', authority.error))
    const identity = settings.identify(node)
    if (!identity.ok) return err(grpcStatus('INVALID_ARGUMENT', identity.error))
    const id = identity.value.current
    if (!id.ok) {
      identity.value[Symbol.dispose]()
      return err(grpcStatus('INVALID_ARGUMENT', id.error))
    }
    const connection = `sds-${++count}`
    const session = openSession({
      identity: identity.value,
      id: id.value,
      authority: authority.value,
      settings,
      revision: () => revision,
      log,
    })
    sessions.set(connection, session)
    log.debug('certificates asked for', { connection, id: id.value })
    const release = (): void => {
      sessions.delete(connection)
      identity.value[Symbol.dispose]()
    }
    return ok({ connection, source: session.source, release })
  }
  const server = createAdsServer({ connect, now: settings.now, on: event => report(event, log) })
  const renew = (isDue: (session: Session) => boolean): void => {
    const due = [...sessions.values()].filter(isDue)
    if (due.length === 0) return
    revision++
    for (const session of due) session.renew()
    server.changed(revision)
  }
  const timer = setInterval(() => renew(session => session.isDue()), settings.checkMs ?? CHECK_MS).unref()
  return {
    register: grpc => server.register(grpc, ['sds']),
    meshChanged: () => renew(session => session.isOther()),
    close: () => {
      clearInterval(timer)
      server.close()
    },
  }
}

/** The error is for the proxy's log and for ours: why there is no SDS, and what to do. */
async function authorityFor({ address, stateDir, now }: SdsSettings): Promise<Result<Authority, string>> {
  if (!isLoopback(address.host)) {
    return err(
      `SDS is off on ${formatAddress(address)}: it gives any workload's certificate to whoever asks, so it answers on loopback alone. ` +
        'Start pillion serve with --grpcAddr 127.0.0.1:15010, or give the proxy an SDS server of its own (pillion bootstrap --sdsAddress)',
    )
  }
  const authority = await developmentAuthority({ stateDir, now: new Date(now()) })
  return authority.ok ? authority : err(`SDS is off: there is no development CA to sign with: ${authority.error}`)
}

function announce(authority: Result<Authority, string>, { address, stateDir }: SdsSettings, log: Log): void {
  // Off where agents serve their proxies is as it should be; off for want of a CA is not.
  if (!authority.ok) log[isLoopback(address.host) ? 'warn' : 'info'](authority.error)
  else {
    log.warn('SDS is on: any process of this machine can have the certificate of any workload; never for production', {
      lifetime: `${CERTIFICATE_LIFE_MS / 60_000}m`,
      stateDir,
    })
  }
}

function report(event: AdsEvent, log: Log): void {
  if (event.kind === 'nack')
    log.warn('secret refused', { connection: event.connection, error: shortened(event.nack.message) })
  else if (event.kind === 'internal')
    log.error('internal error: a stream of secrets ends', {
      connection: event.connection,
      error: errorText(event.error),
    })
  else if (event.kind === 'rejected') log.warn('SDS refused', { peer: event.peer, error: event.status.message })
}

interface Session {
  readonly source: ResourceSource
  /** Half of the certificate's life is over. */
  isDue(): boolean
  /** The Node now stands for another identity. */
  isOther(): boolean
  /** From this revision on there is another certificate; it is made when it is sent. */
  renew(): void
}

interface SessionOptions {
  readonly identity: Identity
  readonly id: string
  readonly authority: Authority
  readonly settings: SdsSettings
  readonly revision: () => number
  readonly log: Log
}

/** One stream of a proxy. Each has a key of its own, which is nowhere but in memory here and there. */
function openSession({ identity, id: firstId, authority, settings, revision, log }: SessionOptions): Session {
  const roots = rootsOf(authority)
  const unknown = new Set<string>()
  let id = firstId
  let changedAt = 0
  let own: { readonly resource: EncodedResource; readonly renewAt: number } | undefined
  const issue = () => {
    const at = settings.now()
    const certificate = workloadCertificate(authority, id, new Date(at), CERTIFICATE_LIFE_MS)
    return { resource: certificateSecret(certificate), renewAt: at + CERTIFICATE_LIFE_MS / 2 }
  }
  const get = (name: string): EncodedResource | undefined => {
    if (name === OWN_CERTIFICATE) return (own ??= issue()).resource
    if (name === MESH_ROOTS) return roots
    if (unknown.size < MAX_TOLD && !unknown.has(name)) {
      unknown.add(name)
      log.warn('a proxy asks for a secret that there is none of here', { proxy: id, secret: name.slice(0, MAX_NAME) })
    }
    return undefined
  }
  /** The last that could be had. */
  const idNow = (): string => {
    const now = identity.current
    return now.ok ? now.value : id
  }
  return {
    source: {
      revision,
      get: (type, name) => (type === SDS ? get(name) : undefined),
      list: () => NONE,
      changes: (type, since) => ({
        kind: 'delta',
        changed: type === SDS && changedAt > since ? [OWN_CERTIFICATE] : [],
        removed: [],
      }),
    },
    isDue: () => own !== undefined && settings.now() >= own.renewAt,
    isOther: () => idNow() !== id,
    renew: () => {
      id = idNow()
      own = undefined
      changedAt = revision()
    },
  }
}

const NONE: ReadonlyMap<string, EncodedResource> = new Map()

function certificateSecret({ cert, key }: WorkloadCertificate): EncodedResource {
  return secret(OWN_CERTIFICATE, cert, {
    tlsCertificate: { certificateChain: { inlineString: cert }, privateKey: { inlineString: key } },
  })
}

function rootsOf({ certificate }: Authority): EncodedResource {
  const pem = certificate.toString()
  return secret(MESH_ROOTS, pem, { validationContext: { trustedCa: { inlineString: pem } } })
}

function secret(name: string, pem: string, content: object): EncodedResource {
  const bytes = encode('envoy.extensions.transport_sockets.tls.v3.Secret', { name, ...content })
  return { name, version: createHash('sha256').update(pem).digest('base64url').slice(0, 16), bytes }
}
