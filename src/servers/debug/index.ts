import { html, htmlPage } from '../pages.js'
import { plain, type Route, type WebRequest, type WebResponse } from '../router.js'
import { configurationPages } from './configuration.js'
import { connectionPages, disconnectPage } from './connections.js'
import type { DebugFacts, DebugPage } from './page.js'
import { proxyPages } from './proxy.js'
import { pushStatusPages } from './push-status.js'
import { registryPages } from './registry.js'

export type { ControlPlaneIdentity, DebugFacts } from './page.js'

const PAGES: readonly DebugPage[] = [
  ...connectionPages,
  ...pushStatusPages,
  ...proxyPages,
  ...registryPages,
  ...configurationPages,
]

/**
 * The debug pages of the plain HTTP address (reference: xds.md section 15): a list for people at `/debug`, as JSON at
 * `/debug/list`, and one page of JSON for each topic; `pretty` indents it.
 */
export function debugRoutes(facts: DebugFacts): readonly Route[] {
  const listed = facts.disconnect === undefined ? PAGES : [...PAGES, disconnectPage]
  const pages = [...PAGES, disconnectPage].map(page =>
    guarded(`/debug/${page.name}`, 'exact', request => show(page, facts, request)),
  )
  return [
    ...pages,
    guarded('/debug/list', 'exact', ({ query }) =>
      json(
        listed.map(({ name }) => name),
        new URLSearchParams(query),
      ),
    ),
    guarded('/debug', 'below', ({ path }) => (/^\/debug\/?$/.test(path) ? listPage(listed) : unknown(path))),
  ]
}

function show(page: DebugPage, facts: DebugFacts, request: WebRequest): WebResponse {
  const query = new URLSearchParams(request.query)
  const answer = page.answer(facts, query)
  return answer.ok ? json(answer.value, query) : plain(answer.error.status, answer.error.message)
}

function json(value: unknown, query: URLSearchParams): WebResponse {
  const text = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item),
    query.has('pretty') ? 2 : 0,
  )
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    body: `${text}\n`,
  }
}

/** Configuration and proxies of the whole mesh are for those who are on this machine, as in the reference. */
function guarded(path: string, scope: Route['scope'], answer: (request: WebRequest) => WebResponse): Route {
  return {
    path,
    scope,
    answer: request => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'debug pages are only read: use GET')
      return isLocal(request) ? answer(request) : plain(403, FORBIDDEN)
    },
  }
}

const FORBIDDEN = 'debug pages answer only to this machine: use a port-forward or a shell where the server runs'

/**
 * By address, and by the name that was asked for: a page of the web may give a name of its own the address 127.0.0.1. Nor may such a
 * page ask in its reader's name, which browsers tell.
 */
function isLocal({ peer, headers }: WebRequest): boolean {
  if (headers['sec-fetch-site'] === 'cross-site') return false
  const host = (headers.host ?? '').replace(/:\d*$/, '').toLowerCase()
  const isOwnName = host === '' || host === 'localhost' || /^\[.*\]$|^[\d.]+$/.test(host)
  return isOwnName && /^(::ffff:)?127\.|^::1$/.test(peer)
}

function unknown(path: string): WebResponse {
  return plain(404, `no page ${path}; there are ${PAGES.map(({ name }) => `/debug/${name}`).join(', ')}`)
}

function listPage(pages: readonly DebugPage[]): WebResponse {
  const rows = pages.map(({ name, summary, proxy }) => {
    const parameter =
      proxy === 'none' ? '' : proxy === 'required' ? '?proxyID=NAME.NAMESPACE' : '[?proxyID=NAME.NAMESPACE]'
    const title = proxy === 'required' ? `<code>${name}</code>` : `<a href="/debug/${name}?pretty">${name}</a>`
    return `<tr><th scope="row">${title}<td><code>${html(parameter)}</code><td>${html(summary)}`
  })
  return htmlPage(
    'Pillion: debug pages',
    `<h1>Debug pages</h1>
<p>JSON; <code>pretty</code> indents it. <code>pillion proxy-status</code> and <code>pillion proxy-config</code> show the same as tables.</p>
<table>${rows.join('')}</table>
<p><a href="/">Start page</a>`,
  )
}
