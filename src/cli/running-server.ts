import type { Json } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'

/** Where `pillion serve` has its debug pages unless told otherwise. */
export const DEFAULT_SERVER = '127.0.0.1:8080'
/** How long a page may take, in ms: a dump of a big proxy is megabytes. */
const PATIENCE_MS = 30_000

/** A debug page of a running `pillion serve`, such as `/debug/syncz`. The error is one sentence, or what the server says. */
export async function askServer(server: string, path: string): Promise<Result<Json, string>> {
  const url = server.includes('://') ? server.replace(/\/+$/, '') : `http://${server}`
  if (!URL.canParse(url)) return err(`--server takes HOST:PORT, such as ${DEFAULT_SERVER}, not "${server}"`)
  try {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const text = await response.text()
    if (response.ok) return parse(text, `${url}${path}`)
    return err(response.status === 404 && text.startsWith('404') ? notPillion(url) : text.trim())
  } catch (error) {
    return err(unreachable(url, error))
  }
}

function parse(text: string, url: string): Result<Json, string> {
  try {
    return ok(JSON.parse(text) as Json)
  } catch {
    return err(`${url} did not answer with JSON: is it the HTTP address of pillion serve?`)
  }
}

function notPillion(url: string): string {
  return `${url} has no debug pages: a pillion serve without ADS (--grpcAddr) has none either`
}

function unreachable(url: string, error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  const reason = code || (cause instanceof Error ? cause.message : String(cause))
  return `no pillion serve answers at ${url} (${reason}): start one, or say where it is with --server HOST:PORT`
}
