import { type BuiltinValues, parseBuiltinValues } from '../config/builtin-values.js'
import { parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { DEFAULT_MESH_CONFIG, loadMeshConfig } from '../config/mesh-config.js'
import { type InjectionEnvironment, type InjectionSetup, injectionSetup } from '../inject/index.js'
import { DEFAULT_CLUSTER } from '../inject/native.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { watchFiles } from '../sources/files.js'
import { type HomeObjects, hasHomeObjects, homeObjects } from '../sources/home-objects.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import type { TemplateHost } from '../template/index.js'
import { readOrProblem } from './reading.js'

/** Where the configuration stands; absolute paths. */
export interface InjectionFiles {
  readonly config: string
  readonly values: string
  /** Values that `values` need not repeat, where the templates are the built-in ones. */
  readonly defaults?: string
  /** Without one the built-in mesh config is used. */
  readonly mesh?: string
  /** Files and folders with Node, Namespace and ProxyConfig objects of the home cluster. */
  readonly objects: readonly string[]
  /** The control plane reads `objects` too, and tells what is wrong with them: it is no warning here then. */
  readonly areObjectsChecked: boolean
}

/** What does not come from files. */
export interface InjectionSurroundings {
  /** `""` is the default revision. */
  readonly revision: string
  /** Id of the home cluster, whose nodes `objects` holds. */
  readonly clusterId: string
  readonly environment: Omit<InjectionEnvironment, 'nodes'>
  /** Clock and randomness for templates that ask. */
  readonly host?: TemplateHost
}

/** All that injecting a pod needs, from one state of all files: nothing in it is newer or older than the rest. */
export interface LiveInjection {
  readonly setup: InjectionSetup
  /** Annotations by name of the Namespace. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly warnings: readonly Problem[]
}

export interface InjectionSource {
  readonly current: () => LiveInjection
  readonly close: () => void
}

export interface InjectionListener {
  /** The files that changed; the configuration they make is in use from now on. */
  readonly onReload: (changed: readonly string[], live: LiveInjection) => void
  /** The change cannot be used, wholly; what was in use before stays. */
  readonly onProblems: (problems: readonly Problem[]) => void
}

/** Reads the configuration and follows it on disk. At the start every problem is an error; later the last good state stays. */
export async function openInjection(
  files: InjectionFiles,
  around: InjectionSurroundings,
  listener: InjectionListener,
): Promise<Result<InjectionSource, readonly Problem[]>> {
  const optional = [files.defaults, files.mesh].filter(path => path !== undefined)
  const paths = [files.config, files.values, ...optional, ...files.objects]
  let seen: FileSnapshot = new Map()
  const watch = await watchFiles(paths, (snapshot, changed) => {
    const before = seen
    seen = snapshot
    if (!changed.some(path => isRead(path, before) || isRead(path, snapshot))) return
    const next = readOrProblem(() => readInjection(snapshot, files, around))
    if (!next.ok) return listener.onProblems(next.error)
    live = next.value
    listener.onReload(changed, live)
  })
  // Of the objects' many files injection reads few: the others change without anything being made anew.
  const isRead = (path: string, snapshot: FileSnapshot): boolean => {
    const content = snapshot.get(path)
    return (
      content !== undefined && (!isObjectFile(path, files) || hasHomeObjects(path, content, files.areObjectsChecked))
    )
  }
  seen = watch.current()
  const first = readInjection(seen, files, around)
  if (!first.ok) {
    watch.close()
    return first
  }
  let live = first.value
  return ok({ current: () => live, close: watch.close })
}

/** Every problem of every file at once, so that one round of editing can fix them all. */
function readInjection(
  snapshot: FileSnapshot,
  files: InjectionFiles,
  around: InjectionSurroundings,
): Result<LiveInjection, readonly Problem[]> {
  const config = readFrom(snapshot, files.config, parseInjectionConfig)
  const values = readValues(snapshot, files)
  const mesh = files.mesh === undefined ? ok(DEFAULT_MESH_CONFIG) : readFrom(snapshot, files.mesh, loadMeshConfig)
  const objects = homeObjects(objectFiles(snapshot, files), files.areObjectsChecked)
  const unreadable = objects.problems.filter(({ code }) => code === 'unreadable')
  if (!config.ok || !values.ok || !mesh.ok || unreadable.length > 0) {
    return err([config, values, mesh].flatMap(part => (part.ok ? [] : part.error)).concat(unreadable))
  }
  const setup = injectionSetup({
    config: config.value,
    values: values.value.values,
    mesh: mesh.value,
    proxyConfigs: objects.proxyConfigs,
    revision: around.revision,
    environment: { ...around.environment, nodes: nodesOf(objects, around.clusterId) },
    ...(around.host === undefined ? {} : { host: around.host }),
  })
  if (!setup.ok) return setup
  return ok({
    setup: setup.value,
    namespaces: objects.namespaces,
    warnings: [
      ...config.value.warnings,
      ...values.value.warnings,
      ...(files.areObjectsChecked ? [] : objects.problems),
    ],
  })
}

function readValues(snapshot: FileSnapshot, files: InjectionFiles): Result<BuiltinValues, readonly Problem[]> {
  if (files.defaults === undefined) {
    const values = readFrom(snapshot, files.values, parseInjectionValues)
    return values.ok ? ok({ values: values.value, warnings: [] }) : values
  }
  const defaults = readFrom(snapshot, files.defaults, text => ok(text))
  if (!defaults.ok) return defaults
  return readFrom(snapshot, files.values, (text, options) => parseBuiltinValues(text, defaults.value, options))
}

function readFrom<T>(
  snapshot: FileSnapshot,
  path: string,
  parse: (text: string, options: { readonly file: string }) => Result<T, readonly Problem[]>,
): Result<T, readonly Problem[]> {
  const content = snapshot.get(path)
  if (content?.ok === true) return parse(content.value, { file: path })
  const message = `cannot read ${path}: ${content === undefined ? 'it is a folder' : content.error}`
  return err([{ severity: 'error', code: 'unreadable', message }])
}

function objectFiles(snapshot: FileSnapshot, files: InjectionFiles): FileSnapshot {
  return new Map([...snapshot].filter(([path]) => isObjectFile(path, files)))
}

function isObjectFile(path: string, { objects }: InjectionFiles): boolean {
  return objects.some(root => path === root || path.startsWith(`${root}/`))
}

/** Without any Node object nothing is known about the cluster, which is not the same as a cluster without nodes. */
function nodesOf({ nodes }: HomeObjects, clusterId: string): InjectionEnvironment['nodes'] {
  return nodes.length === 0 ? new Map() : new Map([[clusterId === '' ? DEFAULT_CLUSTER : clusterId, nodes]])
}
