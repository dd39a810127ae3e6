import { once } from 'node:events'
import { request as plainRequest } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { type Agent, request as secureRequest } from 'node:https'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** One HTTP/1.1 exchange, plain or TLS by the URL; any certificate will do. The content type is JSON unless headers are given. */
export async function fetch1(url: string, call: Call = {}): Promise<Reply> {
  const send = url.startsWith('https:') ? secureRequest : plainRequest
  const body = Buffer.from(call.body ?? '')
  const outgoing = send(url, {
    method: call.method ?? 'POST',
    headers: { ...(call.headers ?? JSON_TYPE), 'content-length': String(body.length) },
    ...(call.agent === undefined ? {} : { agent: call.agent }),
    ...{ rejectUnauthorized: false },
  })
  // An answer may come before the server has taken the whole body; a broken pipe after that is no failure.
  const answered = once(outgoing, 'response')
  outgoing.on('error', () => {})
  outgoing.end(body)
  const [answer] = await answered
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }
}

/** One exchange on an open HTTP/2 connection. */
export async function fetch2(session: ClientHttp2Session, path: string, call: Call = {}): Promise<Reply> {
  const stream = session.request({ ':path': path, ':method': call.method ?? 'POST', ...(call.headers ?? JSON_TYPE) })
  stream.end(call.body)
  const [headers] = await once(stream, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks).toString() }
}

export function connect2(url: string): ClientHttp2Session {
  return connect(url, { rejectUnauthorized: false })
}
