import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../lang/problem.js'
import type {
  Claim,
  Engine,
  Explanation,
  Family,
  Graph,
  Hold,
  Index,
  Input,
  Pin,
  Reader,
  Revision,
  Table,
} from './index.js'
import { BEGINNING, createEngine, inputsOf, isSameData } from './index.js'

// Random graphs and random histories against an oracle that computes everything anew, knows nothing of the engine, and
// runs the same steps through a reader of its own.

const SEED = 20_260_101
const KEYS = ['a', 'b', 'c', 'd', 'e']
const TAGS = ['x', 'y', 'z']

interface Row {
  readonly n: number
  readonly tags: readonly string[]
  readonly ref: string
}

interface Read {
  readonly how: 'one' | 'ref' | 'where' | 'all' | 'member'
  /** Which of the tables (families for `member`) declared before: taken modulo their number. */
  readonly target: number
  /** Read only from odd rows: dependencies come and go. */
  readonly onlyOdd: boolean
}

interface Derivation {
  readonly from: number
  /** From the buckets of the source's index: the rows of each summed up. */
  readonly isGrouped: boolean
  readonly reads: readonly Read[]
  readonly emit: 'same' | 'coarse' | 'ref' | 'both' | 'odd'
  readonly merge: 'none' | 'sum'
  readonly equals: 'identity' | 'data'
}

interface Spec {
  readonly inputs: number
  readonly before: readonly Derivation[]
  /** Unions of two tables declared before. */
  readonly unions: readonly { readonly of: readonly number[]; readonly derivation: Derivation }[]
  /** Each family's member: one table after the other, the first reading with the parameter. */
  readonly families: readonly (readonly Derivation[])[]
  /** Derivations after the families may read their members. */
  readonly after: readonly Derivation[]
}

const read: fc.Arbitrary<Read> = fc.record({
  how: fc.constantFrom('one', 'ref', 'where', 'all', 'member'),
  target: fc.nat(20),
  onlyOdd: fc.boolean(),
})
const derivation: fc.Arbitrary<Derivation> = fc.record({
  from: fc.nat(20),
  isGrouped: fc.boolean(),
  reads: fc.array(read, { maxLength: 3 }),
  emit: fc.constantFrom('same', 'coarse', 'ref', 'both', 'odd'),
  merge: fc.constantFrom('none', 'sum'),
  equals: fc.constantFrom('identity', 'data'),
})
const spec: fc.Arbitrary<Spec> = fc.record({
  inputs: fc.integer({ min: 1, max: 3 }),
  before: fc.array(derivation, { minLength: 1, maxLength: 4 }),
  unions: fc.array(fc.record({ of: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), derivation }), {
    maxLength: 2,
  }),
  families: fc.array(fc.array(derivation, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
  after: fc.array(derivation, { maxLength: 3 }),
})
const row: fc.Arbitrary<Row> = fc.record({
  n: fc.nat(9),
  tags: fc.subarray(TAGS),
  ref: fc.constantFrom(...KEYS),
})

type Command =
  | { readonly do: 'edit'; readonly writes: readonly { input: number; key: string; row: Row | null }[] }
  | { readonly do: 'read' | 'explain'; readonly table: number; readonly key: string; readonly edit: Row | null }
  | { readonly do: 'slice'; readonly table: number; readonly rows: number }
  | { readonly do: 'follow'; readonly table: number; readonly isPinned: boolean }
  | { readonly do: 'sync' | 'unfollow' | 'release'; readonly which: number }
  | { readonly do: 'hold'; readonly family: number; readonly param: string }

const key = fc.constantFrom(...KEYS)
const write = fc.record({ input: fc.nat(5), key, row: fc.option(row, { freq: 4 }) })
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('edit' as const), writes: fc.array(write, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'explain' as const),
      table: fc.nat(30),
      key,
      edit: fc.option(row),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('slice' as const),
      table: fc.nat(30),
      rows: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('follow' as const), table: fc.nat(30), isPinned: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sync' as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('unfollow' as const, 'release' as const), which: fc.nat(20) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const), family: fc.nat(5), param: key }) },
)

/** What a step reads, by name of table: the engine's side and the oracle's both have it. */
interface Names {
  one(table: string, key: string): Row | undefined
  where(table: string, tag: string): readonly Row[]
  all(table: string): ReadonlyMap<string, Row>
  /** Name of the member's last table. */
  member(family: number, param: string): string
  report(problem: Problem): void
}

/** A table of the graph: what it derives from, and what it may read, by name. */
interface Plan {
  readonly name: string
  readonly from: string
  readonly tables: readonly string[]
  readonly families: number
  readonly param: string
  /** Of a union: the tables. */
  readonly union?: readonly string[]
  readonly derivation: Derivation
}

function runStep({ derivation: { reads, emit }, tables, families, param }: Plan, row: Row, key: string, names: Names) {
  let sum = row.n + param.length
  for (const { how, target, onlyOdd } of reads) {
    if (onlyOdd && row.n % 2 === 0) continue
    const table = tables[target % tables.length]!
    if (how === 'one') sum += names.one(table, key)?.n ?? 3
    if (how === 'ref') sum += 2 * (names.one(table, row.ref)?.n ?? 5)
    if (how === 'where') for (const { n } of names.where(table, row.tags[0] ?? 'x')) sum = sum * 3 + n
    if (how === 'all') for (const [k, { n }] of names.all(table)) sum = sum * 5 + n + k.charCodeAt(0)
    if (how === 'member' && families > 0) sum += names.one(names.member(target % families, row.ref), key)?.n ?? 1
    sum %= 97
  }
  if (sum % 5 === 0) names.report({ severity: 'warning', code: 'five', message: `${key} sums to ${sum}` })
  const next = { n: emit === 'coarse' ? sum % 2 : sum, tags: row.tags, ref: row.ref }
  if (emit === 'ref') return [[row.ref, next]] as const
  if (emit === 'both')
    return [
      [key, next],
      [row.ref, { ...next, n: sum + 1 }],
    ] as const
  return emit === 'odd' && sum % 2 === 0 ? [] : ([[key, next]] as const)
}

function sumUp(claims: readonly Claim<Row>[], key: string, report: (problem: Problem) => void): Row {
  if (claims.length > 2) report({ severity: 'warning', code: 'many', message: `${key}: ${claims.length}` })
  return claims.reduce<Row>((all, { from, row }) => ({ ...row, n: (all.n * 7 + row.n + from.charCodeAt(0)) % 97 }), {
    n: 0,
    tags: [],
    ref: 'a',
  })
}

/** Every table of a graph by name; members' tables are planned when asked for. */
function planOf({ inputs, before, unions, families, after }: Spec) {
  const names = Array.from({ length: inputs }, (_, i) => `in${i}`)
  const planned: Plan[] = []
  const add = (
    to: Plan[],
    visible: string[],
    name: string,
    derivation: Derivation,
    familyCount: number,
    param = '',
  ): void => {
    const from = visible[derivation.from % visible.length]!
    to.push({ name, from, tables: [...visible], families: familyCount, param, derivation })
    visible.push(name)
  }
  for (const [i, each] of before.entries()) add(planned, names, `before${i}`, each, 0)
  for (const [i, { of, derivation }] of unions.entries()) {
    const union = [...new Set(of.map(n => names[n % names.length]!))]
    planned.push({ name: `beforeUnion${i}`, from: '', tables: [], families: 0, param: '', union, derivation })
    names.push(`beforeUnion${i}`)
  }
  const shared = [...names]
  const member = (family: number, param: string): readonly Plan[] => {
    const [plans, visible]: [Plan[], string[]] = [[], [...shared]]
    // A member may ask for members of the families before its own.
    for (const [i, each] of families[family]!.entries()) {
      add(plans, visible, `family${family}(${param})/${i}`, each, family, param)
    }
    return plans
  }
  for (const [i, each] of after.entries()) add(planned, names, `after${i}`, each, families.length)
  return { names, planned, member, families: families.length }
}
type Plans = ReturnType<typeof planOf>

interface Truth {
  readonly rows: ReadonlyMap<string, Row>
  readonly problems: readonly string[]
}

/** The oracle: all from scratch, in the plainest way. */
function oracle(plans: Plans, inputs: ReadonlyMap<string, ReadonlyMap<string, Row>>): (name: string) => Truth {
  const memo = new Map<string, Truth>()
  const byName = new Map(plans.planned.map(plan => [plan.name, plan]))
  const truthOf = (name: string): Truth => {
    const known = memo.get(name)
    if (known !== undefined) return known
    const input = inputs.get(name)
    const truth =
      input === undefined ? compute(byName.get(name) ?? memberPlan(name)) : { rows: sorted(input), problems: [] }
    memo.set(name, truth)
    return truth
  }
  const memberPlan = (name: string): Plan => {
    const [, family, param] = /^family(\d)\((.)\)/.exec(name)!
    return plans.member(Number(family), param!).find(plan => plan.name === name)!
  }
  const compute = (plan: Plan): Truth => {
    const [claims, problems]: [Map<string, Claim<Row>[]>, string[]] = [new Map(), []]
    for (const from of plan.union ?? []) {
      for (const [key, row] of truthOf(from).rows) claims.set(key, [...(claims.get(key) ?? []), { from, row }])
    }
    const source = plan.union === undefined ? truthOf(plan.from).rows : new Map<string, Row>()
    for (const [key, row] of plan.derivation.isGrouped ? bucketsOf(source) : source) {
      const outputs = runStep(plan, row, key, {
        one: (table, key) => truthOf(table).rows.get(key),
        where: (table, tag) => [...truthOf(table).rows.values()].filter(({ tags }) => tags.includes(tag)),
        all: table => truthOf(table).rows,
        member: (family, param) => plans.member(family, param).at(-1)!.name,
        report: ({ code }) => problems.push(`${key} ${code}`),
      })
      for (const [to, row] of outputs) claims.set(to, [...(claims.get(to) ?? []), { from: key, row }])
    }
    const rows = new Map<string, Row>()
    for (const [key, list] of claims) {
      if (list.length > 1 && plan.derivation.merge === 'sum') {
        rows.set(
          key,
          sumUp(list, key, ({ code }) => problems.push(`${key} ${code}`)),
        )
      } else {
        rows.set(key, list[0]!.row)
        const isAgreed = list.every(({ row }) => isSameData(row, list[0]!.row))
        if (list.length > 1 && !isAgreed) problems.push(`${key} key-conflict`)
      }
    }
    return { rows: sorted(rows), problems: problems.sort() }
  }
  return truthOf
}

function bucketsOf(rows: ReadonlyMap<string, Row>): Iterable<readonly [string, Row]> {
  const bucket = (tag: string): Row[] => [...rows.values()].filter(({ tags }) => tags.includes(tag))
  return TAGS.map(tag => [tag, bucket(tag)] as const)
    .filter(([, members]) => members.length > 0)
    .map(([tag, members]) => [tag, groupOf(members)] as const)
}

function groupOf(members: readonly Row[]): Row {
  return { ...members[0]!, n: members.reduce((sum, { n }) => (sum * 11 + n) % 97, 0) }
}

function sorted(rows: ReadonlyMap<string, Row>): ReadonlyMap<string, Row> {
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Tagged = Table<string, Row>
interface Replica {
  readonly name: string
  readonly table: Tagged
  revision: Revision
  rows: Map<string, Row>
  readonly pin: Pin | undefined
  readonly hold: Hold<readonly Tagged[]> | undefined
}

/** The graph in the engine. Every step checks that it had a reason to run. */
function buildGraph(plans: Plans) {
  const engine = createEngine()
  const tables = new Map<string, Tagged>()
  const indexes = new Map<Tagged, Index<string, string, Row>>()
  const inputs = new Map<string, Input<string, Row>>()
  const families: Family<string, readonly Tagged[]>[] = []
  const withIndex = (table: Tagged): Tagged => {
    indexes.set(
      table,
      table.index('tag', ({ tags }) => tags),
    )
    return table
  }
  const derive = (graph: Graph, plan: Plan, name: string, find: (name: string) => Tagged): Tagged => {
    const lastRuns = new Map<string, { readonly at: Revision; readonly saw: readonly unknown[] }>()
    const step = (row: Row, key: string, read: Reader, sources: readonly Row[]) => {
      const saw: unknown[] = [...sources, '.']
      const members = new Map<string, Tagged>()
      const note = <T>(value: T): T => {
        saw.push(...(value instanceof Map ? value.values() : Array.isArray(value) ? value : [value]), '.')
        return value
      }
      const at = (name: string): Tagged => members.get(name) ?? find(name)
      const outputs = runStep(plan, row, key, {
        one: (table, key) => note(read.one(at(table), key)),
        where: (table, tag) => note(read.where(indexes.get(at(table))!, tag)),
        all: table => note(read.all(at(table))),
        member: (family, param) => {
          const table = read.member(families[family]!, param).at(-1)!
          members.set(table.name, table)
          return table.name
        },
        report: problem => read.report(problem),
      })
      const last = lastRuns.get(key)
      // Over several commits a value may come back to what it was; within one, a run needs a reason.
      const isSame = last?.saw.length === saw.length && saw.every((value, i) => Object.is(value, last.saw[i]))
      if (isSame && last.at === engine.revision - 1) throw new Error('ran for nothing')
      lastRuns.set(key, { at: engine.revision, saw })
      return outputs
    }
    const { merge, equals, isGrouped } = plan.derivation
    const options = {
      ...(merge === 'sum' ? { merge: sumUp } : {}),
      ...(equals === 'data' ? { equals: isSameData } : {}),
    }
    if (plan.union !== undefined) return withIndex(graph.union(name, plan.union.map(find), options))
    const source = find(plan.from)
    if (!isGrouped)
      return withIndex(graph.derive(name, source, (row, key, read) => step(row, key, read, [row]), options))
    const grouped = (rows: readonly Row[], key: string, read: Reader) => step(groupOf(rows), key, read, rows)
    return withIndex(graph.derive(name, indexes.get(source)!, grouped, options))
  }
  const find = (name: string): Tagged => tables.get(name)!
  for (const name of plans.names.filter(name => name.startsWith('in'))) {
    const input = engine.input<string, Row>(name)
    inputs.set(name, input)
    tables.set(name, withIndex(input))
  }
  const declare = (prefix: string): void => {
    for (const plan of plans.planned)
      if (plan.name.startsWith(prefix)) tables.set(plan.name, derive(engine, plan, plan.name, find))
  }
  declare('before')
  for (let f = 0; f < plans.families; f++) {
    const build = (param: string, graph: Graph): readonly Tagged[] => {
      const own = new Map<string, Tagged>()
      for (const [i, plan] of plans.member(f, param).entries()) {
        own.set(
          plan.name,
          derive(graph, plan, `${i}`, name => own.get(name) ?? find(name)),
        )
      }
      return [...own.values()]
    }
    families.push(engine.family(`family${f}`, param => param, build))
  }
  declare('after')
  return { engine, tables, inputs, families }
}

function runHistory(spec: Spec, commands: readonly Command[]): void {
  const plans = planOf(spec)
  const { engine, tables, inputs, families } = buildGraph(plans)
  const fixed = [...tables.values()]
  const data = new Map([...inputs.keys()].map(name => [name, new Map<string, Row>()]))
  const holds: Hold<readonly Tagged[]>[] = []
  const replicas: Replica[] = []
  const idle = engine.stats()

  const visible = (): readonly Tagged[] => [...fixed, ...holds.flatMap(({ value }) => value)]
  const pick = (n: number): Tagged => visible()[n % visible().length]!
  const commit = (writes: readonly { input: number; key: string; row: Row | null }[]): void => {
    engine.commit(tx => {
      for (const { input, key, row } of writes) {
        const [name, table] = [...inputs][input % inputs.size]!
        // A new object each time: the same one would be no change.
        if (row === null) tx.remove(table, key)
        else tx.put(table, key, { ...row })
        if (row === null) data.get(name)!.delete(key)
        else data.get(name)!.set(key, row)
      }
    })
  }
  const check = (table: Tagged): void => {
    const truth = oracle(plans, data)(table.name)
    expect([...engine.read(read => read.all(table))], table.name).toEqual([...truth.rows])
    const problems = engine.problems(table).map(({ key, problem }) => `${key} ${problem.code}`)
    expect(problems.sort(), table.name).toEqual(truth.problems)
  }
  const sync = (replica: Replica): void => {
    const changes = engine.changes(replica.table, replica.revision)
    if (changes.kind === 'reset') {
      expect(replica.pin !== undefined && replica.revision > BEGINNING, 'a pinned replica was reset').toBe(false)
      replica.rows = new Map(changes.rows)
    } else {
      for (const [key, row] of changes.put) replica.rows.set(key, row)
      for (const key of changes.removed) replica.rows.delete(key)
    }
    replica.revision = changes.revision
    replica.pin?.moveTo(changes.revision)
    expect([...sorted(replica.rows)], `replica of ${replica.name}`).toEqual([...oracle(plans, data)(replica.name).rows])
  }
  const checkExplained = (table: Tagged, key: string, edit: Row | null): void => {
    const look = (): [Row | undefined, Explanation] => [
      engine.read(read => read.one(table, key)),
      engine.explain(table, key, 1e6),
    ]
    const [rowBefore, before] = look()
    const truthBefore = oracle(plans, new Map([...data].map(([name, rows]) => [name, new Map(rows)])))
    const [name] = [...inputs][key.charCodeAt(0) % inputs.size]!
    commit([{ input: key.charCodeAt(0), key: edit?.ref ?? key, row: edit }])
    const [rowAfter, after] = look()
    if (isSameData(rowBefore, rowAfter)) return
    // Or a set grew, or an absent row came, and thereby took away what would explain it: then that fact has changed.
    if (openFacts(before).some(fact => !isSameData(factOf(truthBefore, fact), factOf(oracle(plans, data), fact))))
      return
    const explained = [...inputsOf(before), ...inputsOf(after)].map(({ table, key }) => `${table} ${key}`)
    expect(explained, `${table.name} ${key}`).toContain(`${name} ${edit?.ref ?? key}`)
  }

  for (const command of commands) {
    if (command.do === 'edit') commit(command.writes)
    if (command.do === 'read') check(pick(command.table))
    if (command.do === 'explain') checkExplained(pick(command.table), command.key, command.edit)
    if (command.do === 'slice') {
      let left = command.rows
      engine.refresh([pick(command.table)], () => --left <= 0)
    }
    if (command.do === 'hold' && families.length > 0)
      holds.push(families[command.family % families.length]!.hold(command.param))
    if (command.do === 'release') {
      const [hold] = holds.splice(command.which % Math.max(1, holds.length), 1)
      hold?.[Symbol.dispose]()
    }
    if (command.do === 'follow') {
      const table = fixed[command.table % fixed.length]!
      const pin = command.isPinned ? engine.pin() : undefined
      const replica = { name: table.name, table, revision: BEGINNING, rows: new Map(), pin, hold: undefined }
      sync(replica)
      replicas.push(replica)
    }
    const replica = 'which' in command ? replicas[command.which % Math.max(1, replicas.length)] : undefined
    if (command.do === 'sync' && replica !== undefined) sync(replica)
    if (command.do === 'unfollow' && replica !== undefined) {
      replica.pin?.[Symbol.dispose]()
      replicas.splice(replicas.indexOf(replica), 1)
    }
  }
  for (const table of visible()) check(table)
  for (const replica of replicas) sync(replica)
  letGo(engine, fixed, holds, replicas, inputs, idle)
}

/** Facts of an explanation that inputs outside it may change: absent rows, buckets, whole tables. */
function openFacts(part: Explanation): readonly Explanation[] {
  const isOpen = part.kind !== 'row' || !part.isPresent
  return [...(isOpen ? [part] : []), ...part.because.flatMap(openFacts)]
}

function factOf(truth: (name: string) => Truth, { kind, table, key }: Explanation): unknown {
  if (kind === 'row') return truth(table).rows.get(key)
  const rows = [...truth(table.replace('#tag', '')).rows]
  return kind === 'table' ? rows : rows.filter(([, { tags }]) => tags.includes(key))
}

/** With no rows, holds and pins left, the engine holds what it held when it was new. */
function letGo(
  engine: Engine,
  fixed: readonly Tagged[],
  holds: readonly Hold<unknown>[],
  replicas: readonly Replica[],
  inputs: ReadonlyMap<string, Input<string, Row>>,
  idle: ReturnType<Engine['stats']>,
): void {
  for (const hold of [...holds, ...holds]) hold[Symbol.dispose]()
  for (const { pin } of replicas) pin?.[Symbol.dispose]()
  engine.commit(tx => {
    for (const input of inputs.values()) for (const key of KEYS) tx.remove(input, key)
  })
  engine.refresh(fixed, () => false)
  const { tables, rows, claimedKeys, edges, subjects, members, holds: held, pins } = engine.stats()
  expect({ tables, rows, claimedKeys, edges, subjects, members, held, pins }).toEqual({
    tables: idle.tables,
    rows: 0,
    claimedKeys: 0,
    edges: idle.edges,
    subjects: 0,
    members: idle.members,
    held: 0,
    pins: 0,
  })
}

describe('any graph, any history', () => {
  it('has the rows, deltas, problems and explanations of a computation from scratch', () => {
    fc.assert(
      fc.property(spec, fc.array(command, { minLength: 5, maxLength: 40 }), (spec, commands) =>
        runHistory(spec, commands),
      ),
      { seed: SEED, numRuns: Number(process.env['PILLION_FUZZ_RUNS'] ?? 300) },
    )
  }, 60_000)
})
