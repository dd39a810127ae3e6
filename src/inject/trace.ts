import type { SourcePosition } from '../template/index.js'
import type { Pod } from './pod.js'
import type { InjectionStep } from './types.js'

/** Watches one run, step by step, to tell afterwards what came from where. */
export interface Observer {
  /** A listener for what the template writes. */
  template(name: string): (text: string, position: SourcePosition) => void
  /** The pod after a template was laid over it. */
  overlay(template: string, pod: Pod): void
  /** The pod after a later step. */
  step(step: InjectionStep, pod: Pod): void
}
