import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { createFrameReader, type FrameFault, frameHead } from './frames.js'
import { grpcStatus, isGrpcStatus, OK, parseTimeout, statusHeaders, statusOfReset } from './status.js'
import type { GrpcStatus, Peer, StreamCall, StreamHandler, StreamMethod, UnaryMethod } from './types.js'

export interface CallOptions {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly peer: Peer
  readonly maxMessageBytes: number
  /** Once, when the call is over. */
  ended(status: GrpcStatus): void
  /** A handler threw: a bug. */
  broken(error: unknown): void
}

/** A call that can be ended from outside. */
export interface OpenCall {
  end(status: GrpcStatus): void
}

const HEADERS = { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity' }

/** An answer without messages: the status stands in the headers. */
export function answerStatus(stream: ServerHttp2Stream, status: GrpcStatus): void {
  if (stream.destroyed || stream.headersSent) return
  stream.respond({ ...HEADERS, ...statusHeaders(status) }, { endStream: true })
  linger(stream)
}

/** One call of a stream method: bytes to messages, and the end told exactly once. */
export function openStreamCall(method: StreamMethod, options: CallOptions): OpenCall {
  const { stream, peer, broken } = options
  const frames = createFrameReader(options.maxMessageBytes)
  let handler: StreamHandler | undefined
  let final: GrpcStatus | undefined
  let isOver = false

  const call: StreamCall = {
    peer,
    write: parts => writeMessage(stream, parts),
    get isWritable() {
      return !isOver && final === undefined && stream.writable && !stream.writableNeedDrain
    },
    end,
  }

  function end(status: GrpcStatus): void {
    if (isOver || final !== undefined) return
    final = status
    if (!stream.destroyed && stream.writable) stream.end()
    finish(status)
  }

  function finish(status: GrpcStatus): void {
    if (isOver) return
    isOver = true
    clearTimeout(deadline)
    guard(() => handler?.closed(status))
    options.ended(status)
  }

  function guard(body: () => void): void {
    try {
      body()
    } catch (error) {
      broken(error)
      if (!isOver) end(grpcStatus('INTERNAL', 'internal error'))
    }
  }

  function read(chunk: Uint8Array): void {
    if (isOver || final !== undefined) return
    const fault = frames.push(chunk, bytes => {
      if (final === undefined && !isOver) guard(() => handler?.message(bytes))
    })
    if (fault !== undefined) end(faultStatus(fault, options.maxMessageBytes))
  }

  function halfClosed(): void {
    if (isOver || final !== undefined) return
    if (frames.isInMessage) end(grpcStatus('INVALID_ARGUMENT', 'the stream ends within a message'))
    else guard(() => handler?.halfClosed())
  }

  const timeout = parseTimeout(header(options.headers, 'grpc-timeout'))
  const deadline =
    timeout === undefined
      ? undefined
      : setTimeout(() => end(grpcStatus('DEADLINE_EXCEEDED', 'the deadline has passed')), timeout)
  stream.respond(HEADERS, { waitForTrailers: true })
  stream.on('wantTrailers', () => sendStatus(stream, final ?? OK))
  stream.on('drain', () => {
    if (!isOver && final === undefined) guard(() => handler?.writable())
  })
  stream.on('error', () => {})
  stream.on('close', () => finish(final ?? statusOfReset(stream.rstCode)))
  guard(() => {
    handler = method.open(call)
  })
  stream.on('data', read)
  stream.on('end', halfClosed)
  return { end }
}

/** One call of a unary method. */
export function openUnaryCall(method: UnaryMethod, options: CallOptions): OpenCall {
  const abort = new AbortController()
  const messages: Uint8Array[] = []
  const handler = (call: StreamCall): StreamHandler => ({
    message: bytes => {
      if (messages.push(bytes) > 1) call.end(grpcStatus('INVALID_ARGUMENT', 'the method takes one message'))
    },
    halfClosed: () => {
      const [request] = messages
      if (request === undefined) call.end(grpcStatus('INVALID_ARGUMENT', 'the method takes one message'))
      else void answerUnary(method, request, call, abort.signal, options.broken)
    },
    writable: () => {},
    closed: () => abort.abort(),
  })
  return openStreamCall({ kind: 'stream', open: handler }, options)
}

async function answerUnary(
  method: UnaryMethod,
  request: Uint8Array,
  call: StreamCall,
  signal: AbortSignal,
  broken: (error: unknown) => void,
): Promise<void> {
  try {
    const answer = await method.handle(request, { peer: call.peer, signal })
    if (isGrpcStatus(answer)) call.end(answer)
    else {
      call.write([answer])
      call.end(OK)
    }
  } catch (error) {
    broken(error)
    call.end(grpcStatus('INTERNAL', 'internal error'))
  }
}

/** Small parts are joined with the head: each write costs more than the copy. */
const JOIN_BELOW = 16 * 1024

function writeMessage(stream: ServerHttp2Stream, parts: readonly Uint8Array[]): boolean {
  if (!stream.writable) return false
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const head = frameHead(size)
  if (size < JOIN_BELOW) return stream.write(Buffer.concat([head, ...parts]))
  stream.cork()
  stream.write(head)
  for (const part of parts) stream.write(part)
  stream.uncork()
  return !stream.writableNeedDrain
}

function sendStatus(stream: ServerHttp2Stream, status: GrpcStatus): void {
  try {
    stream.sendTrailers(statusHeaders(status))
  } catch {
    // The stream was reset in this very moment: there is nobody left to tell.
    stream.close(constants.NGHTTP2_CANCEL)
  }
  linger(stream)
}

/** A client has this long to end its side of a call that is over, in ms. */
const LINGER_MS = 1000

/** A reset would overtake the status, so the client gets the time to read it; what it still sends is thrown away. */
function linger(stream: ServerHttp2Stream): void {
  stream.resume()
  if (stream.readableEnded || stream.destroyed) return
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LINGER_MS).unref()
  stream.once('close', () => clearTimeout(timer))
}

function faultStatus(fault: FrameFault, maxBytes: number): GrpcStatus {
  return fault.kind === 'compressed'
    ? grpcStatus('UNIMPLEMENTED', 'compressed messages are not supported; grpc-accept-encoding is identity')
    : grpcStatus('RESOURCE_EXHAUSTED', `the message has ${fault.bytes} bytes, and ${maxBytes} are accepted`)
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
