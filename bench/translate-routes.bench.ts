import type { Service, VirtualServiceConfig } from '../src/mesh/index.js'
import type { ProxyContext } from '../src/proxy/view.js'
import { joinRoutes, planRoutes } from '../src/xds/resources/routes.js'
import { translateVirtualHost } from '../src/xds/resources/virtual-host.js'

const SIZES = [250, 1_000, 4_000]
const ROUNDS = 5

/** Services on one port, every tenth with a VirtualService of three routes. */
function contextOf(count: number): ProxyContext {
  const host = (i: number): string => `s${i}.ns.svc.cluster.local`
  const services = Array.from({ length: count }, (_, i) =>
    serviceOf(host(i), `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`),
  )
  const virtualServices = Array.from({ length: Math.ceil(count / 10) }, (_, i) => virtualOf(host(i * 10)))
  return {
    view: { namespace: 'ns', labels: {}, dnsDomain: 'ns.svc.cluster.local', cluster: 'k', ipMode: 'v4', meta: {} },
    scope: {
      egress: [{ port: undefined, bind: '', services, virtualServices }],
      services,
      outbound: { mode: 'ALLOW_ANY' },
    },
    mesh: {},
    lookup: { bestRule: () => undefined },
  } as unknown as ProxyContext
}

function serviceOf(host: string, address: string): Service {
  return {
    host,
    namespace: 'ns',
    registry: 'Kubernetes',
    resolution: 'client',
    ports: [{ name: 'http', port: 80, protocol: 'http' }],
    address,
    clusterAddresses: { k: [address] },
    aliases: [],
  } as unknown as Service
}

function virtualOf(host: string): VirtualServiceConfig {
  const route = [{ destination: { host } }]
  const http = [
    { match: [{ uri: { prefix: '/a' } }], route },
    { match: [{ headers: { h: { regex: 'x+' } } }], route },
    { route },
  ]
  return { namespace: 'ns', name: host, spec: { hosts: [host], http } } as unknown as VirtualServiceConfig
}

function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    work()
    best = Math.min(best, performance.now() - start)
  }
  return best * 1_000
}

/** Microseconds per virtual host of each phase: they should not grow with the number of hosts. */
export async function run(): Promise<void> {
  for (const size of SIZES) {
    const context = contextOf(size)
    const plan = planRoutes(context, '80')
    if (plan === undefined) throw new Error('no plan')
    const made = plan.hosts.map(host => translateVirtualHost(host, plan.facts))
    const phases = {
      plan: fastest(() => planRoutes(context, '80')),
      translate: fastest(() => plan.hosts.map(host => translateVirtualHost(host, plan.facts))),
      join: fastest(() => joinRoutes(plan, made)),
    }
    const text = Object.entries(phases).map(([phase, total]) => `${phase} ${(total / size).toFixed(2)} us`)
    console.log(`${size} hosts: ${text.join(', ')} per virtual host`)
  }
}
