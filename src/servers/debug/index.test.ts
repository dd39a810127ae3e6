import { describe, expect, it } from 'vitest'
import type { WebRequest } from '../router.js'
import { type DebugFacts, debugRoutes } from './index.js'

// Who may read is decided before any fact is looked at.
const routes = debugRoutes({ streams: () => [] } as unknown as DebugFacts)

const ask = async (peer: string, host: string | undefined, path: string) => {
  const route = routes.find(each => each.path === path)
  const request: WebRequest = {
    ...{ method: 'GET', path, query: '', peer },
    headers: host === undefined ? {} : { host },
    body: () => Promise.reject(new Error('a page has no use for a body')),
  }
  return (await route?.answer(request))?.status
}

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

  it('has a guard on every page', async () => {
    for (const { path } of routes) expect(await ask('10.0.0.7', 'localhost', path)).toBe(403)
  })
})
