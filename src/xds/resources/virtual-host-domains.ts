import { parseIp } from '../../lang/cidr.js'
import { addressesFor, isUnspecified, type Service } from '../../mesh/index.js'
import type { ProxyView } from '../../proxy/view.js'

export interface HostDomains {
  readonly domains: readonly string[]
  /** Those that were made from the name, by leaving off what the client shares with it: a service of exactly that name goes first. */
  readonly short: ReadonlySet<string>
}

/**
 * All that a client may write to mean a service (reference: xds.md section 12): its names, theirs without the domain that the client
 * shares, its addresses. `port`: also with it; undefined: Envoy is told not to look at ports.
 */
export function serviceDomains(service: Service, view: ProxyView, port: number | undefined): HostDomains {
  const domains: string[] = []
  const short = new Set<string>()
  for (const host of [service.host, ...service.aliases.map(alias => alias.host)]) {
    domains.push(...withPort(host, port))
    for (const name of otherNames(host, view.dnsDomain).flatMap(each => withPort(each, port))) {
      domains.push(name)
      short.add(name)
    }
  }
  const isPods = service.resolution === 'none' && service.registry === 'Kubernetes'
  if (isPods) domains.push(...domains.map(domain => `*.${domain}`))
  for (const address of addressesFor(view, service))
    if (address !== '' && !isUnspecified(address)) domains.push(...withPort(address, port))
  return { domains, short }
}

/** A domain as Envoy compares it with `Host`. */
export function withPort(host: string, port: number | undefined): string[] {
  const text = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return port === undefined ? [text] : [text, `${text}:${port}`]
}

const SERVICE = '.svc.'

function otherNames(host: string, clientDomain: string): string[] {
  if (parseIp(host).ok) return []
  return [`${host}.`, ...shortNames(host, clientDomain)]
}

/** The namespace in whose domain a host has names that it has nowhere else; empty: there is none. */
export function homeOf(host: string): string {
  const end = host.indexOf(SERVICE)
  const dot = host.indexOf('.')
  return end <= 0 || dot + 1 > end ? '' : host.slice(dot + 1, end)
}

/** The namespace of a client's domain; undefined: it is outside of Kubernetes, where names are cut off in another way. */
export function namespaceOfDomain(clientDomain: string): string | undefined {
  const at = clientDomain.indexOf(SERVICE)
  return at === -1 ? undefined : clientDomain.slice(0, at)
}

/** The domain of a client of a namespace that no service is in. */
export function strangersDomain(clientDomain: string): string {
  const at = clientDomain.indexOf(SERVICE)
  return at === -1 ? clientDomain : `~${clientDomain.slice(at)}`
}

function shortNames(host: string, clientDomain: string): string[] {
  const at = clientDomain.indexOf(SERVICE)
  if (at === -1) return foreignShortNames(host, clientDomain)
  const end = host.indexOf(SERVICE)
  const dot = host.indexOf('.')
  if (end <= 0 || dot + 1 > end) return []
  const qualified = host.slice(0, end)
  const isNeighbour = host.slice(dot + 1, end) === clientDomain.slice(0, at)
  return isNeighbour ? [host.slice(0, dot), `${qualified}.svc`, qualified] : [qualified, `${qualified}.svc`]
}

/** Clients outside of Kubernetes may leave off the labels that they have in common with the service. */
function foreignShortNames(host: string, clientDomain: string): string[] {
  const labels = host.split('.')
  const client = clientDomain.split('.')
  let shared = 0
  while (shared < labels.length && shared < client.length && labels.at(-1 - shared) === client.at(-1 - shared)) shared++
  return shared === 0 || shared === labels.length ? [] : [labels.slice(0, -shared).join('.')]
}
