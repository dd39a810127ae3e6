import { stateOfIndex } from './bucket-index.js'
import type { Clockwork } from './clockwork.js'
import { DerivedTable } from './derived-table.js'
import { FamilyState } from './family.js'
import { InputTable } from './input-table.js'
import { MemoTable } from './memo-table.js'
import { stateOf, type TableState } from './table-state.js'
import type {
  DeriveOptions,
  Family,
  Graph,
  Hold,
  Index,
  Input,
  Memo,
  MemoStep,
  Step,
  Table,
  TableOptions,
} from './types.js'
import { UnionTable } from './union-table.js'

/**
 * Tables that live and go together: the engine's own for good, a family member's until its last release. Names are
 * unique within it, and start with the scope's own.
 */
export class Scope implements Graph, Disposable {
  readonly #prefix: string
  readonly #clockwork: Clockwork
  readonly #tables = new Map<string, TableState>()
  readonly #families = new Map<string, FamilyState<unknown, unknown>>()
  readonly #holds: Hold<unknown>[] = []

  constructor(prefix: string, clockwork: Clockwork) {
    this.#prefix = prefix
    this.#clockwork = clockwork
  }

  input<K extends string, V>(name: string, options: TableOptions<V> = {}): Input<K, V> {
    const table = new InputTable(this.#claimName(name), this.#clockwork, options as TableOptions<unknown>)
    this.#tables.set(name, table)
    return table as unknown as Input<K, V>
  }

  derive<K extends string, V, J extends string, W>(
    name: string,
    from: Table<K, V>,
    step: Step<K, V, J, W>,
    options?: DeriveOptions<J, W>,
  ): Table<J, W>
  derive<I extends string, K extends string, V, J extends string, W>(
    name: string,
    from: Index<I, K, V>,
    step: Step<I, readonly V[], J, W>,
    options?: DeriveOptions<J, W>,
  ): Table<J, W>
  derive<J extends string, W>(
    name: string,
    from: Table<string, unknown> | Index<string, string, unknown>,
    step: unknown,
    options: DeriveOptions<J, W> = {},
  ): Table<J, W> {
    const table = new DerivedTable(
      this.#claimName(name),
      this.#clockwork,
      'table' in from ? stateOfIndex(from) : stateOf(from).keys,
      step as Step<string, unknown, string, unknown>,
      options as DeriveOptions<string, unknown>,
    )
    this.#tables.set(name, table)
    return table as unknown as Table<J, W>
  }

  union<K extends string, V>(
    name: string,
    tables: readonly Table<K, V>[],
    options: DeriveOptions<K, V> = {},
  ): Table<K, V> {
    const table = new UnionTable(
      this.#claimName(name),
      this.#clockwork,
      tables.map(stateOf),
      options as DeriveOptions<string, unknown>,
    )
    this.#tables.set(name, table)
    return table as unknown as Table<K, V>
  }

  memo<P, V>(name: string, key: (param: P) => string, step: MemoStep<P, V>, options: TableOptions<V> = {}): Memo<P, V> {
    const table = new MemoTable(
      this.#claimName(name),
      this.#clockwork,
      key as (param: unknown) => string,
      step as MemoStep<unknown, unknown>,
      options as TableOptions<unknown>,
    )
    this.#tables.set(name, table)
    return table as unknown as Memo<P, V>
  }

  family<P, T>(name: string, key: (param: P) => string, build: (param: P, graph: Graph) => T): Family<P, T> {
    const fullName = this.#claimName(name)
    const family = new FamilyState(fullName, key, (param: P, memberKey) => {
      const scope = new Scope(`${fullName}(${memberKey})/`, this.#clockwork)
      return { scope, build: () => build(param, scope) }
    })
    this.#families.set(name, family as unknown as FamilyState<unknown, unknown>)
    return family
  }

  member<P, T>(family: Family<P, T>, param: P): T {
    const hold = family.hold(param)
    this.#holds.push(hold)
    return hold.value
  }

  /** Live tables of this scope and of all family members made in it. */
  *tables(): Iterable<TableState> {
    yield* this.#tables.values()
    for (const family of this.#families.values()) for (const scope of family.scopes()) yield* scope.tables()
  }

  *families(): Iterable<FamilyState<unknown, unknown>> {
    for (const family of this.#families.values()) {
      yield family
      for (const scope of family.scopes()) yield* scope.families()
    }
  }

  /** Readers before what they read: the reverse of how they were declared. */
  [Symbol.dispose](): void {
    for (const family of this.#families.values()) family.free()
    for (const table of [...this.#tables.values()].reverse()) table.free()
    for (const hold of this.#holds.splice(0).reverse()) hold[Symbol.dispose]()
    this.#tables.clear()
    this.#families.clear()
  }

  #claimName(name: string): string {
    if (this.#tables.has(name) || this.#families.has(name)) {
      throw new Error(`${this.#prefix}${name} is declared twice`)
    }
    return `${this.#prefix}${name}`
  }
}
