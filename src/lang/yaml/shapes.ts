import { emptyObject, isJsonObject, type Json, type JsonObject } from '../json.js'
import { share } from '../shared-json.js'
import { type ReadScalar, readFast, type ScalarStyle } from './fast.js'
import { resolvePlain } from './scalars.js'

/** A document in parts: the texts at `values`, in order, are data; the others come again and again. */
export interface DocumentParts {
  readonly texts: readonly string[]
  readonly values: readonly number[]
}

/** Places in the sequences of parts that are remembered; beyond it everything is forgotten. One sequence has some 80. */
const MAX_NODES = 10_000
/** Shapes at a time. The one of a stock template takes some 100 KB. */
const MAX_SHAPES = 256
/** Longest value that may be part of a sequence, in UTF-16 units. Longer ones are nobody else's. */
const MAX_FIXED_VALUE = 512
/** Values in one document: as many as there are marks. */
const MAX_HOLES = 1_024
/**
 * Three characters stand for each value while a shape is made. They are of Latin-1, so that what is cut from the text between
 * them is one byte a character to V8, and with it all that is ever made of the shape.
 */
const MARK_START = '\xff'
const MARKS = /\xff[\xc0-\xdf]{2}/g
const MARK_DIGIT = 0xc0
const MARK_BASE = 32

function markOf(hole: number): string {
  const [high, low] = [Math.trunc(hole / MARK_BASE), hole % MARK_BASE]
  return MARK_START + String.fromCharCode(MARK_DIGIT + high, MARK_DIGIT + low)
}

/**
 * Documents that differ in a few scalars only, as templates make them. Two documents of the same parts have the same shape,
 * if what differs is plain text within scalars: it is read once, with marks in the place of the values, and then
 * only filled in. Whatever could be more than text where it stands (a quote between quotes, a colon or a number without
 * them) is left to the reader, so a shape has no opinion of its own. `shapes.test.ts` proves that both agree.
 */
export class YamlShapes {
  #root = new Node()
  #nodes = 0
  #shapes = 0

  /** What the document says; undefined where it has to be read. Parts of the value are shared and frozen (shared-json.ts). */
  read({ texts, values }: DocumentParts): Json | undefined {
    const holes: string[] = []
    let node = this.#root
    let next = 0
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!
      if (i !== values[next]) {
        if (text === HOLE) return undefined
        node = this.#step(node, text)
      } else {
        next++
        const held = heldIn(text)
        if (held === undefined) {
          if (text.length > MAX_FIXED_VALUE || text === HOLE) return undefined
          node = this.#step(node, text)
        } else if (held === text) node = this.#step(node, HOLE)
        else node = this.#step(this.#step(this.#step(node, QUOTE), HOLE), QUOTE)
        if (held !== undefined) holes.push(held)
      }
    }
    // A shape costs as much as some readings, and many documents are the only ones of their kind.
    if (node.met++ < 1) return undefined
    if (node.shape === undefined) {
      if (++this.#shapes > MAX_SHAPES) this.#forget()
      node.shape = shapeOfParts({ texts, values }) ?? null
    }
    return node.shape === null ? undefined : fillShape(node.shape, holes)
  }

  #step(node: Node, text: string): Node {
    if (node.text === text) return node.child!
    if (node.text === undefined) {
      node.text = text
      node.child = new Node()
      this.#count()
      return node.child
    }
    node.others ??= new Map()
    let child = node.others.get(text)
    if (child === undefined) {
      node.others.set(text, (child = new Node()))
      this.#count()
    }
    return child
  }

  #count(): void {
    if (++this.#nodes > MAX_NODES) this.#forget()
  }

  /** Nodes in use are only detached. */
  #forget(): void {
    this.#root = new Node()
    this.#nodes = 0
    this.#shapes = 0
  }
}

/** A place in the sequences of parts; most have one successor. */
class Node {
  text: string | undefined = undefined
  child: Node | undefined = undefined
  others: Map<string, Node> | undefined = undefined
  met = 0
  /** Null where documents of these parts always have to be read. */
  shape: Shape | null | undefined = undefined
}

/** Stands for a value in a sequence of parts; a document with a part that is this text makes no shape. */
const HOLE = MARK_START
const QUOTE = '"'
const DOUBLE_QUOTE = 34

/** Printable ASCII without blanks at the ends: what leaves lines, indentation and chomping alone. */
const SIMPLE = /^[!-~](?:[ -~]*[!-~])?$/

/** The text that fills a hole: the value itself, or what it has between double quotes; undefined if it stays as it is. */
export function heldIn(value: string): string | undefined {
  if (value.charCodeAt(0) !== DOUBLE_QUOTE) return SIMPLE.test(value) ? value : undefined
  const inner = value.slice(1, -1)
  return value.endsWith(QUOTE) && SIMPLE.test(inner) && ALLOWED.double.test(inner) ? inner : undefined
}

/** What a value may be made of where it stands in a scalar of a style; a flow's plain scalars end at too many characters. */
const ALLOWED: Readonly<Record<Exclude<ScalarStyle, 'flow'>, RegExp>> = {
  plain: /^[\w./](?:[\w./=+,@:-]*[\w./=+,@-])?$/,
  double: /^[^"\\]*$/,
  single: /^[^']*$/,
  literal: /^/,
}

/** What documents of the same parts have in common. */
export interface Shape {
  readonly root: Plan
  /** By hole. */
  readonly allowed: readonly RegExp[]
}

export type Plan =
  | { readonly kind: 'same'; readonly value: Json }
  | { readonly kind: 'text'; readonly isPlain: boolean; readonly between: readonly string[]; readonly first: number }
  | { readonly kind: 'list'; readonly items: readonly Plan[] }
  | { readonly kind: 'map'; readonly keys: readonly string[]; readonly items: readonly Plan[] }

/** The document's text with a mark for every hole; undefined if it has marks of its own, or too many holes. */
function partsTo(texts: readonly string[], values: readonly number[]): { text: string; holes: number } | undefined {
  const isValue = new Set(values)
  let text = ''
  let holes = 0
  for (const [i, part] of texts.entries()) {
    const held = isValue.has(i) ? heldIn(part) : undefined
    if (held === undefined && part.includes(MARK_START)) return undefined
    if (held === undefined) text += part
    else {
      const mark = markOf(holes++)
      text += held === part ? mark : QUOTE + mark + QUOTE
    }
  }
  return holes > MAX_HOLES ? undefined : { text, holes }
}

/** The shape of one document; undefined where documents of these parts always have to be read. */
export function shapeOfParts({ texts, values }: DocumentParts): Shape | undefined {
  return shapeOf(partsTo(texts, values))
}

function shapeOf(marked: { readonly text: string; readonly holes: number } | undefined): Shape | undefined {
  if (marked === undefined || marked.text.includes('\r')) return undefined
  const styles = new Map<string, ScalarStyle>()
  const onScalar: ReadScalar = (text, style) => {
    for (const mark of text.match(MARKS) ?? []) styles.set(mark, style)
  }
  const value = readFast(marked.text, false, undefined, onScalar)
  if (!isJsonObject(value)) return undefined
  const planner = new Planner(styles)
  const root = planner.plan(value)
  if (root === undefined || planner.next !== marked.holes) return undefined
  return { root, allowed: planner.allowed }
}

/** Walks a document and expects the marks in their order, each once, inside of scalars that are no keys. */
class Planner {
  readonly allowed: RegExp[] = []
  readonly #styles: ReadonlyMap<string, ScalarStyle>
  next = 0

  constructor(styles: ReadonlyMap<string, ScalarStyle>) {
    this.#styles = styles
  }

  plan(value: Json): Plan | undefined {
    if (typeof value === 'string' && value.includes(MARK_START)) return this.#text(value)
    if (typeof value !== 'object' || value === null) return { kind: 'same', value }
    const before = this.next
    const keys = Array.isArray(value) ? [] : Object.keys(value)
    if (keys.some(key => key.includes(MARK_START))) return undefined
    const items: Plan[] = []
    for (const item of Array.isArray(value) ? value : keys.map(key => value[key]!)) {
      const plan = this.plan(item)
      if (plan === undefined) return undefined
      items.push(plan)
    }
    if (this.next === before) return { kind: 'same', value: share(value) }
    return Array.isArray(value) ? { kind: 'list', items } : { kind: 'map', keys, items }
  }

  #text(value: string): Plan | undefined {
    const first = this.next
    let isPlain = false
    for (const mark of value.match(MARKS) ?? []) {
      const style = this.#styles.get(mark)
      if (mark !== markOf(this.next++) || style === undefined || style === 'flow') return undefined
      isPlain = style === 'plain'
      this.allowed.push(ALLOWED[style])
    }
    return { kind: 'text', isPlain, between: value.split(MARKS), first }
  }
}

function fillShape({ root, allowed }: Shape, holes: readonly string[]): Json | undefined {
  for (let i = 0; i < allowed.length; i++) if (!allowed[i]!.test(holes[i]!)) return undefined
  return fill(root, holes)
}

function fill(plan: Plan, holes: readonly string[]): Json | undefined {
  switch (plan.kind) {
    case 'same':
      return plan.value
    case 'text':
      return fillText(plan, holes)
    case 'list': {
      const list: Json[] = []
      for (const item of plan.items) {
        const value = item.kind === 'same' ? item.value : fill(item, holes)
        if (value === undefined) return undefined
        list.push(value)
      }
      return list
    }
    case 'map':
      return fillMap(plan, holes)
  }
}

function fillMap({ keys, items }: Extract<Plan, { kind: 'map' }>, holes: readonly string[]): JsonObject | undefined {
  const map = emptyObject()
  for (let i = 0; i < keys.length; i++) {
    const item = items[i]!
    const value = item.kind === 'same' ? item.value : fill(item, holes)
    if (value === undefined) return undefined
    map[keys[i]!] = value
  }
  return map
}

/** Undefined for an unquoted scalar that says something else than its text: a number, a word of YAML. */
export function fillText(
  { isPlain, between, first }: Extract<Plan, { kind: 'text' }>,
  holes: readonly string[],
): string | undefined {
  let text = between[0]!
  for (let i = 1; i < between.length; i++) text += holes[first + i - 1]! + between[i]!
  if (!isPlain) return text
  const value = resolvePlain(text)
  return typeof value === 'string' ? value : undefined
}
