import type { GraphResource } from './encoded.js'

/**
 * Everything of a type, by name, in the order to send it. `parts`: it is these lists one after the other, which other proxies have
 * too, so that what is made of a part (its encoded form) can be shared.
 */
export type ResourceList = ReadonlyMap<string, GraphResource> & {
  readonly parts?: readonly ReadonlyMap<string, GraphResource>[]
}

type Part = ReadonlyMap<string, GraphResource>

const NOTHING: ResourceList = new Map()
const joined = new WeakMap<Part, WeakMap<Part, ResourceList>>()

/** The same lists give the same list. No name is in two. */
export function joinLists(lists: readonly Part[]): ResourceList {
  const [first, ...others] = lists.filter(({ size }) => size > 0)
  return others.reduce((before: ResourceList, next) => joinTwo(before, next), first ?? NOTHING)
}

function joinTwo(first: ResourceList, second: Part): ResourceList {
  const known = joined.get(first) ?? new WeakMap<Part, ResourceList>()
  joined.set(first, known)
  const list = known.get(second) ?? new JoinedList([...(first.parts ?? [first]), second])
  known.set(second, list)
  return list
}

class JoinedList implements ReadonlyMap<string, GraphResource> {
  readonly parts: readonly Part[]

  constructor(parts: readonly Part[]) {
    this.parts = parts
  }

  get size(): number {
    return this.parts.reduce((sum, { size }) => sum + size, 0)
  }

  get(name: string): GraphResource | undefined {
    for (const part of this.parts) {
      const found = part.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  has(name: string): boolean {
    return this.parts.some(part => part.has(name))
  }

  forEach(visit: (row: GraphResource, name: string, map: ReadonlyMap<string, GraphResource>) => void): void {
    for (const part of this.parts) for (const [name, row] of part) visit(row, name, this)
  }

  *entries(): MapIterator<[string, GraphResource]> {
    for (const part of this.parts) yield* part.entries()
    return undefined
  }

  *keys(): MapIterator<string> {
    for (const part of this.parts) yield* part.keys()
    return undefined
  }

  *values(): MapIterator<GraphResource> {
    for (const part of this.parts) yield* part.values()
    return undefined
  }

  [Symbol.iterator](): MapIterator<[string, GraphResource]> {
    return this.entries()
  }
}
