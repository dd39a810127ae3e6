import type { Engine, Revision, Table } from './types.js'

/** Longest that a refresh keeps the loop, in milliseconds: a keepalive or a new stream waits no longer than this. */
const SLICE_MS = 8

export interface SliceOptions {
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number
  /** Lets other work run: resolves in a later turn of the loop. */
  readonly pause: () => Promise<void>
  readonly sliceMs?: number
  readonly signal?: AbortSignal
}

/**
 * Brings tables up to date without keeping the loop for long; resolves with the revision they are at. Commits may come
 * in between: the work goes on towards the newest state. A step or a merge is never cut, so a slice is over by one at
 * most. Rejects with the signal's reason when aborted.
 */
export async function refreshInSlices(
  engine: Pick<Engine, 'refresh' | 'revision'>,
  tables: readonly Table<string, unknown>[],
  options: SliceOptions,
): Promise<Revision> {
  const { now, pause, sliceMs = SLICE_MS, signal } = options
  for (;;) {
    signal?.throwIfAborted()
    const end = now() + sliceMs
    if (engine.refresh(tables, () => now() >= end)) return engine.revision
    await pause()
  }
}
