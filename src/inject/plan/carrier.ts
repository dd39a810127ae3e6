import type { Json } from '../../lang/json.js'
import type { Injected } from '../pipeline.js'
import type { Pod } from '../pod.js'
import type { Run } from '../run.js'
import type { Decision, InjectionRequest, WorkloadIdentity } from '../types.js'
import type { CutText } from './marks.js'

/** The text for an open one, by its place among them. */
export type TextAt = (at: number, isName: boolean) => string

/** A value with the texts that marks stand for. */
export type Meant = <T extends Json>(value: T) => T

/** What brings a pod: an admission request, which is answered by a patch, or a document, by the same with the pod injected. */
export interface Carrier {
  /** All of it but open texts. */
  readonly exact: string
  readonly open: readonly string[]
  /** With other texts in the place of open ones; undefined where it cannot be read. */
  read(textAt: TextAt): MarkedPod | undefined
  /** Cuts what `MarkedPod.answer` made; undefined where a mark is anything but a whole text. */
  cut(answer: string): CutText | undefined
  /** What the usual steps answer; undefined where that is more than an injection that was decided like this. */
  direct(decision: Pick<Decision, 'reason' | 'warnings'>): string | undefined
}

export interface MarkedPod {
  readonly request: InjectionRequest
  /** As injection takes it. */
  readonly original: Pod
  /** As templates are told of it, where `meant` has the texts that are meant. */
  readonly workload: (meant: Meant) => WorkloadIdentity
  /** Undefined where it depends on more than a plan may. */
  readonly answer: (run: Run, injected: Injected) => string | undefined
}
