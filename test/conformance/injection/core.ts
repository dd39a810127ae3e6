// One pod through the library's `inject`, from the texts that a user has in files.
import { parseInjectionConfig } from '../../../src/config/injection-config.js'
import { parseInjectionValues } from '../../../src/config/injection-values.js'
import { loadMeshConfig, type MeshConfig } from '../../../src/config/mesh-config.js'
import {
  type InjectionEnvironment,
  type InjectionOutcome,
  inject,
  injectionSetup,
  type SetupInput,
} from '../../../src/inject/index.js'
import type { Json, JsonObject } from '../../../src/lang/json.js'
import { formatProblem, type Problem } from '../../../src/lang/problem.js'
import type { Result } from '../../../src/lang/result.js'

export interface Injection {
  /** The `config` key of the ConfigMap; JSON is YAML. */
  readonly config: string
  readonly values?: Json
  readonly mesh?: MeshConfig | string
  readonly pod: unknown
  readonly environment?: Partial<InjectionEnvironment>
  readonly namespaceAnnotations?: Readonly<Record<string, string>> | undefined
  readonly namespace?: string
}

/** The parts of a setup, read from texts; templates are not compiled yet. */
export function parsedSetup(given: Omit<Injection, 'pod'>): SetupInput {
  return {
    config: must(parseInjectionConfig(given.config)),
    values: must(parseInjectionValues(JSON.stringify(given.values ?? {}))),
    mesh: typeof given.mesh === 'object' ? given.mesh : must(loadMeshConfig(given.mesh ?? '')),
    environment: given.environment ?? {},
  }
}

export function injectPod(given: Injection): InjectionOutcome {
  const setup = must(injectionSetup(parsedSetup(given)))
  const annotations = given.namespaceAnnotations
  return inject(setup, {
    pod: given.pod as JsonObject,
    namespace: given.namespace ?? '',
    ...(annotations === undefined ? {} : { namespaceAnnotations: new Map(Object.entries(annotations)) }),
  })
}

/** The injected pod; anything else throws, with the reason. */
export function injectedPod(given: Injection): Pod {
  const outcome = injectPod(given)
  if (outcome.verdict === 'injected') return outcome.pod as unknown as Pod
  throw new Error(outcome.verdict === 'failed' ? outcome.failure.message : `refused: ${outcome.decision.reason}`)
}

/** As much of a pod as rows look at. */
export interface Pod {
  readonly metadata: { readonly annotations?: Record<string, string>; readonly labels?: Record<string, string> }
  readonly spec: { readonly containers: Container[] | null; readonly initContainers?: Container[] }
}

export interface Container {
  readonly name: string
  readonly env?: { readonly name: string; readonly value?: string }[]
}

/** A configuration with one template, `sidecar`, that applies to every pod. */
export function configOf(template: string): string {
  return JSON.stringify({ policy: 'enabled', defaultTemplates: ['sidecar'], templates: { sidecar: template } })
}

/** What a piece of template text prints in the context of a pod; the text must come out without quotes. */
export function printed(given: Omit<Injection, 'config'>, text: string): string {
  const config = configOf(`metadata:\n  annotations:\n    printed: "${text}"\n`)
  return injectedPod({ ...given, config }).metadata.annotations?.['printed'] ?? ''
}

export function containerOf(pod: Pod, name: string): Container | undefined {
  return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].find(container => container.name === name)
}

export function must<T>(result: Result<T, Problem | readonly Problem[] | { readonly message: string }>): T {
  if (result.ok) return result.value
  const { error } = result
  if (Array.isArray(error)) throw new Error((error as readonly Problem[]).map(formatProblem).join('\n'))
  throw new Error((error as { readonly message: string }).message)
}
