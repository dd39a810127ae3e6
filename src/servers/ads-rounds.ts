import type { SourceRevision } from '../xds/delivery/index.js'

/** There may be something to send. */
export interface Push {
  /** Changes up to here may be sent. */
  readonly revision: SourceRevision
  /** Changes up to here were told to those whom they concern, before this push. */
  readonly toldBefore: SourceRevision
  /** When it began, in ms of `performance.now()`. */
  readonly dueAt: number
}

/** Looks after changes for whom they concern. */
export interface Rounds {
  /** Of changes up to this revision. A round that is under way has not told all: this one takes its place. */
  begin(revision: SourceRevision): void
  /** All changes up to here were told to those whom they concern. */
  readonly told: SourceRevision
  stop(): void
}

export interface RoundsOptions<T> {
  /** In steps, in each those that something may be new for. */
  news(): Iterable<readonly T[]>
  visit(each: T, push: Push): void
  /** A throw, which is a bug: nobody knows whom it concerns. */
  broken(error: unknown, push: Push): void
  /** Clock in ms that nobody sets. */
  now(): number
}

interface Round<T> {
  readonly push: Push
  readonly steps: Iterator<readonly T[]>
  /** To be visited. */
  readonly found: T[]
}

/** How long one turn of the event loop may be spent, in ms: other requests are answered in between. */
const SLICE_MS = 8
/** Those who were found wait for the end of the round, but not longer, in ms: then all of them know where nothing is new. */
const HOLD_MS = 50

export function createRounds<T>({ news, visit, broken, now }: RoundsOptions<T>): Rounds {
  let round: Round<T> | undefined
  let told: SourceRevision = 0
  let turn: NodeJS.Immediate | undefined

  function work(): void {
    turn = undefined
    if (round === undefined) return
    const { push } = round
    const isOver = tried(round)
    if (isOver || now() - push.dueAt > HOLD_MS) visitFound(round, push)
    if (!isOver) {
      turn = setImmediate(work)
      return
    }
    round = undefined
    told = Math.max(told, push.revision)
  }

  function tried({ steps, found, push }: Round<T>): boolean {
    try {
      return goOn(steps, found, now)
    } catch (error) {
      broken(error, push)
      return true
    }
  }

  function visitFound(from: Round<T>, push: Push): void {
    for (const each of from.found.splice(0)) visit(each, push)
  }

  return {
    begin: revision => {
      const push = { revision, toldBefore: told, dueAt: now() }
      // Nobody gives those a second time.
      if (round !== undefined) visitFound(round, push)
      round = { push, steps: news()[Symbol.iterator](), found: [] }
      if (turn === undefined) work()
    },
    get told() {
      return told
    },
    stop: () => {
      round = undefined
      if (turn !== undefined) clearImmediate(turn)
    },
  }
}

/** Does as much as one turn may; gives whether that was all. */
function goOn<T>(steps: Iterator<readonly T[]>, found: T[], now: () => number): boolean {
  const until = now() + SLICE_MS
  for (let step = steps.next(); step.done !== true; step = steps.next()) {
    for (const each of step.value) found.push(each)
    if (now() >= until) return false
  }
  return true
}
