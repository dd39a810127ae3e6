import { err, ok, type Result } from './result.js'

export interface IpAddress {
  readonly family: 4 | 6
  /** The address as an unsigned integer of 32 or 128 bits. */
  readonly bits: bigint
  /** IPv6 scope such as `eth0`; never in a prefix. */
  readonly zone?: string
}

export interface IpPrefix {
  readonly family: 4 | 6
  /** As written: bits beyond the length are kept. */
  readonly bits: bigint
  readonly length: number
}

/** Reads an address as Go's net/netip does: no leading zeros, `::ffff:1.2.3.4` stays IPv6, a zone is kept. */
export function parseIp(text: string): Result<IpAddress, string> {
  const address = text.includes(':') ? parse6(text) : parse4(text)
  return address === undefined ? err(`'${text}' is not an IP address`) : ok(address)
}

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/

function parse4(text: string): IpAddress | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let bits = 0n
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return undefined
    bits = bits * 256n + BigInt(octet)
  }
  return { family: 4, bits }
}

const GROUP = /^[0-9a-fA-F]{1,4}$/

function parse6(text: string): IpAddress | undefined {
  const percent = text.indexOf('%')
  const zone = percent === -1 ? undefined : text.slice(percent + 1)
  if (zone === '') return undefined
  const halves = (percent === -1 ? text : text.slice(0, percent)).split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0]!, halves.length === 1)
  const tail = halves.length === 1 ? [] : groupsOf(halves[1]!, true)
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...tail]
  const bits = groups.reduce((sum, group) => sum * 65_536n + group, 0n)
  return zone === undefined ? { family: 6, bits } : { family: 6, bits, zone }
}

/** Sixteen-bit groups; the last one may be a dotted IPv4 address where `isEnd`. */
function groupsOf(text: string, isEnd: boolean): bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: bigint[] = []
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(BigInt(`0x${part}`))
    else {
      const dotted = isEnd && i === parts.length - 1 ? parse4(part) : undefined
      if (dotted === undefined) return undefined
      groups.push(dotted.bits >> 16n, dotted.bits & 0xffffn)
    }
  }
  return groups
}

const LENGTH = /^(?:0|[1-9][0-9]{0,2})$/

/** Reads `address/length`. Host bits may be set; a zone may not. */
export function parseCidr(text: string): Result<IpPrefix, string> {
  const slash = text.lastIndexOf('/')
  const invalid = err(`'${text}' is not a CIDR block such as 10.0.0.0/8 or fd00::/8`)
  if (slash === -1) return invalid
  const address = parseIp(text.slice(0, slash))
  const digits = text.slice(slash + 1)
  if (!address.ok || address.value.zone !== undefined || !LENGTH.test(digits)) return invalid
  const { family, bits } = address.value
  const length = Number(digits)
  return length <= widthOf(family) ? ok({ family, bits, length }) : invalid
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

/** True when the address lies in the block. Families never mix, and an address with a zone lies in no block. */
export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (prefix.family !== address.family || address.zone !== undefined) return false
  const shift = BigInt(widthOf(prefix.family) - prefix.length)
  return prefix.bits >> shift === address.bits >> shift
}
