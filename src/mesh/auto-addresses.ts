import type { ServiceEntry } from '../config/istio-types.generated.js'
import type { ConfigObject, ObjectStatus } from '../config/object.js'
import { compare } from './selection.js'
import { type ServiceKey, serviceKey } from './service.js'

/** A host that has no address of its own and may be given one. */
export interface AddressCandidate {
  readonly key: ServiceKey
  /** RFC 3339; the oldest keeps its address when another wants the same. */
  readonly since: string
  /** That the entry's status has for it. */
  readonly given?: AutoAddress
}

/** What stands for a host where a connection has to say where it is going. */
export interface AutoAddress {
  readonly v4: string
  readonly v6: string
  /** Written in the status of the entry, where every replica of every control plane finds it. */
  readonly isGiven?: true
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
  status,
}: ConfigObject<ServiceEntry>): readonly AddressCandidate[] {
  const { resolution = 'NONE', addresses = [], hosts = [] } = spec
  if (resolution === 'NONE' || addresses.length > 0 || labels[OPT_OUT_LABEL] === 'false') return []
  return hosts
    .filter(host => !host.startsWith('*') || resolution === 'DYNAMIC_DNS')
    .map(host => host.toLowerCase())
    .map(host => ({
      key: serviceKey({ host, namespace }),
      since: creationTimestamp,
      ...givenTo(host, status?.addresses ?? []),
    }))
}

function givenTo(host: string, addresses: NonNullable<ObjectStatus['addresses']>): Pick<AddressCandidate, 'given'> {
  const own = addresses.filter(each => each.host === host).map(({ value }) => value)
  if (own.length === 0) return {}
  const [v4 = '', v6 = ''] = [own.find(value => !value.includes(':')), own.find(value => value.includes(':'))]
  return { given: { v4, v6, isGiven: true } }
}

/**
 * An address for each: that of its status, else by a hash of its name, so that it is the same in every replica and after every restart; where two want one
 * the younger takes the next that is free. Without one where all are taken.
 */
export function allocateAddresses(candidates: readonly AddressCandidate[]): ReadonlyMap<ServiceKey, AutoAddress> {
  const given = new Map<ServiceKey, AutoAddress>()
  const taken = new Set<number>()
  for (const { key, given: address } of candidates)
    if (address !== undefined) {
      given.set(key, address)
      taken.add(slotOf(address.v4))
    }
  for (const { key } of [...candidates].sort((a, b) => compare(a.since, b.since) || compare(a.key, b.key))) {
    if (given.has(key) || taken.size >= SLOTS) continue
    let slot = hash(key) % SLOTS
    while (taken.has(slot)) slot = (slot + 1) % SLOTS
    taken.add(slot)
    given.set(key, addressOf(slot + 1))
  }
  return given
}

/** Of an address of the range; another one is in nobody's way: NaN. */
function slotOf(v4: string): number {
  const match = /^240\.240\.(\d+)\.(\d+)$/.exec(v4)
  return match === null ? Number.NaN : (Number(match[1]) << 8) + Number(match[2]) - 1
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
