import { constants, type ServerHttp2Stream } from 'node:http2'
import { createFrameReader, type FrameFault, type FrameReader, frameHead } from './frames.js'
import { grpcStatus, isGrpcStatus, OK, statusHeaders, statusOfReset } from './status.js'
import type { GrpcStatus, Message, Peer, StreamCall, StreamHandler, StreamMethod, UnaryMethod } from './types.js'

export interface CallOptions {
  readonly stream: ServerHttp2Stream
  readonly peer: Peer
  /** The client's own deadline; undefined: it has none. */
  readonly timeoutMs: number | undefined
  readonly maxMessageBytes: number
  /** Once a call was ended, the client has this long to read what it was sent, in ms. */
  readonly endGraceMs: number
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

interface State {
  readonly options: CallOptions
  readonly frames: FrameReader
  handler: StreamHandler | undefined
  deadline: NodeJS.Timeout | undefined
  /** With what the call is to end, once that is known. */
  final: GrpcStatus | undefined
  isOver: boolean
  /** What was written has to drain first. Asking the stream costs as much as all else that is done for a message. */
  isFull: boolean
}

/** One call of a stream method: bytes to messages, and the end told exactly once. */
export function openStreamCall(method: StreamMethod, options: CallOptions): OpenCall {
  const { stream, peer } = options
  const frames = createFrameReader(options.maxMessageBytes)
  const state: State = {
    options,
    frames,
    handler: undefined,
    deadline: undefined,
    final: undefined,
    isOver: false,
    isFull: false,
  }
  const call: StreamCall = {
    peer,
    write: message => {
      const isTaken = writeMessage(stream, message)
      state.isFull = !isTaken
      return isTaken
    },
    isWritable: () => !state.isFull && isRunning(state),
    end: status => end(state, status),
  }
  startDeadline(state)
  stream.respond(HEADERS, { waitForTrailers: true })
  stream.on('wantTrailers', () => sendStatus(stream, state.final ?? OK))
  stream.on('drain', () => {
    state.isFull = false
    if (isRunning(state)) guard(state, handler => handler?.writable())
  })
  stream.on('error', () => {})
  stream.on('close', () => finish(state, state.final ?? statusOfReset(stream.rstCode)))
  guard(state, () => {
    state.handler = method.open(call)
  })
  const message = (bytes: Uint8Array): void => {
    if (isRunning(state)) guard(state, handler => handler?.message(bytes))
  }
  stream.on('data', (chunk: Uint8Array) => read(state, chunk, message))
  stream.on('end', () => halfClosed(state))
  return call
}

function isRunning({ final, isOver }: State): boolean {
  return !isOver && final === undefined
}

function startDeadline(state: State): void {
  const { timeoutMs } = state.options
  if (timeoutMs === undefined) return
  state.deadline = setTimeout(() => end(state, grpcStatus('DEADLINE_EXCEEDED', 'the deadline has passed')), timeoutMs)
}

function end(state: State, status: GrpcStatus): void {
  if (!isRunning(state)) return
  const { stream } = state.options
  state.final = status
  if (!stream.destroyed && stream.writable) {
    stream.end()
    // Whoever reads nothing would otherwise hold what was written for as long as the connection lasts.
    closeLater(stream, state.options.endGraceMs, constants.NGHTTP2_CANCEL)
  }
  finish(state, status)
}

function finish(state: State, status: GrpcStatus): void {
  if (state.isOver) return
  state.isOver = true
  clearTimeout(state.deadline)
  guard(state, handler => handler?.closed(status))
  state.options.ended(status)
}

/** A handler that throws is a bug: its call ends, and nothing else. */
function guard(state: State, body: (handler: StreamHandler | undefined) => void): void {
  try {
    body(state.handler)
  } catch (error) {
    state.options.broken(error)
    end(state, grpcStatus('INTERNAL', 'internal error'))
  }
}

function read(state: State, chunk: Uint8Array, message: (bytes: Uint8Array) => void): void {
  if (!isRunning(state)) return
  const fault = state.frames.push(chunk, message)
  if (fault !== undefined) end(state, faultStatus(fault, state.options.maxMessageBytes))
}

function halfClosed(state: State): void {
  if (!isRunning(state)) return
  if (state.frames.isInMessage()) end(state, grpcStatus('INVALID_ARGUMENT', 'the stream ends within a message'))
  else guard(state, handler => handler?.halfClosed())
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
      call.write({ parts: [answer] })
      call.end(OK)
    }
  } catch (error) {
    broken(error)
    call.end(grpcStatus('INTERNAL', 'internal error'))
  }
}

/** Bytes of messages that are written in one piece: each write costs more than the copy. */
const JOIN_BELOW = 16 * 1024

function writeMessage(stream: ServerHttp2Stream, message: Message): boolean {
  if (!stream.writable) return false
  if (message.framed !== undefined) return stream.write(message.framed)
  const { parts } = message
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const head = frameHead(size)
  if (size < JOIN_BELOW) {
    message.framed = Buffer.concat([head, ...parts])
    return stream.write(message.framed)
  }
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
  if (!stream.readableEnded && !stream.destroyed) closeLater(stream, LINGER_MS, constants.NGHTTP2_NO_ERROR)
}

function closeLater(stream: ServerHttp2Stream, ms: number, code: number): void {
  const timer = setTimeout(() => stream.close(code), ms).unref()
  stream.once('close', () => clearTimeout(timer))
}

function faultStatus(fault: FrameFault, maxBytes: number): GrpcStatus {
  return fault.kind === 'compressed'
    ? grpcStatus('UNIMPLEMENTED', 'compressed messages are not supported; grpc-accept-encoding is identity')
    : grpcStatus('RESOURCE_EXHAUSTED', `the message has ${fault.bytes} bytes, and ${maxBytes} are accepted`)
}
