import type { Position } from '../lang/problem.js'
import { originText } from './resources.js'
import type { CandidateVerdict, VisibilityAnswer, VisibilityReason } from './visibility.js'
import type { HostMeaning, VisibilityReply } from './visibility-facts.js'
import type { Precedence } from './visibility-precedence.js'

const SENTENCES: Readonly<Record<VisibilityReason, string>> = {
  imported: 'a host of the Sidecar imports it',
  'default-scope': 'no Sidecar narrows what is exported to this namespace',
  'virtual-service-destination': 'an imported VirtualService sends traffic to it',
  'virtual-service-host': 'a VirtualService in reach has this host',
  'unknown-host': 'no service has this host',
  'not-exported': 'it is not exported to this namespace',
  'not-imported': 'no egress host of the Sidecar names it',
  excluded: 'an egress host of the Sidecar excludes it',
  'no-such-port': 'it has no such port in reach',
  'listener-port': 'the egress listener that names it is for another port',
  'other-namespace-preferred': 'the same host of another namespace goes before it',
}

const PRECEDENCES: Readonly<Record<Precedence, string>> = {
  'named-in-full': 'that one is named in full by an egress host',
  'own-namespace': "that one is of the proxy's own namespace",
  'kubernetes-before-others': 'that one is a Kubernetes Service',
  'private-before-exported': 'that one is private to the namespace',
  'exported-by-name-before-public': 'that one is exported to this namespace by name',
  older: 'that one is older',
}

const OTHERWISE: Readonly<Record<VisibilityAnswer['otherwise'], string>> = {
  REGISTRY_ONLY: 'the proxy refuses calls to it (HTTP 502, TCP closed)',
  ALLOW_ANY: 'the proxy passes calls on to the address that was called: no mutual TLS, no routing, no load balancing',
  ALLOW_ANY_DYNAMIC_DNS: 'the proxy looks the name up itself and passes calls on: no mutual TLS, no routing',
}

const MEANINGS: Readonly<Record<HostMeaning, string>> = {
  host: '',
  'short-name': 'is short for',
  alias: 'is another name of',
  pattern: 'covers',
  covered: 'is covered by',
  'service-address': 'is an address of',
  'workload-address':
    "is the address of a workload: calls to it go past the service's load balancing, unless the service is headless. It serves",
  unknown: '',
}

/** Lines for people, without colours. `client` is the proxy. */
export function replyText(client: string, { asked, meaning, answers, nearest, undiscovered }: VisibilityReply): string {
  const says = MEANINGS[meaning]
  const hosts = answers.map(({ host }) => host).join(', ')
  const intro = says === '' ? '' : `${asked.host} ${says} ${hosts}\n`
  const similar = nearest.length === 0 ? '' : `${row('did you mean', nearest.join(', '))}\n`
  const more = undiscovered === undefined ? similar : undiscoveredText(undiscovered)
  return `${intro}${answers.map(answer => visibilityText(client, answer)).join('')}${more}`
}

function undiscoveredText({ origin, source }: NonNullable<VisibilityReply['undiscovered']>): string {
  const why = `discoverySelectors of the mesh config leave namespace ${origin.namespace} out${placeText(source)}`
  return `${row('service', `${originText(origin)} does not count`)}\n${row('', why)}\n`
}

function visibilityText(client: string, answer: VisibilityAnswer): string {
  const { host, port, isReachable, reason, sidecar, virtualServices, change } = answer
  const target = port === 0 ? host : `${host}:${port}`
  const lines = [
    `${client} -> ${target}: ${isReachable ? 'visible' : 'not visible'}`,
    row('because', SENTENCES[reason]),
  ]
  lines.push(row('Sidecar', sidecar === undefined ? 'none' : `${sidecar.key}${placeText(sidecar.source)}`))
  const isOnly = answer.candidates.length === 1
  for (const candidate of answer.candidates) lines.push(...candidateLines(candidate, isOnly))
  for (const { key, source } of virtualServices)
    lines.push(row('routed by', `VirtualService ${key}${placeText(source)}`))
  if (!isReachable) {
    const policy = `outboundTrafficPolicy ${answer.otherwise}${answer.otherwiseSource === undefined ? ', the default' : placeText(answer.otherwiseSource)}`
    lines.push(row('instead', `${OTHERWISE[answer.otherwise]}; ${policy}`))
  }
  if (change !== undefined) lines.push(row('to allow it', `${change.text}${placeText(change.source)}`))
  return `${lines.join('\n')}\n`
}

/** Widest of the words before a line. */
const WORD_WIDTH = 12

function row(word: string, text: string): string {
  return `  ${word.padEnd(WORD_WIDTH)}  ${text}`
}

/** `isOnly`: why is said already. */
function candidateLines(candidate: CandidateVerdict, isOnly: boolean): string[] {
  const { origin, namespace, registry, ports, exportTo, exportSource, reason, egress, precedence } = candidate
  const name = origin === undefined ? `${registry} service in ${namespace}` : originText(origin)
  const exported = `exported to ${exportTo.join(', ')}${exportSource === undefined ? ' by default' : placeText(exportSource)}`
  const why = precedence === undefined ? SENTENCES[reason] : `${SENTENCES[reason]}: ${PRECEDENCES[precedence]}`
  return [
    row('service', `${name}, ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}, ${exported}`),
    ...(isOnly ? [] : [row('', why)]),
    ...(egress === undefined
      ? []
      : [row('', `${egress.path} ${JSON.stringify(egress.text)}${placeText(egress.source)}`)]),
  ]
}

function placeText(source: Position | undefined): string {
  return source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
}
