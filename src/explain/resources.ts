import { type Explanation, inputsOf } from '../engine/index.js'
import type { Position } from '../lang/problem.js'

/** Which object of the configuration; `cluster` is empty for kinds that belong to the mesh. */
export interface ConfigName {
  /** Kind; `MeshConfig` and `MeshNetworks` for those two documents. */
  readonly type: string
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** An object that a resource was made from. */
export interface ConfigOrigin extends ConfigName {
  /** Where its document begins; undefined: it is built in, or nobody knows. */
  readonly source: Position | undefined
}

/** Where an object's document stands now: the newest place, not the one it had when its content last changed. */
export type FindSource = (object: ConfigName) => Position | undefined

/**
 * Objects that were there and were read, each once: what people write to steer traffic first, then services, then what comes
 * and goes by itself.
 */
export function originsOf(explanation: Explanation, sourceOf: FindSource): readonly ConfigOrigin[] {
  return inputsOf(explanation)
    .filter(({ isPresent }) => isPresent)
    .flatMap(({ table, key }) => configName(table, key) ?? [])
    .map(name => ({ ...name, source: sourceOf(name) }))
    .map((origin, index) => ({ origin, index }))
    .sort((a, b) => rankOf(a.origin) - rankOf(b.origin) || a.index - b.index)
    .map(({ origin }) => origin)
}

/** `VirtualService shop/reviews (mesh/shop.yaml:12)` */
export function originText({ type, namespace, name, source }: ConfigOrigin): string {
  const path = [namespace, name].filter(Boolean).join('/')
  const where = source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
  return `${type}${path === '' ? '' : ` ${path}`}${where}`
}

/** Inputs are called `config/<Kind>`, `meshConfig` and `networks` (src/mesh/inputs.ts). */
function configName(table: string, key: string): ConfigName | undefined {
  if (table === 'meshConfig') return { type: 'MeshConfig', cluster: '', namespace: '', name: '' }
  if (table === 'networks') return { type: 'MeshNetworks', cluster: '', namespace: '', name: '' }
  const type = /^config\/(.+)$/.exec(table)?.[1]
  if (type === undefined) return undefined
  const parts = key.split('/')
  const [name = '', namespace = ''] = [parts.at(-1), parts.at(-2)]
  return { type, cluster: parts.slice(0, -2).join('/'), namespace, name }
}

const RANKS: Readonly<Record<string, number>> = {
  Service: 1,
  WorkloadEntry: 2,
  EndpointSlice: 3,
  Endpoints: 3,
  Pod: 3,
  Node: 4,
  Namespace: 4,
  MeshNetworks: 5,
  MeshConfig: 5,
}

function rankOf({ type }: ConfigName): number {
  return Object.hasOwn(RANKS, type) ? (RANKS[type] ?? 0) : 0
}
