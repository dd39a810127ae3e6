import { createSchedule, type DebounceSettings, type Scope } from '../xds/delivery/index.js'

/** Calls `push` for changes, debounced. */
export interface PushTimer {
  changed(scope: Scope): void
  stop(): void
}

export function createPushTimer(debounce: DebounceSettings, push: () => void): PushTimer {
  const schedule = createSchedule(debounce)
  let timer: NodeJS.Timeout | undefined

  function waitUntil(at: number): void {
    clearTimeout(timer)
    const delay = at - performance.now()
    if (delay <= 0) pushIfDue()
    else timer = setTimeout(pushIfDue, Math.ceil(delay)).unref()
  }

  function pushIfDue(): void {
    const { isDue, at } = schedule.due(performance.now())
    if (isDue) push()
    else if (at !== undefined) waitUntil(at)
  }

  return {
    changed: scope => waitUntil(schedule.changed(performance.now(), scope)),
    stop: () => clearTimeout(timer),
  }
}
