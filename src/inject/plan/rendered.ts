import { emptyObject, type Json, type JsonObject } from '../../lang/json.js'
import { fillText, heldIn, type Plan, type Shape } from '../../lang/yaml/shapes.js'
import type { DynamicParts } from '../../template/index.js'
import { EXACT, isFreeVariable, OPEN, RENDERED, type Rule, VARIABLE } from './leaves.js'

type TextNode = Extract<Plan, { kind: 'text' }>

/** A text of what a template renders that is made of values. */
export interface Slot {
  readonly text: TextNode
  /** What it has to be, because some step looks at it; undefined: any text. */
  readonly fixed: string | undefined
}

/** The texts of what a template rendered that may vary. */
export interface Outline {
  /** What each value may be. */
  readonly allowed: readonly RegExp[]
  /** In the order of the document. */
  readonly slots: readonly Slot[]
}

/** The outline of a shape for the values of one document; undefined if they do not fit it. */
export function outlineOf({ root, allowed }: Shape, holes: readonly string[]): Outline | undefined {
  const slots: Slot[] = []
  let isFitting = true
  const isFree = (name: Plan): boolean =>
    isFreeVariable(name.kind === 'same' ? name.value : name.kind === 'text' ? fillText(name, holes) : undefined)
  walk(root, RENDERED, isFree, (text, rule) => {
    const value = fillText(text, holes)
    if (value === undefined) isFitting = false
    slots.push({ text, fixed: rule.isOpen ? undefined : value })
    return value ?? ''
  })
  return isFitting ? { allowed, slots } : undefined
}

/** The document with a text of the caller's in each free slot, by its place among the slots. */
export function renderedWith({ root }: Shape, { slots }: Outline, textAt: (slot: number) => string): Json {
  let next = 0
  const isFree = (): boolean => false
  // What may vary was settled with the outline.
  return walk(root, RENDERED, isFree, () => {
    const at = next++
    return slots[at]!.fixed ?? textAt(at)
  })
}

type OnText = (text: TextNode, rule: Rule) => string
/** Whether a variable of this name may have any value. Names are always fixed. */
type IsFree = (name: Plan) => boolean

function walk(plan: Plan, rule: Rule, isFree: IsFree, onText: OnText): Json {
  switch (plan.kind) {
    case 'same':
      return plan.value
    case 'text':
      return onText(plan, rule)
    case 'list':
      return plan.items.map(item => walk(item, rule.items ?? EXACT, isFree, onText))
    case 'map':
      return walkMap(plan, rule, isFree, onText)
  }
}

function walkMap(
  { keys, items }: Extract<Plan, { kind: 'map' }>,
  rule: Rule,
  isFree: IsFree,
  onText: OnText,
): JsonObject {
  const map = emptyObject()
  const name = rule === VARIABLE ? items[keys.indexOf('name')] : undefined
  for (const [i, key] of keys.entries()) {
    const isValue = name !== undefined && key === 'value' && isFree(name)
    map[key] = walk(items[i]!, isValue ? OPEN : ruleAt(key, rule), isFree, onText)
  }
  return map
}

function ruleAt(key: string, { fields, isOpenAt }: Rule): Rule {
  if (fields !== undefined) return fields.get(key) ?? EXACT
  return isOpenAt?.(key) === true ? OPEN : EXACT
}

/** What the parts of a template that are run have to write for the outline to fit. */
export interface Expected {
  /** A text, or what a value is held by. */
  readonly texts: readonly (string | typeof PLAIN | typeof QUOTED)[]
  readonly ends: readonly number[]
}

const PLAIN = 1
const QUOTED = 2

export function expectedFrom({ texts, values, ends }: DynamicParts): Expected {
  const isValue = new Set(values)
  const kinds = texts.map((text, i) => {
    const held = isValue.has(i) ? heldIn(text) : undefined
    return held === undefined ? text : held === text ? PLAIN : QUOTED
  })
  return { texts: kinds, ends }
}

/** The values, in order; undefined where something else was written. */
export function holesOf(expected: Expected, { texts, values, ends }: DynamicParts): string[] | undefined {
  if (texts.length !== expected.texts.length || !isSameList(ends, expected.ends)) return undefined
  const holes: string[] = []
  let next = 0
  for (let i = 0; i < texts.length; i++) {
    const isValue = values[next] === i
    if (isValue) next++
    const held = isValue ? heldIn(texts[i]!) : undefined
    const wanted = expected.texts[i]!
    if (typeof wanted === 'string') {
      if (held !== undefined || wanted !== texts[i]) return undefined
    } else {
      if (held === undefined || (held === texts[i]) !== (wanted === PLAIN)) return undefined
      holes.push(held)
    }
  }
  return holes
}

/** The texts of the slots; undefined where one is more than text, or another than it has to be. */
export function slotTexts({ allowed, slots }: Outline, holes: readonly string[]): string[] | undefined {
  for (let i = 0; i < allowed.length; i++) if (!allowed[i]!.test(holes[i]!)) return undefined
  const texts: string[] = []
  for (let i = 0; i < slots.length; i++) {
    const { text, fixed } = slots[i]!
    const value = fillText(text, holes)
    if (value === undefined || (fixed !== undefined && fixed !== value)) return undefined
    texts.push(value)
  }
  return texts
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}
