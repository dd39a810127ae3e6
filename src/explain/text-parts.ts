import { type Paint, placeText, type TextOptions } from './paint.js'
import { type Cell, table } from './table.js'
import type { InjectedPart, InjectionExplanation } from './types.js'

/** What injection put into the pod: one line a container, volume, label, annotation and probe; env entries if asked. */
export function partLines(
  { injection, call }: InjectionExplanation,
  { paint, isVerbose, width }: TextOptions,
): string[] {
  if (injection === undefined || injection.parts.length === 0) return []
  const isAsked = call.outcome !== 'not-called' && call.outcome !== 'rejected'
  if (!isAsked && !isVerbose) return []
  const { templates, parts } = injection
  const shown = parts.filter(part => isVerbose || isBrief(part)).sort((a, b) => orderOf(a) - orderOf(b))
  const title = `${paint.bold(isAsked ? 'What did injection do?' : 'What would injection do?')}  ${templateText(templates)}`
  return [
    title,
    ...table(
      shown.map(part => partRow(part, isVerbose ? [] : parts, paint)),
      '  ',
      { width, text: 3 },
    ),
  ]
}

function templateText(templates: readonly string[]): string {
  return `${templates.length === 1 ? 'template' : 'templates'} ${templates.join(', ')}`
}

/** What a template's container consists of is its own affair; what a later step changed is not, nor fields of the pod itself. */
function isBrief({ kind, container, origin }: InjectedPart): boolean {
  if (kind === 'env') return false
  return kind !== 'field' || container === undefined || origin.by === 'step'
}

const KINDS: readonly InjectedPart['kind'][] = [
  'init-container',
  'container',
  'field',
  'env',
  'volume',
  'label',
  'annotation',
]

function orderOf({ kind }: InjectedPart): number {
  return KINDS.indexOf(kind === 'env' || kind === 'field' ? 'field' : kind)
}

function partRow(part: InjectedPart, all: readonly InjectedPart[], paint: Paint): Cell[] {
  const { origin, kind, name, container } = part
  const what = container === undefined ? name : `${name} of ${container}`
  const by = origin.by === 'step' ? STEPS[origin.step] : origin.template
  const place = origin.by === 'step' ? '' : placeText(origin.position) || `line ${origin.line}`
  const env = envText(part, all)
  return [kind.replace('-', ' '), what, by, [place, paint.dim], ...(env === '' ? [] : [env])]
}

const STEPS = {
  'user-override': "the pod's own container, over the template",
  'native-move': 'moved to the init containers',
  'run-as': 'user and group of the proxy',
  'cluster-env': 'cluster and network',
  'prometheus-merge': 'Prometheus merge',
  'prometheus-secure-port': 'Prometheus merge',
  'probe-rewrite': 'probe rewriting',
  'network-label': 'network',
  status: 'injection status',
  'injected-annotations': 'injectedAnnotations',
} as const

/** How many env entries a container got, and from where. */
function envText({ kind, name }: InjectedPart, all: readonly InjectedPart[]): string {
  if (kind !== 'container' && kind !== 'init-container') return ''
  const counts = new Map<string, number>()
  for (const { origin, ...env } of all) {
    if (env.kind !== 'env' || env.container !== name) continue
    const by = origin.by === 'step' ? STEPS[origin.step] : origin.template
    counts.set(by, (counts.get(by) ?? 0) + 1)
  }
  const texts = [...counts].map(([by, count]) => `${count} from ${by}`)
  return texts.length === 0 ? '' : `env: ${texts.join(', ')}`
}
