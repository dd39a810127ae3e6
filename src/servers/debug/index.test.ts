import { describe, expect, it } from 'vitest'
import { parseConfigDocuments } from '../../config/parse.js'
import { parseYamlStream } from '../../lang/yaml/index.js'
import type { WebRequest } from '../router.js'
import { type DebugFacts, debugRoutes } from './index.js'

// Who may read is decided before any fact is looked at.
const facts = { streams: () => [], disconnect: undefined }
const routes = debugRoutes(facts as unknown as DebugFacts)

const ask = async (peer: string, host: string | undefined, path: string) => {
  const route = routes.find(each => each.path === path)
  const request: WebRequest = {
    ...{ method: 'GET', path, query: '', peer },
    headers: host === undefined ? {} : { host },
    body: () => Promise.reject(new Error('a page has no use for a body')),
  }
  return (await route?.answer(request))?.status
}

describe('configz', () => {
  it('tells nothing of what a Secret holds', async () => {
    const applied = JSON.stringify({ data: { key: 'aHVudGVyMg==' } })
    const { objects } = parseConfigDocuments(
      parseYamlStream(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: {
            name: 'tls',
            namespace: 'shop',
            annotations: { owner: 'shop', 'kubectl.kubernetes.io/last-applied-configuration': applied },
          },
          data: { key: 'aHVudGVyMg==' },
        }),
      ),
    )
    const mesh = { objects: () => objects.map(object => ({ cluster: 'home', object })) }
    const route = debugRoutes({ mesh } as unknown as DebugFacts).find(({ path }) => path === '/debug/configz')
    const request = { method: 'GET', path: '', query: '', peer: '127.0.0.1', headers: {} }
    const body = String((await route?.answer(request as unknown as WebRequest))?.body)
    expect(JSON.parse(body)).toMatchObject([
      { kind: 'Secret', metadata: { name: 'tls', annotations: { owner: 'shop' } } },
    ])
    expect(body).not.toContain('aHVudGVyMg')
  })
})

describe('debug pages answer to this machine alone', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:8080', 200],
    ['127.1.2.3', 'localhost', 200],
    ['::1', '[::1]:8080', 200],
    ['::ffff:127.0.0.1', 'LOCALHOST:8080', 200],
    ['127.0.0.1', undefined, 200],
    ['10.0.0.7', '10.0.0.1:8080', 403],
    ['::ffff:10.0.0.7', 'localhost', 403],
    ['fd00::1', '[fd00::2]', 403],
    ['', 'localhost', 403],
    ['127.0.0.1', 'rebound.example', 403],
    ['127.0.0.1', 'localhost.example:8080', 403],
    ['127.0.0.1', '127.0.0.1.example', 403],
  ])('peer %s, host %s: %i', async (peer, host, status) => {
    for (const path of ['/debug', '/debug/list', '/debug/connections']) expect(await ask(peer, host, path)).toBe(status)
  })

  it.each([
    ['cross-site', 403],
    ['same-origin', 200],
    ['none', 200],
  ])('asked by a browser, %s: %i', async (site, status) => {
    const route = routes.find(({ path }) => path === '/debug/list')
    const request = { method: 'GET', path: '', query: '', peer: '127.0.0.1', headers: { 'sec-fetch-site': site } }
    expect((await route?.answer(request as unknown as WebRequest))?.status).toBe(status)
  })

  it('has a guard on every page', async () => {
    for (const { path } of routes) expect(await ask('10.0.0.7', 'localhost', path)).toBe(403)
  })
})

describe('force_disconnect', () => {
  const streams = ['web-1.shop-1', 'web-1.shop-2', 'cart-1.shop-3'].map(connection => ({ connection, connectedAt: 1 }))
  const open = {
    streams: () => streams,
    nodeOf: (connection: string) => ({ instance: connection.replace(/-\d+$/, ''), id: connection }),
  }
  const call = async (disconnect: DebugFacts['disconnect'], query: string) => {
    const all = debugRoutes({ ...open, disconnect } as unknown as DebugFacts)
    const request = { method: 'GET', path: '', query, peer: '127.0.0.1', headers: {} }
    const answer = (path: string) =>
      all.find(route => route.path === path)?.answer({ ...request, path } as unknown as WebRequest)
    return { page: await answer('/debug/force_disconnect'), list: await answer('/debug/list') }
  }

  it('is off, and not listed, unless it was allowed', async () => {
    const { page, list } = await call(undefined, 'proxyID=web-1.shop')
    expect([page?.status, page?.body]).toEqual([404, expect.stringContaining('UNSAFE_ENABLE_ADMIN_ENDPOINTS=true')])
    expect(list?.body).not.toContain('force_disconnect')
  })

  it.each([
    ['proxyID=web-1.shop', 200, ['web-1.shop-1', 'web-1.shop-2']],
    ['proxyID=web-1.shop-2', 200, ['web-1.shop-2']],
    ['proxyID=other.shop', 404, []],
    // Not everybody for want of a name.
    ['', 400, []],
  ])('with %s: %i, ends %j', async (query, status, expected) => {
    const ended: string[] = []
    const { page, list } = await call(connection => ended.push(connection) > 0, query)
    expect([page?.status, ended]).toEqual([status, expected])
    if (status === 200) expect(JSON.parse(String(page?.body))).toEqual({ disconnected: expected })
    expect(list?.body).toContain('force_disconnect')
  })
})
