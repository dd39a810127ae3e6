import type { Problem } from '../../lang/problem.js'
import { err, ok, type Result } from '../../lang/result.js'
import type { ProxyNode } from '../../proxy/node.js'
import type { StreamStatus } from '../ads-status.js'
import type { LiveInjection } from '../injection-source.js'
import type { MeshSource } from '../mesh-source.js'
import type { Refusals } from '../refusals.js'

/** What the pages look at. */
export interface DebugFacts {
  readonly mesh: MeshSource
  /** Findings on the configuration as it is on disk. */
  readonly problems: () => readonly Problem[]
  readonly streams: () => readonly StreamStatus[]
  /** Node of a connection, its extensions included, which decide what it is sent. */
  readonly nodeOf: (connection: string) => ProxyNode | undefined
  readonly refusals: Refusals
  /** The injection in use; undefined: it is not there yet. */
  readonly injection: () => LiveInjection | undefined
  /** Tells every stream to look for what it was not sent yet, without waiting for more changes. */
  readonly push: () => void
  /** Ends the stream of a connection; undefined: nobody allowed that. */
  readonly disconnect: ((connection: string) => boolean) | undefined
  /** Which control plane this is, as proxies and tools are told. */
  readonly identity: ControlPlaneIdentity
}

/** As the reference names itself to tools. */
export interface ControlPlaneIdentity {
  readonly component: string
  readonly id: string
  readonly info: { readonly version: string }
}

/** Why a page has nothing to show: the HTTP status and sentences for people. */
export interface Miss {
  readonly status: 400 | 404
  readonly message: string
}

export interface DebugPage {
  /** Below `/debug/`. */
  readonly name: string
  /** One line for the list of pages. */
  readonly summary: string
  /** Which proxy: `proxyID` is required, only narrows, or means nothing here. */
  readonly proxy: 'required' | 'optional' | 'none'
  /** What is printed as JSON. */
  readonly answer: (facts: DebugFacts, query: URLSearchParams) => Result<unknown, Miss>
}

/** One stream of a proxy, with its Node as read. */
export interface ConnectedProxy {
  readonly status: StreamStatus
  readonly node: ProxyNode
}

/** In the order of their names; a proxy with several streams is there several times, the newest first. */
export function connectedProxies({ streams, nodeOf }: DebugFacts): readonly ConnectedProxy[] {
  const proxies = streams().flatMap(status => {
    const node = nodeOf(status.connection)
    return node === undefined ? [] : [{ status, node }]
  })
  return proxies.sort(
    (a, b) => compareText(a.node.instance, b.node.instance) || b.status.connectedAt - a.status.connectedAt,
  )
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Names of a 404 stop here: a mesh has thousands of proxies. */
const MAX_NAMES = 50

/** The proxy that `proxyID` names; of several streams the newest. */
export function findProxy(facts: DebugFacts, query: URLSearchParams): Result<ConnectedProxy, Miss> {
  if (!query.get('proxyID')) {
    const names = namesText(connectedProxies(facts))
    return err({ status: 400, message: `which proxy? Add ?proxyID=NAME.NAMESPACE\n${names}` })
  }
  const chosen = chosenProxies(facts, query)
  if (!chosen.ok) return chosen
  const [first] = chosen.value
  return first === undefined ? err({ status: 404, message: 'no proxy is connected' }) : ok(first)
}

/** All; or those of `proxyID`, which is `NAME.NAMESPACE`, the id of a connection, or the whole id of the node. */
export function chosenProxies(facts: DebugFacts, query: URLSearchParams): Result<readonly ConnectedProxy[], Miss> {
  const proxies = connectedProxies(facts)
  const asked = query.get('proxyID')
  if (!asked) return ok(proxies)
  const found = proxies.filter(({ status, node }) => [node.instance, status.connection, node.id].includes(asked))
  if (found.length > 0) return ok(found)
  return err({ status: 404, message: `no proxy ${asked} is connected to this control plane\n${namesText(proxies)}` })
}

function namesText(proxies: readonly ConnectedProxy[]): string {
  const names = [...new Set(proxies.map(({ node }) => node.instance))]
  if (names.length === 0) return 'no proxy is connected'
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
  return `connected: ${names.slice(0, MAX_NAMES).join(', ')}${more}`
}
