import type { Json, JsonObject } from '../lang/json.js'
import { isJsonObject } from '../lang/json.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import type { SourcePosition } from '../template/index.js'
import { containersOf, nameOf, objectsIn, type Pod, specOf } from './pod.js'
import type { InjectionStep, Provenance } from './types.js'

/** Watches one run, step by step, to tell afterwards what came from where. */
export interface Observer {
  /** A listener for what the template writes. */
  template(name: string): (text: string, position: SourcePosition) => void
  /** The pod after a template was laid over it. */
  overlay(template: string, pod: Pod): void
  /** The pod after a later step. */
  step(step: InjectionStep, pod: Pod): void
}

type Origin = Provenance['origin']
type Path = readonly (string | number)[]

/** What one template wrote, and which of its lines wrote each line of it. */
interface Output {
  readonly name: string
  text: string
  /** Template line by output line, both from 1. */
  readonly lines: number[]
}

/** Parts of a pod that are followed: containers, their env entries and fields, volumes, fields of the spec; by names, for places change. */
interface Part {
  readonly id: string
  readonly what: string
  readonly path: Path
  readonly value: Json
}

/** Follows containers, env entries, volumes, fields, labels and annotations through a run. */
export class Tracer implements Observer {
  readonly #outputs: Output[] = []
  readonly #origins = new Map<string, Origin>()
  #before: ReadonlyMap<string, Part>

  constructor(original: Pod) {
    this.#before = byId(partsOf(original))
    for (const id of this.#before.keys()) this.#origins.set(id, { by: 'pod' })
  }

  template(name: string): (text: string, position: SourcePosition) => void {
    const output: Output = { name, text: '', lines: [] }
    this.#outputs.push(output)
    return (text, position) => record(output, text, position)
  }

  overlay(template: string, pod: Pod): void {
    const output = this.#outputs.find(({ name }) => name === template)
    const document = parseYamlStream(output?.text ?? '')[0]
    const rendered = isJsonObject(document?.value) ? partsOf(document.value) : []
    for (const part of rendered) {
      const line = document?.locate(part.path)?.line ?? 1
      this.#origins.set(part.id, { by: 'template', template, line: output?.lines[line - 1] ?? 1 })
    }
    this.#before = byId(partsOf(pod))
  }

  step(step: InjectionStep, pod: Pod): void {
    const after = byId(partsOf(pod))
    for (const [id, part] of after) {
      const before = this.#before.get(id)
      const isContainer = part.what.startsWith('container ') || part.what.startsWith('init container ')
      // A container is not of another origin because a step touched something inside it.
      const isChanged =
        before === undefined || (!isContainer && JSON.stringify(before.value) !== JSON.stringify(part.value))
      if (isChanged) this.#origins.set(id, { by: 'step', step })
    }
    this.#before = after
  }

  /** Everything that stands in the final pod, in its order, and is not the user's own. */
  report(pod: Pod): Provenance[] {
    return partsOf(pod).map(({ id, what, path }) => ({ path, what, origin: this.#origins.get(id) ?? { by: 'pod' } }))
  }
}

function record(output: Output, text: string, position: SourcePosition): void {
  // Text nodes span several lines of the template; what a pipeline prints all comes from the line of its action.
  const pieces = text.split('\n')
  let line = output.text === '' ? 1 : output.lines.length
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) line++
    if (piece !== '' || output.lines[line - 1] === undefined) {
      const wasBlank = (output.text.split('\n').at(-1) ?? '').trim() === '' || index > 0
      if (wasBlank || output.lines[line - 1] === undefined) output.lines[line - 1] = position.line + index
    }
  }
  output.text += text
}

function byId(parts: readonly Part[]): ReadonlyMap<string, Part> {
  return new Map(parts.map(part => [part.id, part]))
}

/** Lists of the spec whose items are followed one by one. */
const FOLLOWED_LISTS = new Set(['containers', 'initContainers', 'volumes'])

function partsOf(pod: JsonObject): Part[] {
  return [
    ...containerParts(pod, 'initContainers', 'init container'),
    ...containerParts(pod, 'containers', 'container'),
    ...objectsIn(specOf(pod), 'volumes').map((volume, i) =>
      partOf(`volume ${nameOf(volume)}`, ['spec', 'volumes', i], volume),
    ),
    ...Object.keys(specOf(pod))
      .filter(key => !FOLLOWED_LISTS.has(key))
      .map(key => partOf(`spec.${key}`, ['spec', key], specOf(pod)[key]!)),
    ...metadataParts(pod, 'labels', 'label'),
    ...metadataParts(pod, 'annotations', 'annotation'),
  ]
}

function containerParts(pod: Pod, list: 'containers' | 'initContainers', word: string): Part[] {
  return containersOf(pod, list).flatMap((container, index) => {
    const path = ['spec', list, index]
    const name = nameOf(container)
    const env = objectsIn(container, 'env').map((entry, i) =>
      // A container may move between the lists: its entries are known by its name alone.
      partOf(`env ${nameOf(entry)} of ${name}`, [...path, 'env', i], entry),
    )
    const fields = Object.keys(container)
      .filter(key => key !== 'name' && key !== 'env')
      .map(key => partOf(`${key} of ${name}`, [...path, key], container[key]!))
    return [partOf(`${word} ${name}`, path, container), ...env, ...fields]
  })
}

function metadataParts(pod: Pod, key: 'labels' | 'annotations', word: string): Part[] {
  const metadata = isJsonObject(pod['metadata']) ? pod['metadata'] : {}
  const map = isJsonObject(metadata[key]) ? metadata[key] : {}
  return Object.keys(map).map(name => partOf(`${word} ${name}`, ['metadata', key, name], map[name]!))
}

function partOf(what: string, path: Path, value: Json): Part {
  return { id: what, what, path, value }
}
