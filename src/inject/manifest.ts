import type { Problem } from '../lang/problem.js'
import type { Decision, InjectionFailure, InjectionSetup } from './types.js'

export interface ManifestOptions {
  readonly file?: string
  /**
   * Asked first for every pod, where a webhook is reachable: the pod to write instead of injecting here, or undefined.
   */
  readonly explain?: boolean
}

/** What became of one document of the stream. */
export interface InjectedDocument {
  /** Exact text to write for this document, without the `---` that follows it. */
  readonly output: string
  readonly result: 'injected' | 'skipped' | 'copied' | 'failed'
  /** Reference texts, in order, as kube-inject writes them to standard error. */
  readonly warnings: readonly string[]
  /** Of injectable documents; a List has one for each item. */
  readonly decisions: readonly { readonly kind: string; readonly name: string; readonly decision: Decision }[]
  readonly failure?: InjectionFailure
  readonly problem?: Problem
}

/**
 * kube-inject on a stream of documents. The text to write is every `output` followed by `---\n`. Work stops at the first
 * document that fails, which is the last element then; those before it stand.
 */
export function injectStream(_setup: InjectionSetup, _text: string, _options?: ManifestOptions): InjectedDocument[] {
  throw new Error('not yet')
}
