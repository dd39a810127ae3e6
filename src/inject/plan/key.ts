import { emptyObject, type Json, type JsonObject } from '../../lang/json.js'
import { EXACT, isRandomName, OPEN, type Rule } from './leaves.js'

/** Longest key, in UTF-16 units: a pod with more to be exact about has few of its kind. A stock pod's has one thousand. */
const MAX_KEY = 16_384
/** Most open texts of one pod. */
const MAX_OPEN = 1_024

/** A pod as the rules see it: pods of one key differ in their open texts only. */
export interface PodKey {
  readonly text: string
  /** In the order in which they stand; a random name once. */
  readonly open: readonly string[]
}

/** Undefined for a pod that is too large. */
export function keyOf(prefix: string, pod: Json, rule: Rule): PodKey | undefined {
  const writer = new KeyWriter(prefix)
  writer.value(pod, rule)
  return writer.isTooLong() ? undefined : writer
}

/**
 * Every part begins with what it is and says how long it is, or is closed: so no two pods that differ in anything exact have the same
 * text.
 */
class KeyWriter implements PodKey {
  text: string
  readonly open: string[] = []
  #names: string[] | undefined = undefined

  constructor(prefix: string) {
    this.text = prefix
  }

  isTooLong(): boolean {
    return this.text.length > MAX_KEY || this.open.length > MAX_OPEN
  }

  value(value: Json, rule: Rule): void {
    if (typeof value === 'string') this.#string(value, rule)
    else if (typeof value !== 'object') this.text += typeof value === 'bigint' ? `~${value};` : `#${value};`
    else if (value === null) this.text += 'n'
    else if (Array.isArray(value)) this.#list(value, rule.items ?? EXACT)
    else this.#map(value, rule)
  }

  #string(value: string, rule: Rule): void {
    if (rule.isOpen && value !== '') {
      this.open.push(value)
      this.text += '*'
    } else if (rule.isName && isRandomName(value)) this.#name(value)
    else this.text += `"${value.length}:${value}`
  }

  #name(value: string): void {
    this.#names ??= []
    let at = this.#names.indexOf(value)
    if (at === -1) {
      at = this.#names.push(value) - 1
      this.open.push(value)
    }
    this.text += `@${at};`
  }

  #list(list: readonly Json[], items: Rule): void {
    this.text += '['
    for (let i = 0; i < list.length; i++) {
      this.value(list[i]!, items)
      if (this.isTooLong()) return
    }
    this.text += ']'
  }

  #map(map: JsonObject, { fields, isOpenAt }: Rule): void {
    this.text += '{'
    for (const key in map) {
      this.text += `${key.length}:${key}`
      this.value(map[key]!, ruleAt(key, fields, isOpenAt))
      if (this.isTooLong()) return
    }
    this.text += '}'
  }
}

function ruleAt(key: string, fields: Rule['fields'], isOpenAt: Rule['isOpenAt']): Rule {
  if (fields !== undefined) return fields.get(key) ?? EXACT
  return isOpenAt?.(key) === true ? OPEN : EXACT
}

/** A copy with another text in the place of each open one, by its place in `PodKey.open`. */
export function withOpen(pod: Json, rule: Rule, textAt: (at: number, isName: boolean) => string): Json {
  let next = 0
  const names = new Map<string, string>()
  return copy(pod, rule)

  function copy(value: Json, rule: Rule): Json {
    if (typeof value === 'string') return text(value, rule)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(item => copy(item, rule.items ?? EXACT))
    const result = emptyObject()
    for (const key in value) result[key] = copy(value[key]!, ruleAt(key, rule.fields, rule.isOpenAt))
    return result
  }

  function text(value: string, rule: Rule): string {
    if (rule.isOpen && value !== '') return textAt(next++, false)
    if (!rule.isName || !isRandomName(value)) return value
    let name = names.get(value)
    if (name === undefined) names.set(value, (name = textAt(next++, true)))
    return name
  }
}
