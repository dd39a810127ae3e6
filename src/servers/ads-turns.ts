/** Work that waits for its turn, in the order in which it came; what comes again while it waits keeps its place. */
export interface Turns<T> {
  add(item: T): void
  delete(item: T): void
  /** `mayWork` may say otherwise now. */
  resume(): void
  stop(): void
}

export interface TurnsOptions<T> {
  work(item: T): void
  /** Asked before each item; false: nothing is done until `resume`. */
  mayWork(): boolean
  /** All of it is done. */
  done(): void
}

/** How long one turn of the event loop may be spent, in ms: other requests are answered in between. */
const SLICE_MS = 8

export function createTurns<T>({ work, mayWork, done }: TurnsOptions<T>): Turns<T> {
  const waiting = new Set<T>()
  let turn: NodeJS.Immediate | undefined
  let isStopped = false

  function schedule(): void {
    if (!isStopped && waiting.size > 0) turn ??= setImmediate(serve)
  }

  function serve(): void {
    turn = undefined
    const until = performance.now() + SLICE_MS
    for (const item of waiting) {
      if (!mayWork()) return
      waiting.delete(item)
      work(item)
      if (performance.now() >= until) break
    }
    if (waiting.size > 0) schedule()
    else done()
  }

  return {
    add: item => {
      waiting.add(item)
      schedule()
    },
    delete: item => void waiting.delete(item),
    resume: schedule,
    stop: () => {
      isStopped = true
      if (turn !== undefined) clearImmediate(turn)
    },
  }
}
