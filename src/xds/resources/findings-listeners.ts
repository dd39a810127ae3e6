import {
  byAge,
  type Endpoint,
  isTcp,
  isTls,
  type Service,
  type ServicePort,
  serviceKey,
  UNSPECIFIED_V4,
} from '../../mesh/index.js'
import { configsOf, type Finding, type FindingMesh, grouped, later, meet } from './finding.js'

/** What a port of a workload is to one service. */
interface Role {
  readonly service: Service
  readonly port: ServicePort
}

export function inboundConflicts(mesh: FindingMesh): readonly Finding[] {
  const { read, tables, endpoints } = mesh
  const roles = new Map<string, Map<string, Role>>()
  const shared = sharedAddresses(endpoints)
  for (const endpoint of endpoints) {
    if (endpoint.workloadName === '' || !shared.has(endpoint.addresses[0] ?? '')) continue
    const service = read.one(tables.service, serviceKey(endpoint))
    const port = service?.ports.find(({ name }) => name === endpoint.servicePortName)
    if (service === undefined || port === undefined) continue
    const key = `${endpoint.workloadNamespace}/${endpoint.workloadName}:${endpoint.port}`
    const known = roles.get(key)
    const role = `${service.host}:${port.port}`
    if (known === undefined) roles.set(key, new Map([[role, { service, port }]]))
    else known.set(role, { service, port })
  }
  return [...roles].flatMap(([key, found]) => {
    const sorted = [...found.values()].sort((a, b) => byAge(a.service, b.service))
    return later(sorted, (a, b) => a.port.protocol !== b.port.protocol && a.service.host !== b.service.host).map(
      ([younger, older]) => ({
        key: `${key} ${younger.service.host}`,
        message: `${key} is ${younger.port.protocol} for ${younger.service.host}:${younger.port.port}, and ${older.port.protocol} for ${older.service.host}:${older.port.port}, which is older and decides`,
        configs: [...configsOf(mesh, younger.service), ...configsOf(mesh, older.service)],
      }),
    )
  })
}

/** Addresses that several hosts have: few, so that nobody has to look closely at the others. */
function sharedAddresses(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const hosts = new Map<string, string>()
  const shared = new Set<string>()
  for (const { addresses, host } of endpoints) {
    const [address = ''] = addresses
    const known = hosts.get(address)
    if (known === undefined) hosts.set(address, host)
    else if (known !== host) shared.add(address)
  }
  return shared
}

/** Of services that carry bytes; TLS is told apart by server name, HTTP by host, and services of pods by those. */
export function outboundConflicts(mesh: FindingMesh): readonly Finding[] {
  const claims = mesh.services.flatMap(service =>
    service.ports
      .filter(({ protocol }) => isTcp(protocol) && !isTls(protocol))
      .flatMap(({ port }) => addressesOf(service).map(address => ({ service, place: `${address}:${port}` }))),
  )
  return [...grouped(claims, ({ place }) => [place])].flatMap(([place, same]) =>
    later(same, (a, b) => a.service.host !== b.service.host && meet(a.service.exportTo, b.service.exportTo)).map(
      ([{ service }, older]) => ({
        key: `${place} ${service.host}`,
        message: `connections to ${service.host} at ${place} go to ${older.service.host}, which is older`,
        configs: [...configsOf(mesh, service), ...configsOf(mesh, older.service)],
      }),
    ),
  )
}

function addressesOf(service: Service): readonly string[] {
  const listed = Object.values(service.clusterAddresses).flat()
  if (listed.length > 0) return [...new Set(listed)]
  const isByPods = service.registry === 'Kubernetes' || Object.keys(service.selector).length > 0
  return service.hasGivenAddress || (isByPods && service.resolution === 'none') ? [] : [UNSPECIFIED_V4]
}
