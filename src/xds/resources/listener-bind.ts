import { parseIp } from '../../lang/cidr.js'
import {
  addressesFor,
  type EgressListener,
  isHttp,
  isUnspecified,
  type Protocol,
  type Service,
} from '../../mesh/index.js'
import type { Address, Listener } from '../../proto/envoy-types.generated.js'
import type { Addresses, ListenerFacts } from './listener-facts.js'

const UNIX = 'unix://'

export function isUnix(bind: string): boolean {
  return bind.startsWith(UNIX)
}

/** `address` and `additionalAddresses` of a listener. */
export function addressFields([first, ...more]: Addresses, port: number): Listener {
  return {
    address: addressOf(first, port),
    ...(more.length === 0 ? {} : { additionalAddresses: more.map(each => ({ address: addressOf(each, port) })) }),
  }
}

function addressOf(bind: string, port: number): Address {
  return isUnix(bind)
    ? { pipe: { path: bind.slice(UNIX.length) } }
    : { socketAddress: { address: bind, portValue: port } }
}

/** Whether the kernel hands the connections over, rather than virtualOutbound, to which they are redirected where anything is. */
export function bindsToPort({ view }: ListenerFacts, { bind, captureMode }: EgressListener): boolean {
  return view.interception === 'NONE' || captureMode === 'NONE' || isUnix(bind)
}

/** Where an egress listener says its services are to be found, whatever their addresses; undefined: it does not. */
export function egressBind(facts: ListenerFacts, egress: EgressListener): Addresses | undefined {
  if (egress.bind !== '') return [egress.bind]
  return bindsToPort(facts, egress) ? facts.loopbacks : undefined
}

/** One place where a service is called by its address. */
export interface ServiceBind {
  readonly addresses: Addresses
  /** Set where the address is a prefix: the listener is then bound to any. */
  readonly prefix: string | undefined
}

/**
 * Where the clients of a service connect to. A Kubernetes service has one address (of each IP family, for a dual-stack client); each
 * address of a ServiceEntry is a place of its own.
 */
export function serviceBinds(facts: ListenerFacts, service: Service): readonly ServiceBind[] {
  const addresses = addressesFor(facts.view, service)
  const [first] = addresses
  if (first === undefined || isUnspecified(first)) return [{ addresses: facts.wildcards, prefix: undefined }]
  if (service.registry === 'External') return addresses.map(address => bindOf(facts, [address]))
  return [bindOf(facts, facts.view.ipMode === 'dual' ? [first, ...otherFamily(first, addresses)] : [first])]
}

function bindOf({ wildcards }: ListenerFacts, addresses: Addresses): ServiceBind {
  const [first] = addresses
  return first.includes('/') ? { addresses: wildcards, prefix: first } : { addresses, prefix: undefined }
}

function otherFamily(first: string, addresses: readonly string[]): readonly string[] {
  const isV6 = first.includes(':')
  return addresses.filter(address => address.includes(':') !== isV6).slice(0, 1)
}

/** Ports below this one belong to root. */
const FIRST_UNPRIVILEGED_PORT = 1024

/** Ports of a listener that the proxy has already, or that it may not open. */
export function isPortTaken(
  facts: ListenerFacts,
  port: number,
  protocol: Protocol,
  bind: Addresses | undefined,
  binds: boolean,
): boolean {
  const { meta } = facts.view
  if (binds && meta.isUnprivilegedPod && port < FIRST_UNPRIVILEGED_PORT && port > 0) return true
  // Only a listener on any address is in the way of the proxy's own: of HTTP, or asked for.
  if (bind === undefined ? !isHttp(protocol) : bind[0] !== facts.wildcards[0]) return false
  const { outbound, inbound } = facts.ports
  return [meta.statusPort, meta.prometheusPort, outbound, inbound].includes(port)
}

/** Whether the text is an address that others can reach: no name, loopback, link-local, multicast or unspecified one. */
export function isGlobalUnicast(text: string): boolean {
  const ip = parseIp(text)
  if (!ip.ok) return false
  const { family, bits } = ip.value
  if (family === 4) {
    const first = Number(bits >> 24n)
    return bits !== 0n && bits !== 0xffff_ffffn && first !== 127 && first < 224 && bits >> 16n !== 0xa9fen
  }
  const isLinkLocal = bits >> 118n === 0b11_1111_1010n
  return bits > 1n && !isLinkLocal && bits >> 120n !== 0xffn
}
