import { compareKeys } from './keys.js'

/** The keys of a map in the order in which they are printed. */
export interface KeyOrder {
  readonly keys: readonly string[]
  /** What is printed for each, its colon included; undefined for a key that cannot stand in front of one. */
  readonly heads: readonly (string | undefined)[]
}

/** Maps with more keys are sorted every time: they are data, whose keys are nobody else's. */
const MAX_KEYS = 48
/** Longest key that is remembered, in UTF-16 units. */
const MAX_KEY_LENGTH = 256
/** Places in the sequences of keys that are remembered; beyond it everything is forgotten. A workload has some 100. */
const MAX_PLACES = 4_096

/**
 * What is known of maps by their keys, in the order that these have in the map: the objects of Kubernetes have few different
 * sequences, and sorting, and finding out how a key is written, costs more than printing.
 */
export class KeyOrders {
  readonly #headOf: (key: string) => string | undefined
  #root = new Place()
  #places = 0

  /** `headOf` says how a key is written. */
  constructor(headOf: (key: string) => string | undefined) {
    this.#headOf = headOf
  }

  of(object: object): KeyOrder {
    let place = this.#root
    let count = 0
    for (const key in object) {
      if (++count > MAX_KEYS || key.length > MAX_KEY_LENGTH) return this.#orderOf(Object.keys(object))
      place = place.key === key ? place.next! : this.#step(place, key)
    }
    return (place.order ??= this.#orderOf(Object.keys(object)))
  }

  #orderOf(keys: string[]): KeyOrder {
    keys.sort(compareKeys)
    return { keys, heads: keys.map(this.#headOf) }
  }

  #step(place: Place, key: string): Place {
    const known = place.others?.get(key)
    if (known !== undefined) return known
    if (++this.#places > MAX_PLACES) {
      // Places in use are only detached.
      this.#root = new Place()
      this.#places = 0
    }
    const next = new Place()
    if (place.key === undefined) {
      place.key = key
      place.next = next
    } else (place.others ??= new Map()).set(key, next)
    return next
  }
}

/** A place in the sequences of keys; most have one successor. */
class Place {
  key: string | undefined = undefined
  next: Place | undefined = undefined
  others: Map<string, Place> | undefined = undefined
  order: KeyOrder | undefined = undefined
}
