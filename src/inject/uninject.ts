import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYamlStream, stringifyYaml, type YamlDocument } from '../lang/yaml/index.js'
import { decodeTyped, encodeTyped } from '../patch/index.js'
import { type Loss, removeSidecar } from './removal.js'
import { pathInWorkload, podOf, withPod, workloadKindOf } from './workload.js'

export type { Loss } from './removal.js'

export interface UninjectOutcome {
  /** False: nothing in it was injected, and it came back as it was. */
  readonly changed: boolean
  readonly object: JsonObject
  readonly losses: readonly Loss[]
}

/** Takes the sidecar out of one object (any kind that `injectStream` handles, Lists too); others come back as they are. */
export function uninject(object: JsonObject): Result<UninjectOutcome, Problem> {
  if (object['kind'] === 'List') return uninjectList(object)
  const found = workloadKindOf(object)
  if (found === undefined) return ok({ changed: false, object, losses: [] })
  const decoded = decodeTyped(found.kind.type, object, { fromYaml: true })
  if (!decoded.ok) return decoded
  const workload = decoded.value as JsonObject
  const removed = removeSidecar(podOf(workload, found.kind))
  if (removed === undefined) return ok({ changed: false, object, losses: [] })
  const restored = encodeTyped(found.kind.type, withPod(workload, found.kind, removed.pod)) as JsonObject
  const losses = removed.losses.map(loss => ({ ...loss, path: pathInWorkload(loss.path, found.kind) }))
  return ok({ changed: true, object: restored, losses })
}

function uninjectList(object: JsonObject): Result<UninjectOutcome, Problem> {
  const items: Json[] = []
  const losses: Loss[] = []
  let changed = false
  for (const [index, item] of (Array.isArray(object['items']) ? object['items'] : []).entries()) {
    const result = isJsonObject(item) ? uninject(item) : ok({ changed: false, object: item, losses: [] })
    if (!result.ok)
      return err({ ...result.error, path: [`items[${index}]`, result.error.path].filter(Boolean).join('.') })
    changed ||= result.value.changed
    items.push(result.value.object)
    losses.push(...result.value.losses.map(loss => ({ ...loss, path: `items[${index}].${loss.path}` })))
  }
  return ok({ changed, object: changed ? { ...object, items } : object, losses })
}

export interface UninjectedDocument {
  /** Exact text to write, without the `---` that follows it. */
  readonly output: string
  readonly changed: boolean
  /** Line of the stream on which the document starts. */
  readonly line: number
  readonly losses: readonly Loss[]
  /** What could not be read; the document is then copied. */
  readonly problems: readonly Problem[]
}

/** As `injectStream`: documents without a sidecar pass byte for byte. */
export function uninjectStream(text: string, options: { readonly file?: string } = {}): UninjectedDocument[] {
  return parseYamlStream(text, options).map(uninjectDocument)
}

function uninjectDocument(document: YamlDocument): UninjectedDocument {
  const problems = document.problems.filter(({ severity }) => severity === 'error')
  const copied = document.text === '' || document.text.endsWith('\n') ? document.text : `${document.text}\n`
  const same = { output: copied, changed: false, line: document.line, losses: [], problems }
  if (problems.length > 0 || !isJsonObject(document.value)) return same
  const result = uninject(document.value)
  if (!result.ok) return { ...same, problems: [result.error] }
  if (!result.value.changed) return same
  const { object, losses } = result.value
  return { ...same, output: stringifyYaml(object), changed: true, losses }
}
