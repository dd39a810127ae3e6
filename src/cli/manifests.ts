import { type FileHandle, lstat, mkdtemp, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { err, ok, type Result } from '../lang/result.js'
import { type CommandContext, collect } from './command.js'

/** One file of manifests, or standard input. */
export interface Manifest {
  /** As the user named it; `-` is standard input. Files of a folder are named below it. */
  readonly file: string
  readonly text: string
}

/** What a folder is searched for, as kubectl does. */
const MANIFEST_NAME = /\.(ya?ml|json)$/

/** Errors by their code, in the words that a shell's user knows. */
const ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
}

/** `no such file or directory`, without the stack and the system call that nobody asked for. */
export function systemError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ERRORS[code] ?? (error instanceof Error ? error.message : String(error))
}

/** Declares `-f`, whose values `readManifests` reads. */
export function manifestOption(command: Command): Command {
  return command.option(
    '-f, --filename <path>',
    'file, folder (searched recursively) or - for standard input; repeatable',
    collect,
    [],
  )
}

/**
 * Reads what `-f` names, in that order: files, `-`, and folders with all their YAML and JSON files, sorted by path. A file
 * that is named twice is read once. The error is one sentence that names the file.
 */
export async function readManifests(
  paths: readonly string[],
  context: CommandContext,
): Promise<Result<readonly Manifest[], string>> {
  const found: Manifest[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    const files = path === '-' ? ok(['-']) : await filesOf(path, context.cwd)
    if (!files.ok) return files
    for (const file of files.value) {
      const key = file === '-' ? file : resolve(context.cwd, file)
      if (seen.has(key)) continue
      seen.add(key)
      const text = file === '-' ? await readStdin(context) : await readText(file, context.cwd)
      if (!text.ok) return text
      found.push({ file, text: text.value })
    }
  }
  return ok(found)
}

/** The text of one file that a flag names. */
export async function readText(file: string, cwd: string): Promise<Result<string, string>> {
  try {
    return decode(file, await readFile(resolve(cwd, file)))
  } catch (error) {
    return err(`open ${file}: ${systemError(error)}`)
  }
}

async function readStdin(context: CommandContext): Promise<Result<string, string>> {
  const chunks: Uint8Array[] = []
  const encoder = new TextEncoder()
  for await (const chunk of context.stdin) chunks.push(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
  return decode('standard input', Buffer.concat(chunks))
}

function decode(file: string, bytes: Uint8Array): Result<string, string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return err(`${file} is not UTF-8 text`)
  }
}

async function filesOf(path: string, cwd: string): Promise<Result<readonly string[], string>> {
  try {
    if (!(await stat(resolve(cwd, path))).isDirectory()) return ok([path])
    const files = (await filesBelow(path, cwd)).sort()
    return files.length > 0 ? ok(files) : err(`there are no .yaml, .yml or .json files in ${path}`)
  } catch (error) {
    return err(`open ${path}: ${systemError(error)}`)
  }
}

async function filesBelow(folder: string, cwd: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(resolve(cwd, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await filesBelow(path, cwd)))
    else if (MANIFEST_NAME.test(entry.name)) found.push(path)
  }
  return found
}

/** Where the documents go: standard output as they come, or a file that appears whole when all of them are there. */
export interface ManifestOutput {
  readonly write: (text: string) => Promise<void>
  /** Keeps the file. The error is one sentence. */
  readonly finish: () => Promise<Result<void, string>>
  /** Leaves the file as it was before. */
  readonly abandon: () => Promise<void>
}

export function openOutput(file: string | undefined, context: CommandContext): Promise<Result<ManifestOutput, string>> {
  return file === undefined || file === '-' ? Promise.resolve(ok(toStdout(context))) : toFile(file, context.cwd)
}

function toStdout(context: CommandContext): ManifestOutput {
  return {
    write: async text => {
      context.stdout.write(text)
    },
    finish: async () => ok(undefined),
    abandon: async () => {},
  }
}

/** Bytes that are collected before they are written: a document at a time would cost a system call each. */
const WRITE_CHUNK = 1024 * 1024
/** Bytes that a UTF-16 unit takes at most. */
const MAX_UNIT_BYTES = 3

/** Writes beside the file and renames over it, so that no reader ever sees half of it. */
async function toFile(file: string, cwd: string): Promise<Result<ManifestOutput, string>> {
  let folder: string | undefined
  const leave = async (): Promise<void> => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
  try {
    const target = await targetOf(resolve(cwd, file))
    if (!target.isSpecial) folder = await mkdtemp(join(dirname(target.path), '.pillion-'))
    const path = folder === undefined ? target.path : join(folder, basename(target.path))
    const handle = await open(path, 'w')
    // Not as `open`'s argument: the umask is for new files.
    if (target.mode !== undefined && folder !== undefined) await handle.chmod(target.mode)
    const chunks = chunkedWriter(handle)
    const replace = async (): Promise<void> => {
      await chunks.end()
      if (folder !== undefined) await rename(path, target.path)
    }
    const finish = async (): Promise<Result<void, string>> => {
      const done = await replace().then(ok, error => err(`write ${file}: ${systemError(error)}`))
      await leave()
      return done
    }
    return ok({ write: chunks.write, finish, abandon: () => handle.close().then(leave) })
  } catch (error) {
    await leave()
    return err(`open ${file}: ${systemError(error)}`)
  }
}

/** An error while writing waits for `end`, so that there is one place to report it. */
function chunkedWriter(handle: FileHandle) {
  // Bytes, because a text that is put together from many pieces holds on to all of them until it is encoded.
  const pending = Buffer.allocUnsafe(WRITE_CHUNK)
  let used = 0
  let failure: unknown
  const put = (bytes: Uint8Array): Promise<unknown> => handle.writeFile(bytes).catch(error => (failure ??= error))
  return {
    write: async (text: string): Promise<void> => {
      const most = text.length * MAX_UNIT_BYTES
      if (most > WRITE_CHUNK - used) {
        await put(pending.subarray(0, used))
        used = 0
      }
      if (most > WRITE_CHUNK) await put(Buffer.from(text))
      else used += pending.write(text, used)
    },
    end: async (): Promise<void> => {
      await put(pending.subarray(0, used))
      await handle.close()
      if (failure !== undefined) throw failure
    },
  }
}

interface Target {
  readonly path: string
  /** A device or pipe: written to directly, there is nothing to rename over. */
  readonly isSpecial: boolean
  /** Permissions of a file that exists; a new one gets the usual ones. */
  readonly mode: number | undefined
}

/** The file behind links, with its permissions where it exists. */
async function targetOf(path: string): Promise<Target> {
  const link = await lstat(path).catch(() => undefined)
  if (link === undefined) return { path, isSpecial: false, mode: undefined }
  const real = await realpath(path).catch(() => path)
  const found = await stat(real)
  if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
  return { path: real, isSpecial: !found.isFile(), mode: found.mode & 0o777 }
}
