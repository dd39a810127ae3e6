import type { IstioIngressListener } from '../../config/istio-types.generated.js'
import { type Protocol, parseProtocol } from '../../mesh/index.js'
import type { OwnTarget } from '../../proxy/view.js'
import { plainStatNameOf } from './cluster-stat-name.js'
import { configPath } from './filter-chain.js'
import { isGlobalUnicast, isPortTaken } from './listener-bind.js'
import type { Addresses, ListenerFacts } from './listener-facts.js'
import { inboundClusterName } from './names.js'

/** A port of the workload that others may call. */
export interface InboundPort {
  /** Of the workload. */
  readonly port: number
  /** Of the service, for routes and their names. */
  readonly servicePort: number
  readonly protocol: Protocol
  /** The service's, or one made of the Sidecar that has the listener. */
  readonly host: string
  readonly bind: Addresses
  /** A listener of its own, rather than chains of virtualInbound. */
  readonly bindsToPort: boolean
  /** Path of the Sidecar that it comes from. */
  readonly config: string | undefined
  /** The prefix of a TCP proxy's statistics. */
  readonly statName: string
}

/** From the services that select the workload, or from the ingress listeners of its Sidecar alone, by port. */
export function inboundPorts(facts: ListenerFacts): readonly InboundPort[] {
  const { ingress } = facts.scope
  const ports = ingress === undefined || ingress.length === 0 ? servicePorts(facts) : ingressPorts(facts, ingress)
  return [...ports].sort((a, b) => a.port - b.port)
}

/** Several services may stand before one port: the oldest says what it speaks. */
function servicePorts(facts: ListenerFacts): InboundPort[] {
  // Without redirection the workload itself listens on its port: only a Sidecar can say where else to.
  if (facts.view.interception === 'NONE') return []
  const byPort = new Map<number, InboundPort>()
  for (const target of facts.context.own) {
    const { service, port, targetPort } = target
    if (port.protocol === 'udp' || byPort.has(targetPort)) continue
    byPort.set(targetPort, {
      port: targetPort,
      servicePort: port.port,
      protocol: port.protocol,
      host: service.host,
      bind: facts.wildcards,
      bindsToPort: false,
      config: undefined,
      statName: statNameOf(facts, target),
    })
  }
  return [...byPort.values()]
}

function statNameOf({ mesh }: ListenerFacts, { service, port, targetPort }: OwnTarget): string {
  const name = inboundClusterName(targetPort)
  return plainStatNameOf(mesh.inboundClusterStatName, { name, service, port, subset: '', targetPort })
}

function ingressPorts(facts: ListenerFacts, ingress: readonly IstioIngressListener[]): InboundPort[] {
  const byPort = new Map<number, InboundPort>()
  for (const listener of ingress) {
    const port = ingressPort(facts, listener)
    const { bindsToPort, protocol } = port
    if (byPort.has(port.port) || isPortTaken(facts, port.port, protocol, port.bind, bindsToPort)) continue
    byPort.set(port.port, port)
  }
  return [...byPort.values()]
}

function ingressPort(facts: ListenerFacts, { port, bind, captureMode }: IstioIngressListener): InboundPort {
  const [namespace = '', name = ''] = (facts.scope.sidecar ?? '').split('/')
  const number = port?.number ?? 0
  const isDefault = captureMode === undefined || captureMode === 'DEFAULT'
  return {
    port: number,
    servicePort: number,
    protocol: parseProtocol(port?.protocol ?? ''),
    host: `${name}.${namespace}`,
    bind: bind ? [bind] : ownAddress(facts),
    bindsToPort: isDefault ? facts.view.interception === 'NONE' : captureMode === 'NONE',
    config: configPath('sidecar', namespace, name),
    statName: inboundClusterName(number),
  }
}

function ownAddress({ view, wildcards }: ListenerFacts): Addresses {
  const address = view.addresses.find(isGlobalUnicast)
  return address === undefined ? wildcards : [address]
}
