import type { ServiceEntry } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { compare } from './selection.js'
import { type ServiceKey, serviceKey } from './service.js'

/** A host that has no address of its own and may be given one. */
export interface AddressCandidate {
  readonly key: ServiceKey
  /** RFC 3339; the oldest keeps its address when another wants the same. */
  readonly since: string
}

/** What stands for a host where a connection has to say where it is going. */
export interface AutoAddress {
  readonly v4: string
  readonly v6: string
}

/** On a ServiceEntry: `false` for none. */
const OPT_OUT_LABEL = 'networking.istio.io/enable-autoallocate-ip'
/** Addresses of 240.240.0.0/16 but for the first and the last. */
const SLOTS = 65_534

/**
 * Hosts of a ServiceEntry for which the proxy's DNS may make up an address, so that TCP to them can be told apart: those without
 * addresses. Not NONE, which goes where the client wanted to go, and no wildcard, but for names resolved as they are called.
 */
export function addressCandidates({
  spec,
  labels,
  namespace,
  creationTimestamp,
}: ConfigObject<ServiceEntry>): readonly AddressCandidate[] {
  const { resolution = 'NONE', addresses = [], hosts = [] } = spec
  if (resolution === 'NONE' || addresses.length > 0 || labels[OPT_OUT_LABEL] === 'false') return []
  return hosts
    .filter(host => !host.startsWith('*') || resolution === 'DYNAMIC_DNS')
    .map(host => ({ key: serviceKey({ host: host.toLowerCase(), namespace }), since: creationTimestamp }))
}

/**
 * An address for each: by a hash of its name, so that it is the same in every replica and after every restart; where two want one
 * the younger takes the next that is free. Without one where all are taken.
 */
export function allocateAddresses(candidates: readonly AddressCandidate[]): ReadonlyMap<ServiceKey, AutoAddress> {
  const given = new Map<ServiceKey, AutoAddress>()
  const taken = new Set<number>()
  for (const { key } of [...candidates].sort((a, b) => compare(a.since, b.since) || compare(a.key, b.key))) {
    if (given.has(key) || taken.size === SLOTS) continue
    let slot = hash(key) % SLOTS
    while (taken.has(slot)) slot = (slot + 1) % SLOTS
    taken.add(slot)
    given.set(key, addressOf(slot + 1))
  }
  return given
}

function addressOf(host: number): AutoAddress {
  return { v4: `240.240.${host >> 8}.${host & 0xff}`, v6: `2001:2::f0f0:${host.toString(16)}` }
}

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a over UTF-16 units: spreads names well, and need not keep anybody from finding two of one slot. */
function hash(text: string): number {
  let value = FNV_OFFSET
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME)
  return value >>> 0
}
