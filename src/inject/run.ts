import type { Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'
import type { Pod } from './pod.js'
import type { Observer } from './trace.js'
import type { InjectionFailure, InjectionRequest, InjectionSetup, InjectionWarning } from './types.js'

/** One run: what all steps may read. */
export interface Run {
  readonly setup: InjectionSetup
  readonly request: InjectionRequest
  /** Decoded, with its namespace. */
  readonly original: Pod
  readonly warn: (warning: InjectionWarning) => void
  /** Watches where things come from; absent unless someone asked. */
  readonly observer?: Observer
}

/** What one template made. */
export interface Rendered {
  readonly template: string
  readonly value: Json
}

export type StepResult<T> = Result<T, InjectionFailure>

export function failure(
  code: InjectionFailure['code'],
  message: string,
  problems?: readonly Problem[],
): InjectionFailure {
  return { code, message, problems: problems ?? [{ severity: 'error', code, message }] }
}
