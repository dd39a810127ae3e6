import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Peer } from './types.js'

/** Who is at the other end of a stream. */
export function peerOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Peer {
  const socket = stream.session?.socket
  const metadata = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && value !== undefined)
      metadata.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const address = socket === undefined ? 'unknown' : peerAddress(socket)
  const certificate = verifiedCertificate(socket)
  return certificate === undefined ? { address, metadata } : { address, metadata, certificate }
}

function verifiedCertificate(socket: unknown): Uint8Array | undefined {
  const isVerified = socket instanceof TLSSocket && socket.authorized
  return isVerified ? socket.getPeerX509Certificate()?.raw : undefined
}

/** `address:port` */
export function peerAddress({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  if (remoteAddress === undefined) return 'unknown'
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

export function sessionPeer(session: ServerHttp2Session | undefined): string {
  try {
    return session === undefined ? 'unknown' : peerAddress(session.socket)
  } catch {
    // The session let go of its socket already.
    return 'unknown'
  }
}
