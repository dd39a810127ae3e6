import { BEGINNING, type Engine, type Memo, type Pin, type Revision, type Table } from '../../engine/index.js'
import type { GraphResource } from './encoded.js'

type Resources = Table<string, GraphResource>

/** Somebody who is told what changes. */
export interface Follower {
  /** Of its row in the memo of proxies. */
  readonly key: string
  /** Something may be new for it at this revision, in that table; absent: anywhere. Asked for what it is, it says. */
  concern(revision: Revision, table?: Resources): void
  /** Nothing that it follows has changed up to this revision, unless it was concerned. */
  quiet(revision: Revision): void
}

/**
 * Who has to be told anything after a change: tables are asked once each, not once for each of those that share them, and nobody else
 * need be looked at.
 */
export interface News<F extends Follower> {
  /** Its row in the memo of proxies, until `leave`. */
  join(follower: F): void
  leave(follower: F): void
  follow(follower: F, table: Resources): void
  unfollow(follower: F, table: Resources): void
  /**
   * Looks through everything that is followed for changes since the round before; gives each follower that is concerned once. All
   * others are quiet when it ends. To be paused at will: a step gives who was found in one table, often nobody. One that is not
   * finished is as if it had not begun, but for those that it gave. What changes meanwhile may count or be found by the next.
   */
  round(): Iterable<readonly F[]>
  /** At this revision the last round that was finished had begun: whoever it did not give is told everything up to here. */
  readonly finished: Revision
}

interface Followed<F> {
  readonly table: Resources
  /** Changes up to here are told. */
  seen: Revision
  readonly followers: Set<F>
}

interface State<F extends Follower, P, V> {
  readonly engine: Engine
  readonly rows: Memo<P, V>
  readonly byKey: Map<string, F>
  readonly followed: Map<Resources, Followed<F>>
  /** Changes of rows up to here are told. */
  seen: Revision
  /** Since the first round: history is kept for the next. */
  pin: Pin | undefined
  finished: Revision
}

export function createNews<F extends Follower, P, V>(engine: Engine, rows: Memo<P, V>): News<F> {
  const state: State<F, P, V> = {
    engine,
    rows,
    byKey: new Map(),
    followed: new Map(),
    seen: engine.revision,
    pin: undefined,
    finished: BEGINNING,
  }
  const { byKey, followed } = state
  return {
    join: follower => void byKey.set(follower.key, follower),
    leave: follower => void byKey.delete(follower.key),
    follow: (follower, table) => {
      const known = followed.get(table)
      if (known !== undefined) known.followers.add(follower)
      else followed.set(table, { table, seen: engine.revision, followers: new Set([follower]) })
    },
    unfollow: (follower, table) => {
      const known = followed.get(table)
      if (known?.followers.delete(follower) && known.followers.size === 0) followed.delete(table)
    },
    round: () => round(state),
    get finished() {
      return state.finished
    },
  }
}

function* round<F extends Follower, P, V>(state: State<F, P, V>): Iterable<readonly F[]> {
  const { engine, byKey, followed } = state
  const { revision } = engine
  const found = new Set<F>()
  const concern = (followers: Iterable<F>, table?: Resources): readonly F[] => {
    const fresh: F[] = []
    for (const follower of followers) {
      follower.concern(engine.revision, table)
      if (found.has(follower)) continue
      found.add(follower)
      fresh.push(follower)
    }
    return fresh
  }
  // First, as those whose facts are others now follow other tables.
  yield concern(moved(state))
  for (const each of followed.values()) {
    const changes = engine.changes(each.table, each.seen)
    each.seen = engine.revision
    const isChanged = changes.kind === 'reset' || changes.put.size + changes.removed.length > 0
    yield isChanged ? concern(each.followers, each.table) : []
  }
  for (const follower of byKey.values()) if (!found.has(follower)) follower.quiet(revision)
  state.pin ??= engine.pin(revision)
  state.pin.moveTo(revision)
  state.finished = revision
}

/** Followers whose own row is another one now. */
function moved<F extends Follower, P, V>(state: State<F, P, V>): readonly F[] {
  const { engine, rows, byKey } = state
  const changed = engine.changedKeys(rows, state.seen)
  state.seen = engine.revision
  if (changed === undefined) return [...byKey.values()]
  return [...changed].flatMap(key => byKey.get(key) ?? [])
}
