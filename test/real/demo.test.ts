import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ROOT } from '../kit/command.js'

// `npm run demo` as a user runs it; its checks are the assertions (tools/demo/checks.mjs).

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

function startDemo(): { readonly child: ChildProcess; readonly text: () => string; readonly code: Promise<number> } {
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'demo.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  return { child, text: () => text, code: once(child, 'close').then(([code]) => Number(code)) }
}

/** Whether anything listens there. */
async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  return new Promise(done => {
    socket.on('connect', () => done(true)).on('error', () => done(false))
  }).finally(() => socket.destroy()) as Promise<boolean>
}

describe('npm run demo', () => {
  it('sends traffic through real Envoys, and everything comes back as the configuration says', async () => {
    const { text, code } = startDemo()
    expect({ code: await code, text: text() }).toMatchObject({ code: 0 })
    expect(text()).toMatch(/✓ All 13 checks came out as the configuration says\.\n$/)
    expect(text()).not.toContain('✗')
    const [, v1, v2] = /200 requests: v1 (\d+), v2 (\d+)\n/.exec(text()) ?? []
    expect(Number(v1) + Number(v2)).toBe(200)
    expect(text()).toContain('reviews was called by spiffe://bookinfo.example/ns/shop/sa/productpage\n')
  })

  it('stops everything on Ctrl-C', async () => {
    const { child, text, code } = startDemo()
    await expect.poll(text, { timeout: 60_000 }).toContain('200: productpage v1')
    expect(await answers('127.0.0.11', 8080)).toBe(true)
    child.kill('SIGINT')
    expect(await code).toBe(130)
    for (const port of [3000, 8080, 9080]) expect(await answers('127.0.0.11', port)).toBe(false)
  })
})
