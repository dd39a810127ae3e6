import type { Decision, InjectionRequest, InjectionSetup } from './types.js'

/** Verdict and ordered trace for one pod; looks at every fact, even where an earlier one settled it. */
export function decide(_setup: Pick<InjectionSetup, 'config'>, _request: InjectionRequest): Decision {
  throw new Error('not yet')
}
