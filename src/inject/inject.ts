import type { InjectionOutcome, InjectionRequest, InjectionSetup } from './types.js'

/** Decides and, if the answer is yes, injects. Never throws for any pod, annotation or template. */
export function inject(_setup: InjectionSetup, _request: InjectionRequest): InjectionOutcome {
  throw new Error('not yet')
}
