import type { Position } from '../lang/problem.js'

/** Colours of a terminal, or none; each function is given the finished text. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

const same = (text: string): string => text
export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same }

export interface TextOptions {
  readonly paint: Paint
  /** Every criterion, env entry and gate instead of those that matter. */
  readonly isVerbose: boolean
  /** Characters that a line may have, where words let it; without it, sentences are not wrapped. */
  readonly width?: number
}

/** `file:line:column`, empty where nothing is known. */
export function placeText(position: Position | undefined): string {
  if (position === undefined) return ''
  return `${position.file === undefined ? '' : `${position.file}:`}${position.line}:${position.column}`
}
