import type { WebhookClient } from '../config/webhook-configuration.js'
import { type Paint, placeText, type TextOptions } from './paint.js'
import { type Cell, flow, table } from './table.js'
import { partLines } from './text-parts.js'
import type {
  CriterionFinding,
  EntryExplanation,
  InjectionExplanation,
  LabelChange,
  LocatedGate,
  NearMiss,
  RequirementFinding,
} from './types.js'

/** The whole answer for one pod: verdict and decisive fact first, then both halves, then what came from where. */
export function explanationText(explanation: InjectionExplanation, options: TextOptions): string {
  const sections = [
    headLines(explanation, options),
    callLines(explanation, options),
    decisionLines(explanation, options),
    warningLines(explanation, options),
    partLines(explanation, options),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .map(lines => `${lines.join('\n')}\n`)
    .join('\n')
}

/** One line for each pod. */
export function explanationTable(explanations: readonly InjectionExplanation[], { paint }: TextOptions): string {
  const rows = explanations.map((explanation): Cell[] => {
    const { verdict } = explanation
    return [
      subjectName(explanation),
      verdictWord(explanation, paint),
      verdict.because,
      [placeText(verdict.position), paint.dim],
    ]
  })
  const head: Cell[] = [
    ['WORKLOAD', paint.dim],
    ['VERDICT', paint.dim],
    ['BECAUSE', paint.dim],
  ]
  const doubt = explanations.some(({ verdict }) => !verdict.isCertain) ? [DOUBT] : []
  return [...table([head, ...rows], ''), ...doubt]
    .map(
      line => `${line}
`,
    )
    .join('')
}

const DOUBT = '?: not known whether the API server calls the webhook; assuming that it does'

export function subjectName({ subject: { kind, namespace, name } }: InjectionExplanation): string {
  return `${kind} ${namespace}/${name}`
}

/** `injected`, `not injected`, `not created`; with a question mark where facts are missing. */
export function verdictWord({ verdict }: InjectionExplanation, paint: Paint): Cell {
  const doubt = verdict.isCertain ? '' : '?'
  if (verdict.isInjected) return [`injected${doubt}`, paint.green]
  if (verdict.code === 'failed' || verdict.code === 'rejected') return [`not created${doubt}`, paint.red]
  return [`not injected${doubt}`, paint.yellow]
}

function headLines(explanation: InjectionExplanation, { paint, width }: TextOptions): string[] {
  const { verdict, subject, call } = explanation
  const [word, colour] = wordOf(explanation, paint)
  const assumptions = [
    ...(verdict.isCertain ? [] : [`that the API server calls the webhook: ${call.summary}`]),
    ...(subject.namespaceFrom === 'default' ? ['namespace default: the manifest names none (see -n)'] : []),
  ]
  return [
    `${paint.bold(subjectName(explanation))}: ${colour(word)}`,
    ...table([['because', verdict.because, [placeText(verdict.position), paint.dim]]], '  ', { width, text: 1 }),
    ...assumptions.flatMap(text => flow('', `assuming ${text}`, '  ', width)),
  ]
}

function wordOf({ verdict }: InjectionExplanation, paint: Paint): [string, Paint['red']] {
  switch (verdict.code) {
    case 'injected':
      return ['injected', paint.green]
    case 'refused':
      return ['not injected, the webhook leaves it alone', paint.yellow]
    case 'not-called':
      return ['not injected, the API server does not call the webhook', paint.yellow]
    case 'failed':
      return ['not created, injection fails', paint.red]
    case 'rejected':
      return ['not created, the API server refuses it', paint.red]
  }
}

function callLines(explanation: InjectionExplanation, options: TextOptions): string[] {
  const { call } = explanation
  const { paint, width } = options
  const answer = `${ANSWERS[call.outcome]}${call.outcome === 'called' ? '' : `: ${call.summary}`}`
  const lines = flow(['Would the API server call?', paint.bold], answer, '', width)
  if (call.outcome === 'no-configuration') lines.push(...flow('', WHAT_TO_GIVE, '  ', width))
  const shown = options.isVerbose ? call.entries : call.entries.filter(({ isInjector }) => isInjector)
  for (const entry of shown) {
    if (options.isVerbose || entry.outcome !== 'does not call') lines.push(...entryLines(entry, explanation, options))
  }
  if (!options.isVerbose) lines.push(...missLines(shown, options))
  const warnings = call.warnings.map((warning): Cell[] => [['!', paint.yellow], warning])
  lines.push(...table(warnings, '  ', { width, text: 1 }))
  return [...lines, ...nearestLines(explanation, options)]
}

const WHAT_TO_GIVE =
  'give Namespace and MutatingWebhookConfiguration objects with --configDir, and selectors are looked at too'

const ANSWERS = {
  called: 'yes',
  'not-called': 'no',
  rejected: 'it refuses the pod',
  unknown: 'not known',
  'no-configuration': 'not known',
} as const

const ENTRY_MARKS: Record<EntryExplanation['outcome'], string> = {
  calls: '✓',
  'does not call': '✗',
  rejects: '✗',
  unknown: '?',
}

function entryLines(
  entry: EntryExplanation,
  explanation: InjectionExplanation,
  { paint, width }: TextOptions,
): string[] {
  const { configuration, entry: name, failurePolicy, reinvocationPolicy, client, outcome } = entry
  const settings = `failurePolicy ${failurePolicy}, reinvocationPolicy ${reinvocationPolicy}`
  const place: Cell = [placeText(entry.position), paint.dim]
  return [
    ...table([[markCell(ENTRY_MARKS[outcome], paint), `${configuration}/${name}`, place]], '  ', { width, text: 1 }),
    ...table([[[`calls ${clientText(client)} (${settings})`, paint.dim]]], '      ', { width, text: 0 }),
    ...table(
      entry.criteria.flatMap(criterion => criterionRows(criterion, explanation, paint)),
      '      ',
      { width, text: 2 },
    ),
  ]
}

function clientText(client: WebhookClient): string {
  return client.kind === 'url' ? client.url : `${client.name}.${client.namespace}.svc:${client.port}${client.path}`
}

const CRITERION_MARKS = { met: '✓', 'not met': '✗', unknown: '?', error: '✗' } as const

function criterionRows(
  { criterion, outcome, detail, position, requirements }: CriterionFinding,
  explanation: InjectionExplanation,
  paint: Paint,
): Cell[][] {
  if (requirements === undefined) {
    return [[markCell(CRITERION_MARKS[outcome], paint), criterion, detail, [placeText(position), paint.dim]]]
  }
  return requirements.map((finding, i) => [
    markCell(finding.isMet ? '✓' : '✗', paint),
    i === 0 ? criterion : '',
    finding.requirement,
    requirementText(criterion, finding, explanation),
    [placeText(finding.position), paint.dim],
  ])
}

function requirementText(
  criterion: CriterionFinding['criterion'],
  { key, value }: RequirementFinding,
  { subject }: InjectionExplanation,
): string {
  const whose = criterion === 'namespaceSelector' ? `namespace ${subject.namespace}` : 'the pod'
  return value === null ? `${whose} has no label ${key}` : `${whose} has ${key}=${value}`
}

/** Entries that do not match, one line each: the first thing that stands in the way. */
function missLines(entries: readonly EntryExplanation[], { paint, width }: TextOptions): string[] {
  const misses = entries.filter(({ outcome }) => outcome === 'does not call')
  return table(
    misses.map(({ configuration, entry, criteria }) => [
      markCell('✗', paint),
      `${configuration}/${entry}`,
      ...obstacle(criteria, paint),
    ]),
    '  ',
    { width, text: 2 },
  )
}

function obstacle(criteria: readonly CriterionFinding[], paint: Paint): Cell[] {
  const stopped = criteria.find(({ outcome }) => outcome === 'not met' || outcome === 'error')
  if (stopped === undefined) return ['']
  const unmet = stopped.requirements?.find(({ isMet }) => !isMet)
  if (unmet === undefined) return [`${stopped.criterion}: ${stopped.detail}`]
  const whose = stopped.criterion === 'namespaceSelector' ? 'namespace' : 'pod'
  const has = unmet.value === null ? 'label is absent' : `it is ${unmet.value === '' ? 'empty' : unmet.value}`
  return [`wants ${whose} label ${unmet.requirement}, but ${has}`, [placeText(unmet.position), paint.dim]]
}

/** Labels that would lead to a call, fewest first. */
function nearestLines({ call, subject }: InjectionExplanation, { paint, width }: TextOptions): string[] {
  if (call.nearest.length === 0) return []
  const ways = new Map<string, NearMiss>()
  for (const miss of call.nearest)
    ways.set(miss.changes.map(change => changeText(change, subject)).join(', and '), miss)
  const intro = ways.size === 1 ? 'It would call after this:' : 'It would call after any one of these:'
  const rows = [...ways].map(([text, { entry }]): Cell[] => [`- ${text}`, [entry, paint.dim]])
  return [`  ${intro}`, ...table(rows, '    ', { width, text: 0 })]
}

function changeText({ on, key, value }: LabelChange, { namespace }: InjectionExplanation['subject']): string {
  const whose = on === 'namespace' ? `namespace ${namespace}` : 'the pod'
  return value === null ? `no label ${key} on ${whose}` : `label ${key}=${value} on ${whose}`
}

function decisionLines(explanation: InjectionExplanation, { paint, width }: TextOptions): string[] {
  const { decision, call, failure } = explanation
  const isAsked = call.outcome !== 'not-called' && call.outcome !== 'rejected'
  const verb = decision.inject ? 'inject' : 'leave it alone'
  const title = `${paint.bold('What would the webhook decide?')}  ${isAsked ? '' : 'if it were called: '}${verb}`
  const rows = decision.gates.map(gate => gateRow(gate, paint))
  const lines = [title, ...table(rows, '  ', { width, text: 2 })]
  if (failure === undefined) return lines
  const problems = failure.problems.map(({ position, message }): Cell[] => {
    const place = position === undefined ? '' : `${placeText(position)}: `
    return [['✗', paint.red], `${place}${message.trim()}`]
  })
  return [
    ...lines,
    `  ${paint.red('injection fails')} (${failure.code}):`,
    ...table(problems, '  ', { width, text: 1 }),
  ]
}

function gateRow(gate: LocatedGate, paint: Paint): Cell[] {
  if (gate.role === 'not-reached')
    return [
      ['-', paint.dim],
      [gate.code, paint.dim],
      ['not reached', paint.dim],
    ]
  const message = gate.role === 'overruled' ? `${gate.message} (overruled)` : gate.message
  const note = gate.note === undefined ? '' : `(${gate.note})`
  const place = [placeText(gate.position), note].filter(Boolean).join('  ')
  return [gateMark(gate, paint), gate.code, message, [place, paint.dim]]
}

function gateMark({ role, says }: LocatedGate, paint: Paint): Cell {
  if (role !== 'decides') return ['·', paint.dim]
  return markCell(says === 'inject' ? '✓' : '✗', paint)
}

function warningLines({ warnings }: InjectionExplanation, { paint, width }: TextOptions): string[] {
  if (warnings.length === 0) return []
  const rows = warnings.map(({ message, position }): Cell[] => [
    ['!', paint.yellow],
    message,
    [placeText(position), paint.dim],
  ])
  return [paint.bold('Warnings'), ...table(rows, '  ', { width, text: 1 })]
}

function markCell(mark: string, paint: Paint): Cell {
  return [mark, mark === '✓' ? paint.green : mark === '✗' ? paint.red : paint.yellow]
}
