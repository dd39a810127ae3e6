import { type EncodedResource, sizeOf } from './resource.js'

/** What was made of lists of resources, to be found again for those who are sent the same list. */
export interface ListCache<T> {
  /** Of what was made of these resources in this order, the first that fits. */
  find(resources: readonly EncodedResource[], fits: (made: T) => boolean): T | undefined
  /** Takes the place of `instead`, if that is still there. */
  keep(resources: readonly EncodedResource[], made: T, bytes: number, instead?: T): void
  clear(): void
  /** Of all that is held. */
  readonly bytes: number
}

interface Entry<T> {
  readonly resources: readonly EncodedResource[]
  readonly made: T
  readonly bytes: number
}

/** Lists of one key: beyond it the oldest go, as each list that comes is compared with those that have its key. */
const MAX_ALIKE = 8

/** Holds at most `maxBytes`: the oldest go first. */
export function createListCache<T>(maxBytes: number): ListCache<T> {
  const entries = new Map<string, Entry<T>[]>()
  let held = 0

  function dropOldest(): void {
    for (const [key, dropped] of entries) {
      if (held <= maxBytes) return
      entries.delete(key)
      for (const { bytes } of dropped) held -= bytes
    }
  }

  function add(key: string, entry: Entry<T>, instead: T | undefined): void {
    const alike = entries.get(key) ?? []
    const at = instead === undefined ? -1 : alike.findIndex(({ made }) => made === instead)
    const [dropped] = at >= 0 ? alike.splice(at, 1) : alike.length >= MAX_ALIKE ? alike.splice(0, 1) : []
    if (dropped !== undefined) held -= dropped.bytes
    alike.push(entry)
    entries.set(key, alike)
  }

  return {
    find: (resources, fits) =>
      entries.get(keyOf(resources))?.find(({ made, resources: others }) => fits(made) && isSame(resources, others))
        ?.made,
    keep: (resources, made, bytes, instead) => {
      if (bytes > maxBytes) return
      held += bytes
      dropOldest()
      add(keyOf(resources), { resources, made, bytes }, instead)
    },
    clear: () => {
      entries.clear()
      held = 0
    },
    get bytes() {
      return held
    },
  }
}

/** Tells nearly all lists apart: proxies have most of a list in common, and what is their own stands at its end. */
function keyOf(resources: readonly EncodedResource[]): string {
  const [first] = resources
  return resources.length === 1
    ? (first?.version ?? '')
    : `${first?.version} ${resources.length} ${resources.at(-1)?.version}`
}

/** Equal versions mean equal bytes: sources may encode one resource more than once. */
function isSame(list: readonly EncodedResource[], others: readonly EncodedResource[]): boolean {
  return list.length === others.length && list.every((resource, i) => isEqual(resource, others[i]))
}

function isEqual(a: EncodedResource, b: EncodedResource | undefined): boolean {
  return a === b || (b !== undefined && a.version === b.version && a.name === b.name && sizeOf(a) === sizeOf(b))
}
