import { resolve } from 'node:path'
import type { ProxyResources } from '../explain/config-dump.js'
import { formatProblem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { type CommandContext, type ExitCode, failed, wrongUse } from './command.js'
import { isMeshNamed, type MeshFlags, openMesh, writeProblems } from './mesh-files.js'
import type { NodeFlags } from './node-flags.js'
import { askServer } from './running-server.js'

/** Flags that say of which proxy, and where its configuration comes from: a server, files, or a dump. */
export interface ProxySourceFlags extends NodeFlags, MeshFlags {
  readonly server: string
  readonly file?: string
}

/** What a proxy holds; `isPartial`: some configuration is invalid and was left out. */
export interface FoundResources {
  readonly resources: ProxyResources
  readonly isPartial: boolean
}

/** The error is the exit code; what is wrong was written. */
export async function resourcesFor(
  flags: ProxySourceFlags,
  context: CommandContext,
): Promise<Result<FoundResources, ExitCode>> {
  if (flags.file === undefined && isMeshNamed(flags)) return fromMesh(flags, context)
  const found = flags.file === undefined ? await askedFor(flags, context) : await fromFile(flags.file, context)
  return found.ok ? ok({ resources: found.value, isPartial: false }) : found
}

async function askedFor(flags: ProxySourceFlags, context: CommandContext): Promise<Result<ProxyResources, ExitCode>> {
  const { proxy } = flags
  if (flags.node !== undefined) return err(wrongUse(context, '--node is for configuration from files: add --configDir'))
  if (proxy === undefined)
    return err(wrongUse(context, 'which proxy? Name it as NAME.NAMESPACE (pillion proxy-status lists them)'))
  return fromServer(proxy, flags.server, context)
}

export async function fromServer(
  proxy: string,
  server: string,
  context: CommandContext,
): Promise<Result<ProxyResources, ExitCode>> {
  const { readConfigDump } = await import('../explain/config-dump.js')
  const dump = await askServer(server, `/debug/config_dump?proxyID=${encodeURIComponent(proxy)}`)
  const resources = dump.ok ? readConfigDump(dump.value) : dump
  return resources.ok ? resources : err(failed(context, resources.error))
}

export async function fromFile(file: string, context: CommandContext): Promise<Result<ProxyResources, ExitCode>> {
  const { readText } = await import('./manifests.js')
  const { parseJson } = await import('../lang/gojson.js')
  const { readConfigDump } = await import('../explain/config-dump.js')
  const text = file === '-' ? await fromStdin(context) : await readText(resolve(context.cwd, file), context.cwd)
  if (!text.ok) return err(failed(context, text.error))
  const json = parseJson(text.value, { file })
  if (!json.ok) return err(failed(context, formatProblem(json.error)))
  const resources = readConfigDump(json.value)
  return resources.ok ? resources : err(failed(context, `${file}: ${resources.error}`))
}

async function fromStdin({ stdin }: CommandContext): Promise<Result<string, string>> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stdin) text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  return ok(text + decoder.decode())
}

async function fromMesh(flags: ProxySourceFlags, context: CommandContext): Promise<Result<FoundResources, ExitCode>> {
  const opened = await openMesh(flags, context)
  if (!opened.ok) return opened
  const { mesh, problems, named } = opened.value
  writeProblems(problems, context, named)
  const { proxyIn } = await import('./mesh-proxy.js')
  const node = await proxyIn(mesh, flags, context)
  if (!node.ok) return node
  const { resourcesOf } = await import('../explain/proxy-resources.js')
  const isPartial = problems.some(({ severity }) => severity === 'error')
  return ok({ resources: resourcesOf(mesh.graph, node.value), isPartial })
}
