import type { MeshConfig } from '../config/mesh-config.js'
import type { InjectionEnvironment, InjectionSetup } from '../inject/index.js'
import type { Json } from '../lang/json.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import type { CommandContext } from './command.js'
import { readText } from './manifests.js'

/** The flags that say which injection configuration a command works with. */
export interface InjectionFlags {
  readonly injectConfigFile?: string
  readonly valuesFile?: string
  readonly meshConfigFile?: string
  readonly operatorFileName?: string
  readonly revision?: string
  /** Files and folders with Node, Namespace and ProxyConfig objects. */
  readonly configDir?: readonly string[]
}

export interface LoadedInjection {
  readonly setup: InjectionSetup
  /** Parts that no flag names, so that the built-in ones are used: `injection configuration`, `values`, `mesh config`. */
  readonly builtIn: readonly string[]
  /** Lines for standard error. */
  readonly warnings: readonly string[]
}

/** For standard error: which parts no flag names. */
export function builtInNotice(parts: readonly string[]): string {
  const last = parts.at(-1)
  const names = parts.length === 1 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
  return `no file was named for it: using Pillion's built-in ${names}`
}

type Loaded<T> = Result<T, readonly string[]>

/** Home cluster id, under which Node objects of `--configDir` are known. */
const HOME_CLUSTER = 'Kubernetes'

/** Reads and compiles everything. The errors are lines for standard error, all that can be found at once. */
export async function loadInjection(flags: InjectionFlags, context: CommandContext): Promise<Loaded<LoadedInjection>> {
  const operator = await loadOperator(flags, context)
  if (!operator.ok) return operator
  const [config, values, mesh, home] = await Promise.all([
    loadConfig(flags, context),
    loadValues(flags, operator.value.values, context),
    loadMesh(flags, operator.value.meshConfig, context),
    loadHome(flags.configDir ?? [], context),
  ])
  const failures = [config, values, mesh, home].flatMap(part => (part.ok ? [] : part.error))
  if (!config.ok || !values.ok || !mesh.ok || !home.ok) return err(failures)
  const { injectionSetup } = await import('../inject/index.js')
  const { templateHost } = await import('./template-host.js')
  const setup = injectionSetup({
    config: config.value.part,
    values: values.value.part.values,
    mesh: mesh.value.part,
    proxyConfigs: home.value.proxyConfigs,
    revision: flags.revision === 'default' ? '' : (flags.revision ?? ''),
    environment: environmentOf(context.env, home.value.nodes),
    host: templateHost(context),
  })
  if (!setup.ok) return err(setup.error.map(formatProblem))
  const parts = { 'injection configuration': config.value, values: values.value, 'mesh config': mesh.value }
  return ok({
    setup: setup.value,
    builtIn: Object.entries(parts).flatMap(([name, { isBuiltIn }]) => (isBuiltIn ? [name] : [])),
    warnings: [
      ...[...config.value.part.warnings, ...values.value.part.warnings].map(formatProblem),
      ...home.value.warnings,
    ],
  })
}

function environmentOf(env: CommandContext['env'], nodes: InjectionEnvironment['nodes']): InjectionEnvironment {
  return {
    nativeSidecars: env['ENABLE_NATIVE_SIDECARS'] ?? 'auto',
    nodes,
    platform: env['PLATFORM'] ?? '',
    compliancePolicy: env['COMPLIANCE_POLICY'] ?? '',
    variables: new Map(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  }
}

interface Part<T> {
  readonly part: T
  readonly isBuiltIn: boolean
}

async function loadOperator(flags: InjectionFlags, context: CommandContext) {
  const file = flags.operatorFileName
  if (file === undefined) return ok({ values: undefined, meshConfig: undefined })
  const { parseIstioOperator } = await import('../config/istio-operator.js')
  const text = await readText(file, context.cwd)
  return text.ok ? lines(parseIstioOperator(text.value, { file })) : err([text.error])
}

async function loadConfig(flags: InjectionFlags, context: CommandContext) {
  const { parseInjectionConfig } = await import('../config/injection-config.js')
  const chosen = await fileOrBuiltIn(flags.injectConfigFile, 'config', context)
  if (!chosen.ok) return chosen
  const { text, ...where } = chosen.value
  const allowsBareTemplate = flags.injectConfigFile !== undefined
  return part(lines(parseInjectionConfig(text, { file: where.file, allowsBareTemplate })), where)
}

async function loadValues(flags: InjectionFlags, operator: Json | undefined, context: CommandContext) {
  const chosen = operator === undefined ? await fileOrBuiltIn(flags.valuesFile, 'values', context) : undefined
  if (chosen?.ok === false) return chosen
  const isOwn = flags.injectConfigFile === undefined && chosen?.value.isBuiltIn !== true
  if (isOwn) return loadOverDefaults(operator, chosen?.value, context)
  const { parseInjectionValues, readInjectionValues } = await import('../config/injection-values.js')
  const values =
    chosen === undefined
      ? readInjectionValues(operator ?? null)
      : parseInjectionValues(chosen.value.text, { file: chosen.value.file })
  return part(
    lines(values.ok ? ok({ values: values.value, warnings: [] as readonly Problem[] }) : values),
    chosen?.value,
  )
}

/** The built-in templates count on values that a file of the user's need not name. */
async function loadOverDefaults(operator: Json | undefined, chosen: Chosen | undefined, context: CommandContext) {
  const defaults = await fileOrBuiltIn(undefined, 'values', context)
  if (!defaults.ok) return defaults
  const { parseBuiltinValues, readBuiltinValues } = await import('../config/builtin-values.js')
  const { text } = defaults.value
  const values =
    chosen === undefined
      ? readBuiltinValues(operator ?? null, text)
      : parseBuiltinValues(chosen.text, text, { file: chosen.file })
  return part(lines(values))
}

async function loadMesh(
  flags: InjectionFlags,
  operator: Json | undefined,
  context: CommandContext,
): Promise<Loaded<Part<MeshConfig>>> {
  const { DEFAULT_MESH_CONFIG, loadMeshConfig } = await import('../config/mesh-config.js')
  // The operator's part goes through the same reader as a file, as JSON, so that it is validated like one.
  if (operator !== undefined) return part(lines(loadMeshConfig(JSON.stringify(operator))))
  const file = flags.meshConfigFile
  if (file === undefined) return ok({ part: DEFAULT_MESH_CONFIG, isBuiltIn: true })
  const text = await readText(file, context.cwd)
  return text.ok ? part(lines(loadMeshConfig(text.value, { file }))) : err([text.error])
}

/** Node and ProxyConfig objects. Without any Node the home cluster is unknown, and `auto` means not native. */
async function loadHome(paths: readonly string[], context: CommandContext) {
  if (paths.length === 0) return ok({ nodes: new Map(), proxyConfigs: [], warnings: [] })
  const { readManifests } = await import('./manifests.js')
  const { homeObjects } = await import('../sources/home-objects.js')
  const files = await readManifests(paths, context)
  if (!files.ok) return err([files.error])
  const found = homeObjects(new Map(files.value.map(({ file, text }) => [file, ok(text)])))
  const nodes: InjectionEnvironment['nodes'] = new Map(found.nodes.length === 0 ? [] : [[HOME_CLUSTER, found.nodes]])
  return ok({ nodes, proxyConfigs: found.proxyConfigs, warnings: found.problems.map(formatProblem) })
}

interface Chosen {
  readonly file: string
  readonly text: string
  readonly isBuiltIn: boolean
}

/** The file that a flag names, else the one that ships with Pillion. */
async function fileOrBuiltIn(
  file: string | undefined,
  kind: 'config' | 'values',
  context: CommandContext,
): Promise<Loaded<Chosen>> {
  const { builtinInjectionFiles } = await import('../sources/builtin.js')
  const path = file ?? builtinInjectionFiles()?.[kind]
  if (path === undefined) return err([`this build has no injection configuration of its own: name files`])
  const text = await readText(path, context.cwd)
  return text.ok ? ok({ file: path, text: text.value, isBuiltIn: file === undefined }) : err([text.error])
}

function part<T>(
  loaded: Loaded<T>,
  { isBuiltIn }: { readonly isBuiltIn: boolean } = { isBuiltIn: false },
): Loaded<Part<T>> {
  return loaded.ok ? ok({ part: loaded.value, isBuiltIn }) : loaded
}

function lines<T>(result: Result<T, Problem | readonly Problem[]>): Loaded<T> {
  if (result.ok) return result
  const problems = 'message' in result.error ? [result.error] : result.error
  return err(problems.map(formatProblem))
}
