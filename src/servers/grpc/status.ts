import { constants } from 'node:http2'
import { GRPC_CODES, type GrpcCode, type GrpcStatus } from './types.js'

export const OK: GrpcStatus = { code: 'OK', message: '' }

/** More would not fit into a header block that every client takes. */
const MAX_MESSAGE = 1024

export function grpcStatus(code: GrpcCode, message: string): GrpcStatus {
  return { code, message }
}

export function isGrpcStatus(value: Uint8Array | GrpcStatus): value is GrpcStatus {
  return !(value instanceof Uint8Array)
}

/** As trailers, or as the headers of an answer that has no message. */
export function statusHeaders({ code, message }: GrpcStatus): Record<string, string> {
  const headers: Record<string, string> = { 'grpc-status': String(GRPC_CODES[code]) }
  if (message !== '') headers['grpc-message'] = percentEncode(message.slice(0, MAX_MESSAGE))
  return headers
}

/** All but printable ASCII, and the percent sign, byte by byte. */
export function percentEncode(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

export function percentDecode(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }
/** What a timer can hold. */
const MAX_TIMER = 0x7fffffff

/** The header grpc-timeout in ms, rounded up; undefined: none, or not one. */
export function parseTimeout(header: string | readonly string[] | undefined): number | undefined {
  const match = typeof header !== 'string' ? null : /^(\d{1,8})([HMSmun])$/.exec(header)
  if (match === null) return undefined
  const ms = Math.ceil(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0))
  return ms > MAX_TIMER ? undefined : ms
}

/** What an HTTP/2 stream that ended without a status means. */
export function statusOfReset(rstCode: number): GrpcStatus {
  switch (rstCode) {
    case constants.NGHTTP2_NO_ERROR:
    case constants.NGHTTP2_CANCEL:
      return grpcStatus('CANCELLED', 'the client went away')
    case constants.NGHTTP2_REFUSED_STREAM:
      return grpcStatus('UNAVAILABLE', 'the stream was refused')
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return grpcStatus('RESOURCE_EXHAUSTED', 'the client asks for less')
    default:
      return grpcStatus('INTERNAL', `the stream was reset (HTTP/2 code ${rstCode})`)
  }
}
