import type { GraphResource } from './encoded.js'
import type { ResourceList } from './resource-list.js'

type Part = ReadonlyMap<string, GraphResource>

const NOTHING: ResourceList = new Map()
const overlaid = new WeakMap<Part, WeakMap<Part, ResourceList>>()

/** The last list, with the rows of those before it in place of its own. The same lists give the same list. */
export function overlaidLists(lists: readonly Part[]): ResourceList {
  return lists.reduceRight((below: ResourceList, over) => overlaidTwo(over, below), NOTHING)
}

function overlaidTwo(over: Part, below: ResourceList): ResourceList {
  if (over.size === 0) return below
  if (below.size === 0 && !some(over, ({ isAbsent }) => isAbsent === true)) return over
  const known = overlaid.get(over) ?? new WeakMap<Part, ResourceList>()
  overlaid.set(over, known)
  const list = known.get(below) ?? new OverlaidList(over, below)
  known.set(below, list)
  return list
}

class OverlaidList implements ReadonlyMap<string, GraphResource> {
  readonly size: number
  readonly #over: Part
  readonly #below: Part

  constructor(over: Part, below: Part) {
    this.#over = over
    this.#below = below
    let size = below.size
    for (const [name, { isAbsent }] of over) size += (isAbsent === true ? 0 : 1) - (below.has(name) ? 1 : 0)
    this.size = size
  }

  get(name: string): GraphResource | undefined {
    const own = this.#over.get(name)
    if (own === undefined) return this.#below.get(name)
    return own.isAbsent === true ? undefined : own
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  *values(): MapIterator<GraphResource> {
    for (const [name, row] of this.#below) {
      const own = this.#over.get(name) ?? row
      if (own.isAbsent !== true) yield own
    }
    for (const [name, row] of this.#over) if (row.isAbsent !== true && !this.#below.has(name)) yield row
    return undefined
  }

  *entries(): MapIterator<[string, GraphResource]> {
    for (const row of this.values()) yield [row.name, row]
    return undefined
  }

  *keys(): MapIterator<string> {
    for (const { name } of this.values()) yield name
    return undefined
  }

  forEach(visit: (row: GraphResource, name: string, map: ReadonlyMap<string, GraphResource>) => void): void {
    for (const row of this.values()) visit(row, row.name, this)
  }

  [Symbol.iterator](): MapIterator<[string, GraphResource]> {
    return this.entries()
  }
}

function some(part: Part, is: (row: GraphResource) => boolean): boolean {
  for (const row of part.values()) if (is(row)) return true
  return false
}
