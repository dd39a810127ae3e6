import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../kit/command.js'
import { fetch1 } from '../kit/http.js'

const SERVICES = 1000
const folder = mkdtempSync(join(tmpdir(), 'pillion-memory-'))
let child: ChildProcess | undefined

const objects = (_: unknown, index: number): string => `apiVersion: v1
kind: Service
metadata: {name: app-${index}, namespace: team}
spec: {clusterIP: 10.96.${index >> 8}.${index & 255}, selector: {app: app-${index}}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: app-${index}-0, namespace: team, labels: {app: app-${index}}}
spec: {containers: [{name: app, image: registry.example.com/app:1, ports: [{containerPort: 8080}]}]}
status: {phase: Running, podIP: 10.0.${index >> 8}.${index & 255}}
`

beforeAll(async () => {
  writeFileSync(join(folder, 'mesh.yaml'), Array.from({ length: SERVICES }, objects).join('---\n'))
  const free = [
    '--httpsAddr=',
    '--httpAddr',
    '127.0.0.1:0',
    '--grpcAddr',
    '127.0.0.1:0',
    '--monitoringAddr',
    '127.0.0.1:0',
  ]
  const flags = ['--configDir', 'mesh.yaml', '--readyFile', 'ready.json', ...free]
  child = spawn(process.execPath, [join(ROOT, 'bin/pillion.mjs'), 'serve', ...flags], { cwd: folder, stdio: 'ignore' })
  while (!existsSync(join(folder, 'ready.json'))) {
    if (child.exitCode !== null) throw new Error(`pillion serve ended with ${child.exitCode}`)
    await after(10)
  }
})

afterAll(async () => {
  if (child?.exitCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  rmSync(folder, { recursive: true })
})

// V8 would have taken 32 MiB for it: of what a mesh is read from, nothing is used again.
it.runIf(process.versions.node.startsWith('20.'))('a mesh that was read leaves a small young generation', async () => {
  const { monitoring } = JSON.parse(readFileSync(join(folder, 'ready.json'), 'utf8')) as { monitoring: string }
  const { body } = await fetch1(`http://${monitoring}/metrics`, { method: 'GET' })
  const bytes = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)/m.exec(body)?.[1]
  expect(Number(bytes)).toBe(8 * 1024 * 1024)
})
