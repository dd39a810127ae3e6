// A webhook under load with threads that help, while its configuration changes and threads are lost.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admit } from '../../src/servers/admit.js'
import { answerInjection } from '../../src/servers/injection.js'
import { type InjectionInputs, readInjection } from '../../src/servers/injection-source.js'
import { ROOT } from '../kit/command.js'
import { fetch1 } from '../kit/http.js'

const SAMPLE = join(ROOT, 'samples/opt-in')
const CONNECTIONS = 8
const CHANGES = 5
/** In each thread but the main one: does away with it when there is a file that says so. */
const SABOTAGE = `const { existsSync, rmSync } = require('node:fs')
if (!require('node:worker_threads').isMainThread) setInterval(() => {
  for (const name of ['end', 'hang']) if (existsSync(name)) {
    rmSync(name)
    if (name === 'end') process.exit(9)
    for (;;);
  }
}, 20)
`

const folder = mkdtempSync(join(tmpdir(), 'pillion-threads-'))
const at = (name: string): string => join(folder, name)
const config = readFileSync(join(SAMPLE, 'config.yaml'), 'utf8')
const values = (version: number): string =>
  readFileSync(join(SAMPLE, 'values.yaml'), 'utf8').replace('1.30.0', `1.30.${version}`)

let child: ChildProcess
let log = ''
let http = ''
let monitoring = ''

function put(name: string, text: string): void {
  writeFileSync(at(`.${name}`), text)
  renameSync(at(`.${name}`), at(name))
}

beforeAll(async () => {
  put('config.yaml', config)
  put('values.yaml', values(0))
  put('sabotage.cjs', SABOTAGE)
  const addresses = ['--httpsAddr=', '--grpcAddr=', '--httpAddr=127.0.0.1:0', '--monitoringAddr=127.0.0.1:0']
  const files = ['--injectConfigFile', 'config.yaml', '--valuesFile', 'values.yaml', '--readyFile', 'ready.json']
  const flags = [...addresses, ...files, '--webhookThreads', '2']
  child = spawn(process.execPath, [join(ROOT, 'bin/pillion.mjs'), 'serve', ...flags], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_OPTIONS: '--require ./sabotage.cjs' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text))
  while (!existsSync(at('ready.json'))) {
    if (child.exitCode !== null) throw new Error(log)
    await after(10)
  }
  ;({ http, monitoring } = JSON.parse(readFileSync(at('ready.json'), 'utf8')))
})
afterAll(() => {
  child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Large, so that the server has far more to do with it than who asks. */
function body(index: number): Buffer {
  const containers = Array.from({ length: 150 }, (_, i) => ({
    name: `app-${i}`,
    image: `registry.example.com/team/app-${i}:${index}`,
    ports: [{ containerPort: 8000 + i, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
  }))
  const metadata = { name: `pod-${index}`, annotations: { 'sidecar.istio.io/inject': 'true' } }
  const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } }
  const request = { uid: `u-${index}`, namespace: 'demo', operation: 'CREATE', object }
  return Buffer.from(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }))
}

/** By version of the values: what one thread alone says. */
function expectedTexts(request: Buffer): string[] {
  const environment = { nativeSidecars: 'auto', platform: '', compliancePolicy: '', variables: new Map() }
  return Array.from({ length: CHANGES + 1 }, (_, version) => {
    const files = { config: 'config.yaml', values: 'values.yaml', objects: [], areObjectsChecked: false }
    const snapshot: InjectionInputs['snapshot'] = new Map([
      ['config.yaml', { ok: true, value: config }],
      ['values.yaml', { ok: true, value: values(version) }],
    ])
    const around = { revision: '', clusterId: 'Kubernetes', environment }
    const live = readInjection({ snapshot, files, around }, undefined)
    if (!live.ok) throw new Error(live.error.map(({ message }) => message).join())
    return admit((review, path) => answerInjection(live.value, review, path), request, '/inject', String).text
  })
}

interface Answer {
  readonly text: string
  readonly isLast: boolean
}

/** Undefined: the server hung up before it had said anything, as it may with a connection that waits for nothing. */
async function exchange(socket: Socket, request: Buffer): Promise<Answer | undefined> {
  const head = `POST /inject HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${request.length}\r\n\r\n`
  socket.write(Buffer.concat([Buffer.from(head), request]))
  let text = ''
  for (;;) {
    const end = text.indexOf('\r\n\r\n')
    const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1]
    if (end > 0 && text.length >= end + 4 + Number(length))
      return { text: text.slice(end + 4), isLast: /connection: close/i.test(text.slice(0, end)) }
    const chunk = await nextChunk(socket)
    if (chunk === undefined) break
    text += chunk.toString('latin1')
  }
  if (text !== '') throw new Error(`half of an answer: ${text.slice(0, 300)}`)
  return undefined
}

/** Undefined: it is closed. */
function nextChunk(socket: Socket): Promise<Buffer | undefined> {
  return new Promise(resolve => {
    const settle = (chunk?: Buffer): void => {
      socket.off('data', settle).off('close', onClose)
      resolve(chunk)
    }
    const onClose = (): void => settle()
    socket.on('data', settle).on('close', onClose)
    if (socket.closed) settle()
  })
}

const count = (pattern: RegExp): number => log.match(pattern)?.length ?? 0
const RELOADED = /configuration reloaded/g
const STARTED = /another thread answers too/g
const LOST = /a thread of the webhook is lost.*/g

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    if (child.exitCode !== null) throw new Error(`the server ended before ${what}: ${log.slice(-3000)}`)
    await after(20)
  }
}

async function metric(name: string): Promise<number> {
  const { body: text } = await fetch1(`http://${monitoring}/metrics`, { method: 'GET' })
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
}

/** Whether threads were given requests since the last time. */
async function isHelped(): Promise<boolean> {
  const given = await metric('pillion_webhook_thread_requests_total')
  await after(50)
  return (await metric('pillion_webhook_thread_requests_total')) > given
}

interface Load {
  answers: number
  /** Connections that ended with an answer. */
  last: number
  readonly versions: Set<number>
  readonly wrong: string[]
  isOver: boolean
}

/** Asks again and again; each answer has to be that of a version that was in force when it was asked for, or of a newer one. */
async function ask(index: number, load: Load): Promise<void> {
  const request = body(index)
  const expected = expectedTexts(request)
  const socket = connect(Number(http.split(':').at(-1)), '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  while (!load.isOver) {
    const inForce = count(RELOADED)
    const answer = await exchange(socket, request)
    if (answer === undefined) break
    const version = expected.indexOf(answer.text)
    if (version < inForce) load.wrong.push(`version ${version} after ${inForce}: ${answer.text.slice(0, 300)}`)
    load.versions.add(version)
    load.answers++
    if (!answer.isLast) continue
    load.last++
    break
  }
  socket.destroy()
}

describe('a webhook under load', () => {
  it('answers as one thread would, whatever becomes of its configuration and its threads', {
    timeout: 120_000,
  }, async () => {
    const load: Load = { answers: 0, last: 0, versions: new Set(), wrong: [], isOver: false }
    const asking = Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => ask(index, load)))

    await until('a thread helped', isHelped)
    for (let version = 1; version <= CHANGES; version++) {
      put('values.yaml', values(version))
      await until('a change was in force', () => count(RELOADED) === version)
      if (version % 2 === 0) await until('a thread helped again', isHelped)
    }
    const threads = await metric('pillion_webhook_threads')
    for (const way of ['end', 'hang']) {
      await until('a thread helped once more', isHelped)
      const before = count(LOST)
      put(way, '')
      await until(`a thread was lost (${way})`, () => count(LOST) > before)
    }
    await until('there was a thread again', () => count(STARTED) >= threads + 2)
    await until('it helped', isHelped)
    load.isOver = true
    await asking

    expect([load.wrong, load.last]).toEqual([[], 0])
    expect([...load.versions].sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(log.match(LOST)).toEqual([
      expect.stringMatching(/why="it ended with 9"/),
      expect.stringMatching(/why="it does not answer any more"/),
    ])
    const given = await metric('pillion_webhook_thread_requests_total')
    expect(given).toBeGreaterThan(0)
    expect(given).toBeLessThan(load.answers)
    expect(await metric('sidecar_injection_success_total')).toBe(load.answers)
  })

  it('lets requests in flight finish when it is stopped, threads or not', async () => {
    const load: Load = { answers: 0, last: 0, versions: new Set(), wrong: [], isOver: false }
    const asking = Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => ask(index, load)))
    await until('a thread helps', isHelped)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await asking
    expect(await ended).toEqual([0, null])
    expect(load.wrong).toEqual([])
    expect(load.last).toBeGreaterThan(0)
  })
})
