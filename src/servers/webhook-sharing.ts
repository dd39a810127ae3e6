import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import type { Helper, Job } from './webhook-helper.js'

export interface SharingSettings {
  /** Answers on this thread. */
  readonly own: (body: Uint8Array, path: string) => Admitted
  readonly inputs: () => InjectionInputs
  /** Those that may be asked now; none: everything is answered here, at once. */
  readonly helpers: () => readonly Helper[]
  /** Told how many requests a helper was given. */
  readonly onGiven: (requests: number) => void
  /** Calls back once all sockets that have something were read: `setImmediate`. */
  readonly later: (callback: () => void) => void
  /** In ms. */
  readonly now: () => number
}

export interface Sharing {
  readonly admit: (body: Uint8Array, path: string) => Admitted | Promise<Admitted>
  /** Jobs that a helper leaves: they are done here, since it may be one of them that ended it. */
  readonly takeBack: (jobs: readonly Job[]) => void
  /** Time spent on answering here, in ms. */
  readonly ownMs: () => number
}

/**
 * Of all requests that are here at a moment, the part for helpers: so many are on their way or wait there that the next is
 * there already when one is answered, however long this thread is busy. This one has sockets to read and to write besides, which
 * costs half of what injection does: with one helper both are equally busy at this share, with more it has no time left.
 */
const SHARE_OF_ONE = 0.7
const SHARE_OF_MORE = 1
/** Bytes of bodies that wait here; what comes then is answered at once, as without helpers. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** Divides requests between this thread and its helpers. All that has arrived is looked at together, the oldest first. */
export function createSharing({ own, inputs, helpers, onGiven, later, now }: SharingSettings): Sharing {
  const waiting: Job[] = []
  const returned: Job[] = []
  let waitingBytes = 0
  let isScheduled = false
  let ownMs = 0
  const ownAnswer = (body: Uint8Array, path: string): Admitted => {
    const start = now()
    const admitted = own(body, path)
    ownMs += now() - start
    return admitted
  }
  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    later(turn)
  }
  const turn = (): void => {
    isScheduled = false
    if (waiting.length > 0) give(helpers().filter(helper => helper.isReadyFor(inputs())))
    const job = returned.shift() ?? next()
    if (job === undefined) return
    // Only one: others may have come meanwhile, and helpers may have become free.
    if (waiting.length + returned.length > 0) schedule()
    try {
      job.resolve(ownAnswer(job.body, job.path))
    } catch (error) {
      job.reject(error)
    }
  }
  const next = (): Job | undefined => {
    const job = waiting.shift()
    if (job !== undefined) waitingBytes -= job.body.length
    return job
  }
  const give = (ready: readonly Helper[]): void => {
    const gifts = ready.map(helper => ({ helper, jobs: [] as Job[] }))
    const all = ready.reduce((sum, helper) => sum + helper.pending(), waiting.length)
    const share = ready.length === 1 ? SHARE_OF_ONE : SHARE_OF_MORE / ready.length
    const limit = Math.max(1, Math.round(all * share))
    const sizeOf = ({ helper, jobs }: (typeof gifts)[number]): number => helper.pending() + jobs.length
    while (waiting.length > 0 && gifts.length > 0) {
      const least = gifts.reduce((a, b) => (sizeOf(b) < sizeOf(a) ? b : a))
      if (sizeOf(least) >= limit) break
      least.jobs.push(next()!)
    }
    for (const { helper, jobs } of gifts) {
      if (jobs.length === 0) continue
      helper.give(jobs)
      onGiven(jobs.length)
    }
  }
  return {
    admit: (body, path) => {
      if (helpers().length === 0 || waitingBytes + body.length > MAX_WAITING_BYTES) return ownAnswer(body, path)
      return new Promise((resolve, reject) => {
        // A body may be a view of a larger buffer, all of which would be sent.
        waiting.push({ body: Uint8Array.prototype.slice.call(body), path, resolve, reject })
        waitingBytes += body.length
        schedule()
      })
    },
    takeBack: jobs => {
      returned.push(...jobs)
      schedule()
    },
    ownMs: () => ownMs,
  }
}
