// Runs short commands, one after the other in this process, and writes what V8 has compiled by then beside the bundled files:
// V8 keeps the functions that ran. Called by tools/bundle.mjs; the commands' output is nobody's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expectShortRun, keepCompiled, load, unload } from '../bin/bundle.mjs'

const root = resolve(import.meta.dirname, '..')
const entry = join(root, 'dist/bin/main.cjs')
const folder = mkdtempSync(join(tmpdir(), 'pillion-cache-'))
const manifest = join(folder, 'app.yaml')
const injected = join(folder, 'injected.yaml')

/** Enough of what people write for the readers of YAML and templates to have been at work. */
const workload = name => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector: {matchLabels: {app: "${name}"}}
  template:
    metadata:
      labels: {app: "${name}", version: 'v1'}
      annotations:
        # One that templates ask for.
        sidecar.istio.io/proxyCPU: 100m
    spec:
      containers:
      - name: app
        image: example.com/app:1
        command: ["sh", "-c", "sleep 1"]
        ports:
        - {containerPort: 8080}
        readinessProbe: {httpGet: {path: /, port: 8080}}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
---
`
writeFileSync(manifest, workload('a') + workload('b') + workload('c'))

const commands = [
  ['inject', '-f', manifest, '-o', injected],
  ['uninject', '-f', injected, '-o', join(folder, 'original.yaml')],
  ['explain', 'injection', '-f', manifest],
  ['validate', '-f', manifest],
  ['render', '--proxy', 'productpage-v1.shop', '--explain', '-o', 'short'],
  ['explain', 'visibility', '--proxy', 'productpage-v1.shop', '--host', 'reviews.books:9080'],
  ['explain', 'request', 'http://127.0.0.11:9080/', '-H', 'host: reviews.books:9080', '--proxy', 'productpage-v1.shop'],
]

expectShortRun()
process.on('beforeExit', next)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
next()

/** The next command when the one before has nothing left to do; after the last one the caches. */
function next() {
  const command = commands.shift()
  if (command === undefined) {
    process.off('beforeExit', next)
    return keepCompiled()
  }
  if (process.exitCode !== undefined && process.exitCode !== 0) return process.exit()
  process.argv = [process.execPath, join(root, 'bin/pillion.mjs'), ...command]
  unload(entry)
  load(entry)
}
