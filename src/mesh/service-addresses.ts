import { type Service, UNSPECIFIED_V4, UNSPECIFIED_V6 } from './service.js'

/** What of a client decides which of a service's addresses it calls. */
export interface AddressClient {
  readonly cluster: string
  readonly ipMode: 'v4' | 'v6' | 'both' | 'dual'
  /** Its DNS is answered by its proxy, and made-up addresses with it. */
  readonly meta: { readonly hasDnsCapture: boolean; readonly hasDnsAutoAllocate: boolean }
}

/** The addresses under which a client may call a service: of its cluster and IP families; `0.0.0.0`: the service has none. */
export function addressesFor(client: AddressClient, service: Service): readonly string[] {
  const { clusterAddresses, autoAddress, autoAddressV6, hasGivenAddress, address } = service
  const listed = Object.hasOwn(clusterAddresses, client.cluster) ? (clusterAddresses[client.cluster] ?? []) : []
  const reachable = listed.filter(each => isOfFamily(each, client))
  if (reachable.length > 0) return reachable
  if (isUnspecified(address) && client.meta.hasDnsCapture && (hasGivenAddress || client.meta.hasDnsAutoAllocate)) {
    const given = [autoAddress, autoAddressV6].filter(each => each !== '' && isOfFamily(each, client))
    if (given.length > 0) return given
  }
  return [address]
}

export function isOfFamily(address: string, { ipMode }: Pick<AddressClient, 'ipMode'>): boolean {
  return ipMode === 'dual' || ipMode === 'both' || address.includes(':') === (ipMode === 'v6')
}

export function isUnspecified(address: string): boolean {
  return address === UNSPECIFIED_V4 || address === UNSPECIFIED_V6
}
