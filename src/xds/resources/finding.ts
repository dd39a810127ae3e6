import type { ConfigObject } from '../../config/object.js'
import type { Lookup } from '../../engine/index.js'
import { type Endpoint, isPublic, type MeshTables, type Service, serviceKey } from '../../mesh/index.js'

/** One thing that is so, by what it is so of. */
export interface Finding {
  readonly key: string
  readonly message: string
  /** The objects that it is about, the one without effect first. */
  readonly configs: readonly FindingConfig[]
}

export interface FindingConfig {
  readonly type: 'DestinationRule' | 'Pod' | 'Service' | 'ServiceEntry' | 'VirtualService'
  readonly namespace: string
  readonly name: string
}

export interface FindingMesh {
  readonly read: Lookup
  readonly tables: MeshTables
  /** Oldest first. */
  readonly services: readonly Service[]
  readonly entriesOf: ReadonlyMap<string, readonly ConfigObject[]>
  readonly endpoints: readonly Endpoint[]
}

export function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items)
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [item])
      else group.push(item)
    }
  return groups
}

export function configOf(type: FindingConfig['type'], { namespace, name }: ConfigObject): FindingConfig {
  return { type, namespace, name }
}

/** The objects that a service was made of. */
export function configsOf({ entriesOf }: FindingMesh, service: Service): readonly FindingConfig[] {
  const { namespace, name, registry } = service
  if (registry === 'Kubernetes') return [{ type: 'Service', namespace, name }]
  return (entriesOf.get(serviceKey(service)) ?? []).map(entry => configOf('ServiceEntry', entry))
}

/** Whether some namespace could see both. */
export function meet(a: readonly string[], b: readonly string[]): boolean {
  if (a[0] === '~' || b[0] === '~') return false
  return isPublic(a) || isPublic(b) || a.some(namespace => b.includes(namespace))
}

/** Each that comes after another which stands in its way, with that one. */
export function later<T>(
  sorted: readonly T[],
  isInTheWay: (older: T, younger: T) => boolean,
): readonly (readonly [T, T])[] {
  const found: (readonly [T, T])[] = []
  for (const [index, younger] of sorted.entries()) {
    const older = sorted.find((each, at) => at < index && isInTheWay(each, younger))
    if (older !== undefined) found.push([younger, older])
  }
  return found
}
