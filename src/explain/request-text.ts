import type { Position } from '../lang/problem.js'
import type { RequestStory, StepOrigin, StoryOutcome } from './request-story.js'

const OUTCOMES: Readonly<Record<StoryOutcome, string>> = {
  served: 'reaches the workload',
  forwarded: 'is forwarded',
  answered: 'is answered by the proxy',
  refused: 'fails at the proxy',
  denied: 'is refused at the server',
  partly: 'fails for some',
  bypassed: 'does not go through the proxy',
  unknown: 'cannot be followed to its end',
}

/** Of the longest kind of step. */
const WIDTH = 8

/** Lines for people; `title` is the request and who sends it. */
export function requestText(title: string, { outcome, steps }: RequestStory): string {
  const lines = steps.flatMap(({ kind, text, origins }) => [
    `  ${kind.padEnd(WIDTH)}  ${text}`,
    ...origins.map(origin => `  ${''.padEnd(WIDTH)}    ${originLine(origin)}`),
  ])
  return `${title}: ${OUTCOMES[outcome]}\n${lines.join('\n')}\n`
}

function originLine({ origin: { type, namespace, name }, path, source, note }: StepOrigin): string {
  const object = [type, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ')
  const place = `${object}${path === '' ? '' : ` ${path}`}${placeText(source)}`
  return note === undefined ? place : `${place}: ${note}`
}

function placeText(source: Position | undefined): string {
  return source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
}
