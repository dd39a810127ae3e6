import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import type { ThreadCall, ThreadReply } from './webhook-thread.js'

/** One request of the webhook that waits for its answer. */
export interface Job {
  readonly body: Uint8Array
  readonly path: string
  readonly resolve: (admitted: Admitted) => void
  /** With what was thrown: a bug. */
  readonly reject: (error: unknown) => void
}

/** A thread as seen from the main one. */
export interface ThreadPort {
  readonly send: (call: ThreadCall) => void
  /** Ends it at once; `onEnd` is not called then. */
  readonly stop: () => void
  /** Time that it was at work since it was started, in ms. */
  readonly activeMs: () => number
}

export interface ThreadEvents {
  readonly onReply: (reply: ThreadReply) => void
  /** It ended by itself; `why` in words. */
  readonly onEnd: (why: string) => void
}

export type StartThread = (events: ThreadEvents) => ThreadPort

export interface HelperEvents {
  /** The thread ended, or hangs and was ended. `left`: what it had not answered. */
  readonly onLost: (why: string, left: readonly Job[]) => void
  /** A bug at one request, which others need not have met. */
  readonly onFailed: (error: string, job: Job) => void
}

/** A thread that answers requests, and what it was given. */
export interface Helper {
  /** Requests that it has not answered yet. */
  readonly pending: () => number
  /** Whether it answers by these inputs; if not, they are sent, and it is not ready until it has taken them in. */
  readonly isReadyFor: (inputs: InjectionInputs) => boolean
  readonly give: (jobs: readonly Job[]) => void
  /** Call it in equal steps of time: one that owes something and says nothing for `HANGING_STEPS` of them is lost. */
  readonly tick: () => void
  readonly activeMs: () => number
  /** Ends it; the jobs that it has are returned. */
  readonly stop: () => readonly Job[]
}

/** Of `tick`. Five seconds, half of what an API server waits by default. */
const HANGING_STEPS = 20
/** The same while it starts or takes in a configuration: half a minute. */
const SLOW_STEPS = 120

export function createHelper(start: StartThread, events: HelperEvents): Helper {
  const jobs = new Map<number, Job>()
  let nextId = 0
  let sent: InjectionInputs | undefined
  let unconfirmed = 0
  let quietSteps = 0
  const take = (): Job[] => {
    const left = [...jobs.values()]
    jobs.clear()
    return left
  }
  const port = start({
    onReply: reply => {
      quietSteps = 0
      if (reply.kind === 'configured') return void unconfirmed--
      const job = jobs.get(reply.id)
      // Of a thread that was given up there may still be answers on the way.
      if (job === undefined) return
      jobs.delete(reply.id)
      if (reply.kind === 'answered') job.resolve(reply.admitted)
      else events.onFailed(reply.error, job)
    },
    onEnd: why => events.onLost(why, take()),
  })
  const stop = (): readonly Job[] => {
    port.stop()
    return take()
  }
  return {
    pending: () => jobs.size,
    isReadyFor: inputs => {
      if (inputs !== sent) {
        sent = inputs
        unconfirmed++
        port.send({ kind: 'configure', inputs })
      }
      return unconfirmed === 0
    },
    give: given => {
      const requests = given.map(job => {
        jobs.set(nextId, job)
        return { id: nextId++, body: job.body, path: job.path }
      })
      port.send({ kind: 'answer', requests })
    },
    tick: () => {
      quietSteps = jobs.size === 0 && unconfirmed === 0 ? 0 : quietSteps + 1
      const limit = unconfirmed === 0 ? HANGING_STEPS : SLOW_STEPS
      if (quietSteps > limit) events.onLost('it does not answer any more', stop())
    },
    activeMs: port.activeMs,
    stop,
  }
}
