import { type Endpoint, type Service, type ServicePort, serviceKey } from '../../mesh/index.js'
import { configsOf, type Finding, type FindingConfig, type FindingMesh } from './finding.js'
import { outboundClusterName } from './names.js'

export function isAskedOfDns({ resolution }: Service): boolean {
  return resolution === 'dns' || resolution === 'dns-round-robin'
}

function isUsable({ health }: Endpoint): boolean {
  return health === 'healthy' || health === 'unknown'
}

/** By cluster: of each port, and of each subset that rules of the service's own namespace make of it. */
export function withoutEndpoints(mesh: FindingMesh, services: readonly Service[]): readonly Finding[] {
  const { read, tables } = mesh
  return services.flatMap(service => {
    const usable = read.where(tables.endpointService, serviceKey(service)).filter(isUsable)
    const rules = read.one(tables.rule, `${service.namespace}/${service.host}`) ?? []
    const subsets = rules.flatMap(rule => rule.subsets)
    return service.ports.filter(isCarried).flatMap(port => {
      const ofPort = usable.filter(({ servicePortName }) => servicePortName === port.name)
      const empty = subsets.filter(
        ({ labels = {} }) =>
          !ofPort.some(endpoint => Object.entries(labels).every(([key, value]) => endpoint.labels[key] === value)),
      )
      const names =
        ofPort.length === 0 ? ['', ...subsets.map(({ name = '' }) => name)] : empty.map(({ name = '' }) => name)
      return names.map(name => ({
        key: outboundClusterName(port.port, name, service.host),
        message: `port ${port.port}${name === '' ? '' : `, subset ${name},`} of ${service.host} has no endpoint that may be used`,
        configs: [...configsOf(mesh, service), ...(name === '' ? [] : rulesWith(mesh, service, name))],
      }))
    })
  })
}

function isCarried({ protocol }: ServicePort): boolean {
  return protocol !== 'udp'
}

function rulesWith(
  { read, tables }: FindingMesh,
  { namespace, host }: Service,
  subset: string,
): readonly FindingConfig[] {
  const rules = read.one(tables.rule, `${namespace}/${host}`) ?? []
  return rules
    .filter(({ subsets }) => subsets.some(({ name }) => name === subset))
    .map(rule => ({ type: 'DestinationRule', namespace: rule.namespace, name: rule.name }))
}

export function unready(mesh: FindingMesh): readonly Finding[] {
  const { read, tables, endpoints } = mesh
  const found = new Map<string, Finding>()
  for (const endpoint of endpoints) {
    if (isUsable(endpoint)) continue
    const key = `${endpoint.addresses[0]}:${endpoint.port}`
    const service = read.one(tables.service, serviceKey(endpoint))
    const configs = service === undefined ? [] : configsOf(mesh, service)
    const state = endpoint.health === 'draining' ? 'is going' : 'is not ready'
    found.set(key, { key, message: `${key} of ${endpoint.host} ${state}`, configs })
  }
  return [...found.values()]
}

export function unknownPods({ read, tables }: FindingMesh): readonly Finding[] {
  return [...read.all(tables.workload).values()]
    .filter(({ kind, isAlive }) => kind === 'Pod' && isAlive)
    .flatMap(pod => {
      const [address] = pod.addresses
      const isKnown =
        address !== undefined && read.where(tables.endpointAddress, `${pod.cluster}/${address}`).length > 0
      const hasSidecar = pod.labels['security.istio.io/tlsMode'] === 'istio'
      if (isKnown || (address !== undefined && !hasSidecar)) return []
      const what = address === undefined ? 'has no address' : `is behind no service (${address})`
      const { namespace, name } = pod
      return [
        {
          key: `${namespace}/${name}`,
          message: `Pod ${namespace}/${name} ${what}`,
          configs: [{ type: 'Pod', namespace, name }],
        },
      ]
    })
}
