import type { Problem } from '../lang/problem.js'

declare const revision: unique symbol
/** A point in the history of the inputs: how many commits have changed something. Only ever grows. */
export type Revision = number & { readonly [revision]: true }

/** Before the first commit: what a reader holds who has seen nothing. */
export const BEGINNING = 0 as Revision

/**
 * Rows by key. Rows are immutable values; a table iterates in the order of its keys (UTF-16 code units), whatever the
 * order in which rows came.
 */
export interface Table<K extends string, V> {
  /** Unique in its scope; a table of a family member is called `family(key)/name`. */
  readonly name: string
  /**
   * A second way to find rows, declared once, beside the table. `extract` names the buckets a row is in (twice counts
   * once) and must be pure. It costs nothing until it is first read; from then on it is kept up to date.
   */
  index<I extends string>(name: string, extract: (row: V, key: K) => Iterable<I>): Index<I, K, V>
}

declare const bucket: unique symbol
export interface Index<I extends string, K extends string, V> {
  /** `table#index` */
  readonly name: string
  readonly table: Table<K, V>
  /** For inference only. A method, so that an index of branded strings passes for one of strings. */
  [bucket]?(value: I): I
}

declare const written: unique symbol
/** A table that commits write. */
export interface Input<K extends string, V> extends Table<K, V> {
  /** For inference only. */
  [written]?(row: V): V
}

/** Reading at one revision. Which read a step makes is what it depends on. */
export interface Lookup {
  /** Depends on this key, present or absent. */
  one<K extends string, V>(table: Table<K, V>, key: K): V | undefined
  /** Rows of one bucket in the order of their keys. Depends on this bucket: who is in it, and their rows. */
  where<I extends string, K extends string, V>(index: Index<I, K, V>, value: NoInfer<I>): readonly V[]
  /** In the order of keys. Depends on every row: for small tables only. The map does not change afterwards. */
  all<K extends string, V>(table: Table<K, V>): ReadonlyMap<K, V>
  /** The memo's row for a parameter, computed now if it is asked for the first time. Depends on that row. Throws if its step did. */
  memo<P, V>(memo: Memo<P, V>, param: P): V
}

/** All that a step can see, for as long as it runs. */
export interface Reader extends Lookup {
  /** Stays until the step for this row runs again, or the row goes. Read it back with {@link Engine.problems}. */
  report(problem: Problem): void
  /** A family's tables for a parameter that only this row knows. Held until the row no longer asks for it. */
  member<P, T>(family: Family<P, T>, param: P): T
}

/**
 * Rows of a derived table from one row of its source: a pure function of `row`, `key` and what it reads. A throw is a
 * bug: the rows of its last good run stay, and a problem `internal` says so.
 */
export type Step<K extends string, V, J extends string, W> = (row: V, key: K, read: Reader) => Iterable<readonly [J, W]>

/** One row's bid for a key of a derived table. */
export interface Claim<W> {
  /** Key of the source row. */
  readonly from: string
  readonly row: W
}

export interface TableOptions<V> {
  /** Early cut-off: a row equal to the one before it is no change. `Object.is` unless given; see `isSameData`. */
  readonly equals?: (before: V, after: V) => boolean
}

export interface DeriveOptions<J extends string, W> extends TableOptions<W> {
  /** Its rows are made of so much that this explains nothing: explanations end here. What matters is to be read beside it. */
  readonly isWide?: boolean
  /**
   * What becomes of a key that two or more rows claim. `claims` are in the order of `from` (one row's own in the order
   * it gave them), so the outcome does not depend on who came first. Pure. Without it the first claim wins, and
   * unless all are equal (by `equals`, else `isSameData`) a problem `key-conflict` names the others.
   */
  readonly merge?: (claims: readonly Claim<W>[], key: J, report: (problem: Problem) => void) => W
}

/** Tables made alike for each value of a parameter, shared by all that hold it. */
export interface Family<P, T> {
  readonly name: string
  /**
   * Builds the member on the first hold; the last release frees it with everything that was made for it. For shells,
   * such as a stream: inside `build` use {@link Graph.member}, inside a step {@link Reader.member}.
   */
  hold(param: P): Hold<T>
}

/** Disposing twice releases once. */
export interface Hold<T> extends Disposable {
  readonly value: T
  /** The parameter's key: equal keys share one member. */
  readonly key: string
}

/** A pure function of a parameter and of what it reads; see {@link Graph.memo}. */
export type MemoStep<P, V> = (param: P, read: Reader) => V

/**
 * A function that the graph remembers: one row for each parameter that somebody asks about, run again when what it read has
 * changed, gone soon after nobody asks any more. Who asks depends on the row, not on what it was made of.
 */
export interface Memo<P, V> {
  readonly name: string
  /** For shells: the row stays until the release. Steps use {@link Lookup.memo}. */
  hold(param: P): MemoHold<V>
}

/** Disposing twice releases once. */
export interface MemoHold<V> extends Disposable {
  readonly key: string
  /** The row at the present revision; the same object while it has not changed. */
  readonly value: V
}

/** Where tables are declared. */
export interface Graph {
  input<K extends string, V>(name: string, options?: TableOptions<V>): Input<K, V>
  /** Computes nothing until it is read, and then only what changed. */
  derive<K extends string, V, J extends string, W>(
    name: string,
    from: Table<K, V>,
    step: Step<K, V, J, W>,
    options?: DeriveOptions<J, W>,
  ): Table<J, W>
  /** From the buckets of an index: `key` is the bucket, `row` its rows in the order of their keys; empty ones have no row. */
  derive<I extends string, K extends string, V, J extends string, W>(
    name: string,
    from: Index<I, K, V>,
    step: Step<I, readonly V[], J, W>,
    options?: DeriveOptions<J, W>,
  ): Table<J, W>
  /**
   * The rows of several tables under their own keys. Where two have a key, `merge` decides as for `derive`, and claims come
   * in the order of `tables`, `from` being the table's name.
   */
  union<K extends string, V>(name: string, tables: readonly Table<K, V>[], options?: DeriveOptions<K, V>): Table<K, V>
  /**
   * `key` must name everything in the parameter that the step looks at; a parameter may hold rows (`keyOfObject`), as those
   * do not change. The step gives no `undefined`, and does not ask its own memo.
   */
  memo<P, V>(name: string, key: (param: P) => string, step: MemoStep<P, V>, options?: TableOptions<V>): Memo<P, V>
  /** `key` must name everything in the parameter that `build` looks at. */
  family<P, T>(name: string, key: (param: P) => string, build: (param: P, graph: Graph) => T): Family<P, T>
  /** The family's tables for this parameter, held for as long as this graph lives. */
  member<P, T>(family: Family<P, T>, param: P): T
}

/** The writes of one commit. Later writes of a key replace earlier ones. */
export interface Transaction {
  put<K extends string, V>(input: Input<K, V>, key: NoInfer<K>, row: NoInfer<V>): void
  remove<K extends string, V>(input: Input<K, V>, key: NoInfer<K>): void
}

/** What it takes to bring a copy of a table from one revision to `revision`. Maps and lists in the order of keys. */
export type Changes<K extends string, V> =
  | {
      readonly kind: 'delta'
      readonly revision: Revision
      readonly put: ReadonlyMap<K, V>
      readonly removed: readonly K[]
    }
  /** History does not reach back that far: the whole table, to replace the copy. */
  | { readonly kind: 'reset'; readonly revision: Revision; readonly rows: ReadonlyMap<K, V> }

/** Keeps history from `revision` on, so that `changes` since then are a delta (up to the cap). */
export interface Pin extends Disposable {
  readonly revision: Revision
  moveTo(revision: Revision): void
}

/** A problem and the row that reported it: of the source for a step, of the table itself for a merge. */
export interface Reported {
  readonly table: string
  readonly key: string
  readonly problem: Problem
}

/** Why a row is as it is: what was read, and in turn why that is so, down to the inputs. */
export interface Explanation {
  /** Name of the table, or of the index for a bucket. */
  readonly table: string
  /** Empty for a whole table. */
  readonly key: string
  readonly kind: 'row' | 'bucket' | 'table'
  readonly isInput: boolean
  readonly isPresent: boolean
  /** In the order of reading, the source row first. */
  readonly because: readonly Explanation[]
  /** `because` was left out: it stands elsewhere in this explanation, the explanation would be too long, or the table is wide. */
  readonly omitted?: 'repeated' | 'limit' | 'wide'
}

/** Work done and memory held, for tests, benches and the console. */
export interface EngineStats {
  readonly revision: Revision
  /** Step runs since the engine was made, those of freed tables too. */
  readonly runs: number
  /** Runs that stopped at a table which had to be refreshed first; only sliced refreshes have them. */
  readonly suspended: number
  /** Staleness flags set by commits. */
  readonly flags: number
  /** Step runs of live tables by name. */
  readonly runsByTable: ReadonlyMap<string, number>
  readonly tables: number
  readonly rows: number
  /** Keys of derived tables that some row claims. */
  readonly claimedKeys: number
  /** Edges from a table to a table, index or bucket set, and the distinct keys, buckets or tables watched through them. */
  readonly edges: number
  readonly subjects: number
  readonly historyEntries: number
  /** Live members of each family by its name, and the holds on them. */
  readonly members: ReadonlyMap<string, number>
  readonly holds: number
  readonly pins: number
}

export interface Engine extends Graph {
  readonly revision: Revision
  /**
   * One batch of writes; computes nothing. If `write` throws, nothing is written. A batch that changes nothing leaves
   * the revision as it is. Throws inside a step or a `read`.
   */
  commit(write: (tx: Transaction) => void): Revision
  /** Synchronous, at one revision; whatever is stale and asked for is computed now. Throws inside a step. */
  read<T>(body: (read: Lookup) => T): T
  /** Refreshes the table; then what changed in it after `since`. */
  changes<K extends string, V>(table: Table<K, V>, since: Revision): Changes<K, V>
  /** Brings a memo up to date; parameters whose rows changed after `since`, by their keys. Undefined: history does not reach back that far. */
  changedKeys<P, V>(memo: Memo<P, V>, since: Revision): ReadonlySet<string> | undefined
  /** `stale` is called after each commit that may change the table, once a commit. A table never read is not yet told. */
  watch<K extends string, V>(table: Table<K, V>, stale: () => void): Disposable
  /** At the present revision unless told otherwise. */
  pin(revision?: Revision): Pin
  /**
   * Brings tables up to date until `isOver` says to stop, which is asked after each row. True when all are fresh.
   * Stopping leaves nothing visible: progress is kept, and a read of such a table in between finishes the work.
   */
  refresh(tables: Iterable<Table<string, unknown>>, isOver: () => boolean): boolean
  /** Refreshes the table; what its steps and merges report, in the order of keys. */
  problems<K extends string, V>(table: Table<K, V>): readonly Reported[]
  /** Refreshes the table. `limit` counts rows, buckets and tables; 1,000 unless given. */
  explain<K extends string, V>(table: Table<K, V>, key: NoInfer<K>, limit?: number): Explanation
  stats(): EngineStats
}

export interface EngineOptions {
  /** Told of every step run: for tests that assert what ran, and for profiles. */
  readonly onRun?: (table: string, key: string) => void
  /** Told of each bug in a step, a merge, an index or an `equals` as it happens: shells log it, as a row is missing or old. It must not throw. */
  readonly onFault?: (problem: Problem) => void
}
