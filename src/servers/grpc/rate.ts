/** Lets so many things through a second, evenly: a storm of them waits in line, and what would wait too long is turned away. */
export interface RateGate {
  /** How long to wait from `now`, in ms; undefined: longer than is worth it, and no place in the line is taken. */
  enter(now: number): number | undefined
}

export function createRateGate(perSecond: number, maxWaitMs: number): RateGate {
  const spacing = 1000 / perSecond
  let next = Number.NEGATIVE_INFINITY
  return {
    enter: now => {
      const at = Math.max(now, next)
      if (at - now > maxWaitMs) return undefined
      next = at + spacing
      return at - now
    },
  }
}
