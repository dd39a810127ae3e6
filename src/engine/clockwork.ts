import { BEGINNING, type EngineOptions, type Revision } from './types.js'

/** What all tables of one engine share: where history stands, who holds on to it, and the counters. */
export interface Clockwork {
  revision: Revision
  /** Pinned revisions and how many pins are at each. */
  readonly pins: Map<Revision, number>
  /** Steps that are running now, outermost first: a step may make its upstream run. */
  running: number
  /** Bodies of `read` that are running now. */
  reading: number
  /** Names each run, so that a read is recorded once per run. */
  runId: number
  runs: number
  suspended: number
  flags: number
  readonly onRun: NonNullable<EngineOptions['onRun']>
  readonly onFault: NonNullable<EngineOptions['onFault']>
}

export function newClockwork({ onRun = () => {}, onFault = () => {} }: EngineOptions): Clockwork {
  return {
    revision: BEGINNING,
    pins: new Map(),
    running: 0,
    reading: 0,
    runId: 0,
    runs: 0,
    suspended: 0,
    flags: 0,
    onRun,
    onFault,
  }
}

/** The lowest pinned revision, the present one without pins. */
export function oldestPinned({ pins, revision }: Clockwork): Revision {
  let oldest = revision
  for (const pinned of pins.keys()) if (pinned < oldest) oldest = pinned
  return oldest
}

export function pinAt({ pins }: Clockwork, revision: Revision): void {
  pins.set(revision, (pins.get(revision) ?? 0) + 1)
}

export function unpinAt({ pins }: Clockwork, revision: Revision): void {
  const left = (pins.get(revision) ?? 0) - 1
  if (left > 0) pins.set(revision, left)
  else pins.delete(revision)
}
