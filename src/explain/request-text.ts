import type { Position } from '../lang/problem.js'
import type { RequestOutcome, RequestStep, RequestTrace } from './request.js'
import type { FieldOrigin } from './resources-trace.js'

/** A step with the lines that made it. */
export interface ExplainedStep extends RequestStep {
  readonly origins: readonly FieldOrigin[]
}

export interface ExplainedTrace extends RequestTrace {
  readonly steps: readonly ExplainedStep[]
}

const OUTCOMES: Readonly<Record<RequestOutcome, string>> = {
  forwarded: 'is forwarded',
  answered: 'is answered by the proxy',
  refused: 'fails at the proxy',
  unknown: 'cannot be followed to its end',
}

/** Of the longest kind of step. */
const WIDTH = 8

/** Lines for people; `title` is the request and who sends it. */
export function requestText(title: string, { outcome, steps }: ExplainedTrace): string {
  const lines = steps.flatMap(({ kind, text, origins }) => [
    `  ${kind.padEnd(WIDTH)}  ${text}`,
    ...origins.map(origin => `  ${''.padEnd(WIDTH)}    ${originLine(origin)}`),
  ])
  return `${title}: ${OUTCOMES[outcome]}\n${lines.join('\n')}\n`
}

function originLine({ origin: { type, namespace, name }, path, source }: FieldOrigin): string {
  const object = [type, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ')
  return `${object}${path === '' ? '' : ` ${path}`}${placeText(source)}`
}

function placeText(source: Position | undefined): string {
  return source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
}
