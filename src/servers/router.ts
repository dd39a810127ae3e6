import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Result } from '../lang/result.js'
import { BODY_BUDGET_BYTES, type BodyBudget, type BodyFailure, readBody } from './body.js'

/** What a route sees of a request, HTTP/1.1 and HTTP/2 alike. */
export interface WebRequest {
  readonly method: string
  /** Percent-decoded, without the query. */
  readonly path: string
  /** Raw, without the question mark; empty where there is none. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** IP address at the other end; empty: it is gone already. */
  readonly peer: string
  /** The whole body, at most `limit` bytes of it ever in memory. Call it once. */
  readonly body: (limit: number) => Promise<Result<Buffer, BodyFailure>>
}

export interface WebResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

type Handler = (request: WebRequest) => WebResponse | Promise<WebResponse>

/** `exact` answers `path` alone; `below` answers `path` and everything under `path/`. */
export interface Route {
  readonly path: string
  readonly scope: 'exact' | 'below'
  readonly answer: Handler
}

export type NodeRequest = IncomingMessage | Http2ServerRequest
type NodeResponse = ServerResponse | Http2ServerResponse
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void

export interface RouterOptions {
  /** A handler threw: a bug, answered with 500. */
  readonly onBug: (error: unknown, path: string) => void
  /** True once the server winds down: connections are then closed after their answer. */
  readonly isStopping?: () => boolean
}

/** The request listener of a node server. The longest matching path wins. */
export function createRouter(routes: readonly Route[], options: RouterOptions): NodeHandler {
  const budget: BodyBudget = { held: 0, limit: BODY_BUDGET_BYTES }
  const byLength = [...routes].sort((a, b) => b.path.length - a.path.length)
  return (request, response) => {
    const target = parseTarget(request.url ?? '/')
    if (target === undefined) return send(request, response, plain(400, 'malformed request path'), options)
    const route = byLength.find(candidate => matches(candidate, target.path))
    if (route === undefined) return send(request, response, plain(404, '404 page not found'), options)
    answer(route, webRequest(request, target, budget), options).then(
      reply => send(request, response, reply, options),
      () => response.destroy(),
    )
  }
}

async function answer(route: Route, request: WebRequest, options: RouterOptions): Promise<WebResponse> {
  try {
    return await route.answer(request)
  } catch (error) {
    options.onBug(error, request.path)
    return plain(500, 'internal error')
  }
}

function matches({ path, scope }: Route, asked: string): boolean {
  if (asked === path) return true
  return scope === 'below' && asked.startsWith(path) && asked[path.length] === '/'
}

interface Target {
  readonly path: string
  readonly query: string
}

function parseTarget(url: string): Target | undefined {
  const mark = url.indexOf('?')
  const raw = mark === -1 ? url : url.slice(0, mark)
  try {
    const path = raw.includes('%') ? decodeURIComponent(raw) : raw
    return { path, query: mark === -1 ? '' : url.slice(mark + 1) }
  } catch {
    return undefined
  }
}

function webRequest(request: NodeRequest, target: Target, budget: BodyBudget): WebRequest {
  return {
    method: request.method ?? 'GET',
    path: target.path,
    query: target.query,
    headers: request.headers,
    peer: request.socket.remoteAddress ?? '',
    body: limit => readBody(request, limit, budget),
  }
}

/** A text answer that no browser may take for anything else; the text gets its final newline here. */
export function plain(status: number, text: string): WebResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: `${text}\n`,
  }
}

function send(request: NodeRequest, response: NodeResponse, reply: WebResponse, options: RouterOptions): void {
  if (response.destroyed || response.writableEnded) return
  const length = typeof reply.body === 'string' ? Buffer.byteLength(reply.body) : reply.body.length
  const headers: Record<string, string | number> = {}
  for (const name in reply.headers) headers[name] = reply.headers[name]!
  headers['content-length'] = length
  const isHttp1 = request.httpVersionMajor === 1
  // An answer may come before the whole body was read (too large): such a connection cannot carry another request.
  if (isHttp1 && (!request.complete || options.isStopping?.() === true)) headers['connection'] = 'close'
  // Both kinds of response have these two methods, with overloads that no union of them can be called by.
  const writable = response as ServerResponse
  writable.writeHead(reply.status, headers)
  writable.end(reply.body)
}
