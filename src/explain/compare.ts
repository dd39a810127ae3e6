import { diffJson } from '../patch/index.js'
import { type Paint, placeText, type TextOptions } from './paint.js'
import { type Cell, table } from './table.js'
import { subjectName, verdictWord } from './text.js'
import type { InjectionExplanation } from './types.js'

/**
 * `gains`, `loses`: the sidecar. `result`: injected both times but not alike, or not created any more. `reason`: the same
 * result for another reason. `none`: nothing changes.
 */
export type ChangeKind = 'gains' | 'loses' | 'result' | 'reason' | 'none'

export interface Comparison {
  readonly kind: ChangeKind
  readonly before: InjectionExplanation
  readonly after: InjectionExplanation
  /** With `result`: JSON pointers into the pod that differ. */
  readonly differences: readonly string[]
}

export function compareExplanations(before: InjectionExplanation, after: InjectionExplanation): Comparison {
  const [was, is] = [before.verdict, after.verdict]
  const differences = was.isInjected && is.isInjected ? differencesOf(before, after) : []
  const kind = kindOf(before, after, differences.length > 0)
  return { kind, before, after, differences }
}

function kindOf(before: InjectionExplanation, after: InjectionExplanation, isOther: boolean): ChangeKind {
  const [was, is] = [before.verdict, after.verdict]
  if (!was.isInjected && is.isInjected) return 'gains'
  if (was.isInjected && !is.isInjected) return 'loses'
  if (isOther || isCreated(before) !== isCreated(after)) return 'result'
  return was.code !== is.code || was.because !== is.because || was.isCertain !== is.isCertain ? 'reason' : 'none'
}

function isCreated({ verdict }: InjectionExplanation): boolean {
  return verdict.code !== 'failed' && verdict.code !== 'rejected'
}

function differencesOf(before: InjectionExplanation, after: InjectionExplanation): string[] {
  const [was, is] = [before.injection?.pod, after.injection?.pod]
  return was === undefined || is === undefined ? [] : diffJson(was, is).map(({ path }) => path)
}

/** Whether CI should look at it: another reason for the same result is not a change. */
export function isChange({ kind }: Comparison): boolean {
  return kind !== 'none' && kind !== 'reason'
}

/** Changes first, each with what decided before and what decides after; then how many stay as they are. */
export function comparisonText(comparisons: readonly Comparison[], options: TextOptions): string {
  const shown = comparisons.filter(
    comparison => isChange(comparison) || (options.isVerbose && comparison.kind === 'reason'),
  )
  const lines = shown.flatMap(comparison => [...comparisonLines(comparison, options), ''])
  return `${[...lines, totalText(comparisons)].join('\n')}\n`
}

const MARKS: Record<ChangeKind, string> = { gains: '+', loses: '-', result: '~', reason: '=', none: ' ' }
/** Most differing paths that text shows; JSON has all. */
const MAX_DIFFERENCES = 6

function comparisonLines({ kind, before, after, differences }: Comparison, { paint, width }: TextOptions): string[] {
  const colour = kind === 'gains' ? paint.green : kind === 'loses' ? paint.red : paint.yellow
  const [was, is] = [verdictWord(before, paint)[0], verdictWord(after, paint)[0]]
  const words =
    was === is ? `${is}, ${kind === 'result' ? 'but not as before' : 'for another reason'}` : `${was} -> ${is}`
  const rows = [...reasonRows('was', before, after, paint), ...reasonRows('now', after, before, paint)]
  const more =
    differences.length > MAX_DIFFERENCES ? [`    … ${differences.length - MAX_DIFFERENCES} more (-o json has all)`] : []
  return [
    `${colour(MARKS[kind])} ${paint.bold(subjectName(after))}: ${words}`,
    ...table(rows, '    ', { width, text: 1 }),
    ...differences.slice(0, MAX_DIFFERENCES).map(path => `    ~ ${path}`),
    ...more,
  ]
}

/** The decisive fact; where a call comes about or falls away, what made it match too. */
function reasonRows(
  when: string,
  { verdict, call }: InjectionExplanation,
  other: InjectionExplanation,
  paint: Paint,
): Cell[][] {
  const row: Cell[] = [when, verdict.because, [placeText(verdict.position), paint.dim]]
  const isNewCall = call.outcome === 'called' && call.summary !== other.call.summary
  return isNewCall
    ? [
        [when, call.summary],
        ['', verdict.because, [placeText(verdict.position), paint.dim]],
      ]
    : [row]
}

function totalText(comparisons: readonly Comparison[]): string {
  const count = (kind: ChangeKind): number => comparisons.filter(comparison => comparison.kind === kind).length
  const parts = [
    [count('gains'), 'would gain a sidecar'],
    [count('loses'), 'would lose the sidecar'],
    [count('result'), 'would change otherwise'],
    [count('reason'), 'would stay the same for another reason'],
    [count('none'), 'would stay the same'],
  ] as const
  const told = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${comparisons.length} ${comparisons.length === 1 ? 'workload' : 'workloads'}: ${told.join(', ')}`
}
