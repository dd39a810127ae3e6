import { GoInt, GoObject, type GoValue, type StringMap } from './value.js'

/**
 * What a caller knows about its data, so that parts of a template which would only write the same again are not run again.
 * A part qualifies if it calls pure functions only and reads nothing but constants and steady inputs (analysis.ts). Its
 * output is kept by the identity of all constants and by the value of every expression over steady inputs in it; so a
 * result is never used where running the part could give another one.
 */
export interface MemoInputs {
  /** Fields of the data that are mostly the same object for one execution and the next. They must be immutable. */
  readonly constant: readonly string[]
  /** Paths (`ObjectMeta.Annotations`) that differ between executions, but look the same in what the template asks of them. */
  readonly steady: readonly string[]
  readonly lookups?: Lookups
}

/**
 * Calls that ask one map for one entry and depend on nothing else: of a function named here, with a steady path, a literal
 * key and constants. All of them are answered together then, by the entries that anybody asks for.
 */
export interface Lookups {
  readonly functions: readonly string[]
  /** The map, which all those calls ask. */
  readonly entries: (data: GoValue) => StringMap
}

/** What one part wrote. */
export interface KeptPart {
  readonly text: string
  readonly steps: number
  readonly work: number
  /** Variables that it set, by slot. */
  readonly writes: readonly (readonly [slot: number, value: GoValue])[]
}

/** Longest key, in UTF-16 units: longer ones come from annotations that nobody else has. */
const MAX_KEY = 1_024
/** Sets of constants that are kept at a time: the mesh's own ProxyConfig and some that annotations made. */
const MAX_CONSTANTS = 16
/** Different answers to everything that a template asks; for each a reference a segment is kept. */
export const MAX_ANSWERS = 256
/** Keys and texts of one template together, in UTF-16 units; beyond it everything is forgotten. A stock template has 30 thousand. */
const MAX_KEPT = 2 * 1024 * 1024

/** Parts by segment and key, for one set of constants. */
export interface MemoStore {
  readonly constants: readonly GoValue[]
  readonly parts: Map<string, KeptPart>[]
  /** The same parts for each answer to all that the template asks of steady inputs. */
  readonly known: Map<string, KnownParts>
}

/** Parts by segment and by the values of the variables that it reads. */
export type KnownParts = (Map<string, KeptPart> | undefined)[]

/** What one template has written so far. */
export class TemplateMemo {
  readonly #fields: readonly string[]
  #stores: MemoStore[] = []
  #kept = 0

  constructor(fields: readonly string[]) {
    this.#fields = fields
  }

  /** The store for data with these constants; undefined where the data has no fields to compare. */
  storeFor(data: GoValue): MemoStore | undefined {
    if (!(data instanceof GoObject)) return undefined
    const constants = this.#fields.map(name => data.field(name) as GoValue)
    const known = this.#stores.find(store => store.constants.every((value, i) => value === constants[i]))
    if (known !== undefined) return known
    if (this.#stores.length >= MAX_CONSTANTS) this.#forget()
    const store: MemoStore = { constants, parts: [], known: new Map() }
    this.#stores.push(store)
    return store
  }

  keep(store: MemoStore, segment: number, key: string, part: KeptPart | undefined): void {
    if (part === undefined) return
    this.#kept += key.length + part.text.length
    if (this.#kept > MAX_KEPT) {
      this.#forget()
      return
    }
    const parts = (store.parts[segment] ??= new Map<string, KeptPart>())
    parts.set(key, part)
  }

  /** The parts for one answer to everything; none at first. */
  knownFor({ known }: MemoStore, answers: string): KnownParts {
    let parts = known.get(answers)
    if (parts === undefined) {
      if (known.size >= MAX_ANSWERS) known.clear()
      known.set(answers, (parts = []))
    }
    return parts
  }

  /** A store that is in use is only detached: what is still kept in it goes with it. */
  #forget(): void {
    this.#stores = []
    this.#kept = 0
  }
}

/** A value in a key; undefined for those that no text stands for. What begins and ends each keeps two from reading as another two. */
export function keyText(value: GoValue): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return '-'
    case 'boolean':
      return value ? 't' : 'f'
    case 'string':
      return value.length > MAX_KEY ? undefined : `${value.length}:${value}`
    case 'number':
      return Object.is(value, -0) ? undefined : `=${value};`
    case 'bigint':
      return `~${value};`
  }
  if (value === null) return '!'
  return value instanceof GoInt ? `#${value.type.length}:${value.type}${value.kind}${value.value};` : undefined
}

function isScalar(value: GoValue): boolean {
  return value === null || typeof value !== 'object' || value instanceof GoInt
}

/** Longest list that a kept part may leave in a variable. */
const MAX_LIST = 64

/**
 * Whether what a part left in a variable may be given to later executions: scalars, and short lists of them. No function
 * changes a list; it is frozen to make sure.
 */
export function canKeep(value: GoValue): boolean {
  if (!Array.isArray(value)) return isScalar(value)
  if (value.length > MAX_LIST || !value.every(isScalar)) return false
  Object.freeze(value)
  return true
}

/** Whether a key is short enough to be worth keeping. */
export function isShortKey(key: string): boolean {
  return key.length <= MAX_KEY
}
