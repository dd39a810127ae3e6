import { isJsonObject, type Json } from '../lang/json.js'
import { parseYaml } from '../lang/yaml/index.js'
import type { CompiledTemplate } from './compile.js'
import { type ContextInput, templateContext } from './context.js'
import { findDeparture, inertJson, inertText, isSuspicious } from './inert.js'
import { PROXY_CONFIG_ANNOTATION } from './names.js'
import { annotationOf } from './pod.js'
import { failure, type Rendered, type Run } from './run.js'
import type { InjectionFailure } from './types.js'

/**
 * Proves that no value of the pod became structure: the templates are rendered once more with inert twins of the values
 * (inert.ts), and both results must have the same shape. Costs nothing unless a template read a text that could be more
 * than text. The reference lets such values through; here they are refused.
 */
export function proveStructure(
  run: Run,
  templates: readonly CompiledTemplate[],
  rendered: readonly Rendered[],
  input: ContextInput,
  suspects: ReadonlySet<string>,
): InjectionFailure | undefined {
  const isConfigSuspect = isSuspectConfig(run, input.proxyConfig)
  if (suspects.size === 0 && !isConfigSuspect) return undefined
  const workload = input.workload()
  const data = templateContext(run.setup, {
    ...input,
    pod: inertJson(input.pod),
    workload: () => ({
      type: { kind: inertText(workload.type.kind), apiVersion: inertText(workload.type.apiVersion) },
      name: inertText(workload.name),
      namespace: inertText(workload.namespace),
    }),
    proxyConfig: isConfigSuspect
      ? (inertJson(input.proxyConfig as Json) as typeof input.proxyConfig)
      : input.proxyConfig,
  })
  for (const [index, template] of templates.entries()) {
    const text = template.inert().execute(data)
    const twin = text.ok ? parseYaml(text.value, { memo: template.memo }) : text
    const where = twin.ok ? findDeparture(rendered[index]!.value, twin.value) : ''
    if (where !== undefined) return refusal(run, template.source.name, where, suspects)
  }
  return undefined
}

/** Whether an annotation may have brought such a text into the ProxyConfig. */
export function isSuspectConfig({ original }: Run, config: ContextInput['proxyConfig']): boolean {
  return annotationOf(original, PROXY_CONFIG_ANNOTATION) !== undefined && hasSuspect(config as Json)
}

/** Longest part of a value that a message shows, in characters. */
const SHOWN = 60
/** Most values that a message names. */
const NAMED = 5

function refusal(run: Run, template: string, where: string, suspects: ReadonlySet<string>): InjectionFailure {
  const at = where === '' ? 'what it renders' : where.replace(/^\./, '')
  const named = [...suspects].filter(text => text.trim() !== '').slice(0, NAMED)
  const culprits = named.map(text => `${pathTo(run.original as Json, text) ?? 'a value'} (${shown(text)})`).join(', ')
  const values = culprits === '' ? `the annotation ${PROXY_CONFIG_ANNOTATION}` : culprits
  return failure(
    'structure-changed',
    `refused: a value of the pod would become part of the structure that template ${template} makes, at ${at}; look at ${values}`,
  )
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
}

function hasSuspect(value: Json): boolean {
  if (typeof value === 'string') return isSuspicious(value)
  if (Array.isArray(value)) return value.some(hasSuspect)
  return isJsonObject(value) && Object.keys(value).some(key => isSuspicious(key) || hasSuspect(value[key]!))
}

/** Where in the pod the text stands. */
function pathTo(value: Json, text: string): string | undefined {
  if (value === text) return ''
  const entries = Array.isArray(value)
    ? value.map((item, i) => [`[${i}]`, item] as const)
    : isJsonObject(value)
      ? Object.keys(value).map(key => [/^[A-Za-z]+$/.test(key) ? `.${key}` : `["${key}"]`, value[key]!] as const)
      : []
  for (const [step, item] of entries) {
    const rest = pathTo(item, text)
    if (rest !== undefined) return `${step}${rest}`.replace(/^\./, '')
  }
  return undefined
}
