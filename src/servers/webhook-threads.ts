import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import type { Log } from './log.js'
import { createHelper, type Helper, type StartThread } from './webhook-helper.js'
import { createSharing } from './webhook-sharing.js'

export interface ThreadsSettings {
  /** Threads besides this one, at most. */
  readonly max: number
  readonly start: StartThread
  /** Answers on this thread. */
  readonly own: (body: Uint8Array, path: string) => Admitted
  readonly inputs: () => InjectionInputs
  readonly log: Log
  /** Told how many threads there are besides this one. */
  readonly onCount: (threads: number) => void
  /** Told how many requests another thread was given. */
  readonly onGiven: (requests: number) => void
  readonly clock: ThreadsClock
}

export interface ThreadsClock {
  /** Calls back in equal steps of time until the returned function is called. */
  readonly every: (ms: number, callback: () => void) => () => void
  /** After all sockets that have something were read. */
  readonly later: (callback: () => void) => void
  /** In ms. */
  readonly now: () => number
  /** Time that has passed, and of it what this thread was at work, in ms. */
  readonly time: () => { readonly total: number; readonly active: number }
}

export interface WebhookThreads {
  readonly admit: (body: Uint8Array, path: string) => Admitted | Promise<Admitted>
  readonly close: () => void
}

/** How often the load is looked at. */
const STEP_MS = 250
/** Of one thread's time. A client that asks for one thing at a time does not get there: it works too, in between. */
const FULL = 0.9
/** Of this thread's time, what has to be injection for another thread to be of use. */
const WORTH = 0.3
/** Steps that a load lasts before a thread is started: starting one is half a second of a processor. */
const STEADY_STEPS = 4
/** Steps without such a load after which threads end: half a minute. */
const IDLE_STEPS = 120
/** Steps before a thread that was lost is replaced, doubled each time: one second, at most four minutes. */
const REST_STEPS = 4
const MAX_REST_STEPS = 1024
/** Steps that a thread works well until those before it are forgotten: one minute. */
const SOUND_STEPS = 240

/**
 * Lets other threads answer a part of the requests while there are more than this one can take: they are started when that
 * lasts, and end when it is over. Without such a load there is nothing but a timer while requests come.
 */
export function createWebhookThreads(settings: ThreadsSettings): WebhookThreads {
  const { log, clock, inputs } = settings
  const helpers = new Set<Helper>()
  let isShared = false
  let calls = 0
  const asked = (): readonly Helper[] => (isShared ? [...helpers] : [])
  const { own, onGiven } = settings
  const sharing = createSharing({ own, onGiven, inputs, helpers: asked, later: clock.later, now: clock.now })
  const rest = createRest()
  let steady = 0
  let idle = 0

  const addHelper = (): void => {
    const helper = createHelper(settings.start, {
      onLost: (why, left) => {
        helpers.delete(helper)
        settings.onCount(helpers.size)
        const seconds = (rest.begin() * STEP_MS) / 1000
        log.error('a thread of the webhook is lost; its requests are answered by the main thread', {
          why,
          requests: left.length,
          nextAfter: `${seconds}s`,
        })
        sharing.takeBack(left)
      },
      onFailed: (error, job) => {
        log.error('a thread of the webhook failed at a request, which the main thread answers now', { error })
        sharing.takeBack([job])
      },
    })
    helpers.add(helper)
    settings.onCount(helpers.size)
    helper.isReadyFor(inputs())
    log.info('the webhook is loaded: another thread answers too', { threads: helpers.size })
  }
  const removeHelpers = (): void => {
    for (const helper of helpers) sharing.takeBack(helper.stop())
    helpers.clear()
    settings.onCount(0)
  }

  const meter = createMeter(clock, helpers, sharing.ownMs)
  const step = (): void => {
    const hasCalls = calls > 0
    calls = 0
    rest.tick(helpers.size)
    for (const helper of helpers) helper.tick()
    const { load, own } = meter.read()
    isShared = load > FULL
    const wantsMore = load > FULL * (helpers.size + 1) && (helpers.size > 0 || own > WORTH)
    steady = wantsMore ? steady + 1 : 0
    idle = isShared ? 0 : idle + 1
    if (steady >= STEADY_STEPS && helpers.size < settings.max && !rest.isOn()) {
      steady = 0
      addHelper()
    }
    if (helpers.size > 0 && idle >= IDLE_STEPS) {
      log.info('the webhook is no longer loaded: its other threads end', { threads: helpers.size })
      removeHelpers()
    }
    if (!hasCalls && helpers.size === 0 && !rest.isOn()) stopSteps()
  }
  let cancel: (() => void) | undefined
  const stopSteps = (): void => {
    cancel?.()
    cancel = undefined
  }
  const startSteps = (): void => {
    meter.read()
    steady = 0
    cancel = clock.every(STEP_MS, step)
  }
  return {
    admit: (body, path) => {
      calls++
      if (cancel === undefined) startSteps()
      return sharing.admit(body, path)
    },
    close: () => {
      stopSteps()
      removeHelpers()
    },
  }
}

interface Meter {
  /** Since the last call: work of all threads and, of this one, on answering; 1 is all the time of one thread. */
  readonly read: () => { readonly load: number; readonly own: number }
}

function createMeter(clock: ThreadsClock, helpers: ReadonlySet<Helper>, ownMs: () => number): Meter {
  let total = 0
  let active = 0
  let own = 0
  let before = new Map<Helper, number>()
  return {
    read: () => {
      const now = clock.time()
      const elapsed = Math.max(now.total - total, 1)
      const known = new Map([...helpers].map(helper => [helper, helper.activeMs()]))
      let work = now.active - active
      for (const [helper, ms] of known) work += ms - (before.get(helper) ?? ms)
      const share = (ownMs() - own) / elapsed
      ;({ total, active } = now)
      own = ownMs()
      before = known
      return { load: work / elapsed, own: share }
    },
  }
}

interface Rest {
  readonly isOn: () => boolean
  /** Steps that it takes. */
  readonly begin: () => number
  readonly tick: (helpers: number) => void
}

/** The time without new threads after one was lost. */
function createRest(): Rest {
  let left = 0
  let next = REST_STEPS
  let sound = 0
  return {
    isOn: () => left > 0,
    begin: () => {
      left = next
      next = Math.min(2 * next, MAX_REST_STEPS)
      sound = 0
      return left
    },
    tick: helpers => {
      if (left > 0) left--
      if (helpers > 0 && ++sound >= SOUND_STEPS) next = REST_STEPS
    },
  }
}
