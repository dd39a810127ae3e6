import type { Scope } from './scope.js'
import type { Family, Hold } from './types.js'

interface Member<T> {
  readonly scope: Scope
  readonly value: T
  holds: number
}

/** A scope for a member, and how to fill it. */
interface Blueprint<T> {
  readonly scope: Scope
  readonly build: () => T
}

/** Members by parameter key, counted by their holds. */
export class FamilyState<P, T> implements Family<P, T> {
  readonly name: string
  readonly #key: (param: P) => string
  readonly #plan: (param: P, key: string) => Blueprint<T>
  readonly #members = new Map<string, Member<T>>()
  /** Members that are being built, outermost first: a member that needs itself is a bug. */
  readonly #building = new Set<string>()

  constructor(name: string, key: (param: P) => string, plan: (param: P, key: string) => Blueprint<T>) {
    this.name = name
    this.#key = key
    this.#plan = plan
  }

  get size(): number {
    return this.#members.size
  }

  get holds(): number {
    let holds = 0
    for (const member of this.#members.values()) holds += member.holds
    return holds
  }

  *scopes(): Iterable<Scope> {
    for (const { scope } of this.#members.values()) yield scope
  }

  hold(param: P): Hold<T> {
    const key = this.#key(param)
    const member = this.#members.get(key) ?? this.#build(param, key)
    member.holds++
    let isHeld = true
    const release = (): void => {
      if (!isHeld) return
      isHeld = false
      this.#release(key, member)
    }
    return { key, value: member.value, [Symbol.dispose]: release }
  }

  /** The scope that declared the family goes: whoever still holds a member holds nothing. */
  free(): void {
    for (const { scope } of this.#members.values()) scope[Symbol.dispose]()
    this.#members.clear()
  }

  #build(param: P, key: string): Member<T> {
    if (this.#building.has(key)) throw new Error(`${this.name}(${key}) needs itself to be built`)
    const { scope, build } = this.#plan(param, key)
    this.#building.add(key)
    try {
      const member = { scope, value: build(), holds: 0 }
      this.#members.set(key, member)
      return member
    } catch (error) {
      scope[Symbol.dispose]()
      throw error
    } finally {
      this.#building.delete(key)
    }
  }

  #release(key: string, member: Member<T>): void {
    member.holds--
    if (member.holds > 0 || this.#members.get(key) !== member) return
    this.#members.delete(key)
    member.scope[Symbol.dispose]()
  }
}
