import type { Engine, Revision, Table } from '../../engine/index.js'
import type { GraphResource, GraphType } from './encoded.js'
import type { PartTables } from './part-tables.js'

/** That a proxy's part is another one from a revision on. */
export interface Move {
  readonly revision: number
  /** What may be another resource now, be gone, or be new; `unknown`: nobody can tell any more. */
  readonly names: (type: GraphType) => readonly string[] | 'unknown'
}

type Resources = Table<string, GraphResource>
type Found = readonly string[] | 'unknown'

const NONE: readonly string[] = []

/** Who moves: it is told of these types, and was told everything up to a revision. */
interface Mover {
  readonly types: Iterable<GraphType>
  readonly told: Revision
}

/**
 * What a proxy has to be told when it moves from one part to another. Worked out at once, as the tables of the old part may go; and
 * once for all proxies that make the same move.
 */
export function movedNames(
  engine: Engine,
  before: PartTables,
  after: PartTables,
  { types, told }: Mover,
): Move['names'] {
  const found = new Map<GraphType, Found>()
  for (const type of types) {
    const [from, to] = [before.resource[type], after.resource[type]]
    if (from !== undefined && to !== undefined) found.set(type, namesOf(engine, from, to, told))
  }
  return type => found.get(type) ?? NONE
}

function namesOf(engine: Engine, from: Resources, to: Resources, told: Revision): Found {
  const changes = engine.changes(from, told)
  if (changes.kind === 'reset') return 'unknown'
  const differs = differences(engine, from, to)
  if (changes.put.size + changes.removed.length === 0) return differs
  return [...new Set([...differs, ...changes.put.keys(), ...changes.removed])]
}

interface Known {
  readonly revision: Revision
  readonly names: readonly string[]
}

const known = new WeakMap<Resources, WeakMap<Resources, Known>>()

function differences(engine: Engine, from: Resources, to: Resources): readonly string[] {
  // What others have too is there before and after.
  if (from === to) return NONE
  const { revision } = engine
  const others = known.get(from) ?? new WeakMap<Resources, Known>()
  known.set(from, others)
  const found = others.get(to)
  if (found?.revision === revision) return found.names
  const names = engine.read(read => {
    const [before, after] = [read.all(from), read.all(to)]
    const changed = [...after].filter(([name, row]) => before.get(name)?.version !== row.version).map(([name]) => name)
    return [...changed, ...[...before.keys()].filter(name => !after.has(name))]
  })
  others.set(to, { revision, names })
  return names
}
