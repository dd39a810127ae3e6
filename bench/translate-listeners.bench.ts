import { DEFAULT_IDENTITY, type Service, type ServicePort } from '../src/mesh/index.js'
import type { Listener } from '../src/proto/envoy-types.generated.js'
import { encode } from '../src/proto/index.js'
import type { ProxyContext } from '../src/proxy/view.js'
import {
  translateFixedListeners,
  translateInboundListeners,
  translateListeners,
} from '../src/xds/resources/listeners.js'
import { emptyLookup } from '../test/kit/lookup.js'

/** Ports, each with services: every fourth carries bytes, and so has a listener for each of them. */
const PORTS = 200
const SERVICES_PER_PORT = 10
const OWN_PORTS = 4
const ROUNDS = 10

const services = Array.from({ length: PORTS }, (_, index) => {
  const port: ServicePort = { name: 'p', port: 8000 + index, protocol: index % 4 === 0 ? 'tcp' : 'http' }
  return Array.from({ length: SERVICES_PER_PORT }, (_, i) => serviceOf(`s-${index}-${i}`, `10.96.${index}.${i}`, port))
}).flat()

function serviceOf(name: string, address: string, port: ServicePort): Service {
  return {
    host: `${name}.default.svc.cluster.local`,
    namespace: 'default',
    registry: 'Kubernetes',
    ports: [port],
    resolution: 'client',
    address,
    clusterAddresses: { Kubernetes: [address] },
  } as unknown as Service
}

const own = Array.from({ length: OWN_PORTS }, (_, i) => {
  const port: ServicePort = { name: 'p', port: 80 + i, protocol: 'http' }
  return { service: serviceOf(`own-${i}`, `10.97.0.${i}`, port), port, targetPort: 8080 + i }
})

function contextOf(reachable: readonly Service[]): ProxyContext {
  const tlsServer = { certChain: '', key: '', rootCert: '' }
  return {
    view: {
      type: 'sidecar',
      namespace: 'default',
      cluster: 'Kubernetes',
      network: '',
      labels: {},
      interception: 'REDIRECT',
      ipMode: 'v4',
      addresses: ['10.1.0.1'],
      extensions: undefined,
      meta: { meshId: 'mesh', idleTimeout: '', httpProxyPort: '', tlsServer },
    } as unknown as ProxyContext['view'],
    scope: {
      egress: [
        { index: 0, port: undefined, bind: '', captureMode: 'DEFAULT', services: reachable, virtualServices: [] },
      ],
      services: reachable,
      outbound: { mode: 'ALLOW_ANY', egressProxy: undefined },
    } as unknown as ProxyContext['scope'],
    mesh: { enableTracing: true },
    identity: DEFAULT_IDENTITY,
    lookup: emptyLookup,
    own,
    mtls: { mode: 'PERMISSIVE', ports: {}, from: [] },
    authorization: [],
    tokens: [],
    telemetry: [],
  }
}

/** µs of CPU per resource, the best of a few rounds. */
function measure(name: string, count: number, body: () => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    body()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  console.log(`${name.padEnd(24)} ${(best / count).toFixed(1)} µs each, ${(best / 1000).toFixed(1)} ms for ${count}`)
}

function encodeAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) encode('envoy.config.listener.v3.Listener', listener)
}

/** Listeners of a proxy that may reach 2,000 services on 200 ports: all, those of one port, and its own; encoding apart. */
export async function run(): Promise<void> {
  const all = contextOf(services)
  const onePort = contextOf(services.filter(({ ports }) => ports[0]?.port === 8001))
  const outbound = translateListeners(all)
  const virtual = () => [...translateFixedListeners(all), ...translateInboundListeners(all)]
  const fixed = virtual()
  measure('translate outbound', outbound.length, () => void translateListeners(all))
  measure('encode outbound', outbound.length, () => encodeAll(outbound))
  measure('translate one HTTP port', 100, () => {
    for (let i = 0; i < 100; i++) translateListeners(onePort)
  })
  measure('translate virtual ones', 100 * fixed.length, () => {
    for (let i = 0; i < 100; i++) virtual()
  })
  measure('encode virtual ones', 100 * fixed.length, () => {
    for (let i = 0; i < 100; i++) encodeAll(fixed)
  })
}
