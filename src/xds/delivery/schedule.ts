/** Milliseconds. */
export interface DebounceSettings {
  /** A storm is over when nothing came for this long. */
  readonly quietMs: number
  /** A storm that does not end is sent all the same, this long after its first change. */
  readonly maxMs: number
  /** The same, while nothing but endpoints changed: they are cheap to send and a pod that is gone should be gone soon. */
  readonly endpointQuietMs: number
  readonly endpointMaxMs: number
}

export const DEBOUNCE: DebounceSettings = { quietMs: 100, maxMs: 10_000, endpointQuietMs: 20, endpointMaxMs: 200 }

export type Scope = 'full' | 'endpoints'

/** When to push. Times are of one clock, in ms, never of this module's own. */
export interface Schedule {
  /** Something changed. Gives the time at which to call `due`. */
  changed(now: number, scope: Scope): number
  /** Whether it is time. True once: the batch is then over. False: come again at `at` (undefined: nothing waits). */
  due(now: number): { readonly isDue: boolean; readonly at: number | undefined }
}

interface Batch {
  readonly since: number
  readonly scope: Scope
}

/** The first change after quiet goes at once; what follows soon after is batched until it is quiet again. */
export function createSchedule(settings: DebounceSettings = DEBOUNCE): Schedule {
  let batch: Batch | undefined
  let lastChange = Number.NEGATIVE_INFINITY
  let dueAt = 0

  function changed(now: number, scope: Scope): number {
    const quiet = scope === 'full' ? settings.quietMs : settings.endpointQuietMs
    const isFirst = batch === undefined && now - lastChange >= quiet
    lastChange = now
    batch = { since: batch?.since ?? now, scope: batch?.scope === 'full' ? 'full' : scope }
    dueAt = isFirst ? now : end(batch, now)
    return dueAt
  }

  function end({ since, scope }: Batch, now: number): number {
    return scope === 'full'
      ? Math.min(now + settings.quietMs, since + settings.maxMs)
      : Math.min(now + settings.endpointQuietMs, since + settings.endpointMaxMs)
  }

  function due(now: number): { readonly isDue: boolean; readonly at: number | undefined } {
    if (batch === undefined) return { isDue: false, at: undefined }
    if (now < dueAt) return { isDue: false, at: dueAt }
    batch = undefined
    return { isDue: true, at: undefined }
  }

  return { changed, due }
}
