import { spawn } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandContext } from '../../src/cli/command.js'
import { runProgram } from '../../src/cli/program.js'

export interface CommandCall {
  readonly args: readonly string[]
  /** Absolute; what the command line's relative paths mean. */
  readonly cwd: string
  /** The whole environment that the command sees. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string | Uint8Array
}

export interface CommandAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The clone: the nearest folder above this file with a `bin/`, whether it runs as TypeScript or compiled below build/. */
export const ROOT = resolve(
  dirname(fileURLToPath(import.meta.url)),
  import.meta.url.endsWith('.ts') ? '../..' : '../../..',
)

/** A point in time that tests state, for contexts made here. */
const NOW = new Date('2026-01-01T00:00:00Z')

/** A context that collects what is written. `stop` makes listeners of signals run. */
export function testContext(call: Omit<CommandCall, 'args'>): {
  readonly context: CommandContext
  readonly written: { stdout: string; stderr: string }
  readonly stop: () => void
} {
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<(signal: 'SIGTERM') => void>()
  const sink = (name: 'stdout' | 'stderr') => {
    const decoder = new TextDecoder()
    return {
      write: (chunk: string | Uint8Array) => {
        written[name] += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
        return true
      },
    }
  }
  const context: CommandContext = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: chunks(call.stdin),
    env: call.env ?? {},
    cwd: call.cwd,
    now: () => NOW,
    version: '0.0.0-test',
    onStop: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    forceExit: code => {
      throw new Error(`the command forced the process to end with ${code}`)
    },
  }
  const stop = (): void => {
    for (const listener of listeners) listener('SIGTERM')
  }
  return { context, written, stop }
}

async function* chunks(stdin: string | Uint8Array | undefined): AsyncIterable<Uint8Array> {
  if (stdin !== undefined) yield typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin
}

/** Runs a command line in this process, as main.ts would: the same program, another context. */
export async function runInProcess(call: CommandCall): Promise<CommandAnswer> {
  const { context, written } = testContext(call)
  const code = await runProgram(call.args, context)
  return { code, ...written }
}

/** Runs a command line as a process of its own: `bin/pillion.mjs`, with the environment given and PATH. */
export function runSpawned(call: CommandCall): Promise<CommandAnswer> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'pillion.mjs'), ...call.args], {
      cwd: call.cwd,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...call.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
    child.on('error', failed)
    child.on('close', code => done({ code: code ?? -1, ...written }))
    child.stdin.on('error', () => {}) // a command that ends without reading its input closes the pipe
    child.stdin.end(call.stdin ?? '')
  })
}
