import { configDump } from '../../explain/config-dump.js'
import { namesOf, resourcesOf } from '../../explain/proxy-resources.js'
import { ok } from '../../lang/result.js'
import type { SidecarScope } from '../../mesh/index.js'
import { VHDS } from '../../xds/delivery/index.js'
import { type ConnectedProxy, chosenProxies, type DebugFacts, type DebugPage, findProxy } from './page.js'

/** What one proxy holds, and what it may reach. */
export const proxyPages: readonly DebugPage[] = [
  {
    name: 'config_dump',
    summary: 'what its Envoy holds, in the shape of Envoy’s own config_dump; secrets are left out',
    proxy: 'required',
    answer: (facts, query) => {
      const proxy = findProxy(facts, query)
      if (!proxy.ok) return proxy
      const { node, status } = proxy.value
      const discoversHosts = status.types.some(({ type }) => type === VHDS)
      return ok(configDump(resourcesOf(facts.mesh.graph, node, { discoversHosts })))
    },
  },
  {
    name: 'edsz',
    summary: 'its endpoints, by cluster',
    proxy: 'required',
    answer: (facts, query) => {
      const proxy = findProxy(facts, query)
      if (!proxy.ok) return proxy
      return ok(resourcesOf(facts.mesh.graph, proxy.value.node).endpoints.map(({ value }) => value))
    },
  },
  {
    name: 'ndsz',
    summary: 'its name table, which its agent answers DNS from',
    proxy: 'required',
    answer: (facts, query) => {
      const proxy = findProxy(facts, query)
      return proxy.ok ? ok(namesOf(facts.mesh.graph, proxy.value.node) ?? {}) : proxy
    },
  },
  {
    name: 'sidecarz',
    summary: 'what it may reach: the Sidecar that applies, its egress listeners, services and hosts',
    proxy: 'optional',
    answer: (facts, query) => {
      const chosen = chosenProxies(facts, query)
      if (!chosen.ok) return chosen
      const scopes = chosen.value.map(proxy => scopeOf(proxy, facts))
      return ok(query.get('proxyID') ? scopes[0] : scopes)
    },
  },
  {
    name: 'instancesz',
    summary: 'the service ports that each proxy’s workload serves',
    proxy: 'optional',
    answer: (facts, query) => {
      const chosen = chosenProxies(facts, query)
      if (!chosen.ok) return chosen
      return ok(Object.fromEntries(chosen.value.map(proxy => [proxy.node.instance, ownOf(proxy, facts)])))
    },
  },
]

function scopeOf({ node }: ConnectedProxy, { mesh: { graph, sourceOf } }: DebugFacts): object {
  return graph.engine.read(read => {
    const { scope } = graph.context(read, graph.viewRow(read, node))
    const [namespace = '', name = ''] = scope.sidecar?.split('/') ?? []
    const source = scope.sidecar === undefined ? undefined : sourceOf({ type: 'Sidecar', cluster: '', namespace, name })
    return {
      proxy: node.instance,
      namespace: scope.namespace,
      sidecar: scope.sidecar ?? '',
      ...(source === undefined ? {} : { source: `${source.file ?? '-'}:${source.line}` }),
      outboundTrafficPolicy: scope.outbound,
      egressListeners: scope.egress.map(listenerOf),
      services: scope.services.map(({ host, namespace }) => `${namespace}/${host}`),
      ...(scope.ingress === undefined ? {} : { ingress: scope.ingress }),
      ...(scope.inboundConnectionPool === undefined ? {} : { inboundConnectionPool: scope.inboundConnectionPool }),
    }
  })
}

function listenerOf({
  index,
  port,
  bind,
  captureMode,
  services,
  virtualServices,
}: SidecarScope['egress'][number]): object {
  return {
    index,
    ...(port === undefined ? {} : { port }),
    ...(bind === '' ? {} : { bind }),
    captureMode,
    services: services.map(({ host, namespace, ports }) => ({
      host,
      namespace,
      ports: ports.map(each => each.port),
    })),
    virtualServices: virtualServices.map(({ namespace, name }) => `${namespace}/${name}`),
  }
}

function ownOf({ node }: ConnectedProxy, { mesh: { graph } }: DebugFacts): readonly object[] {
  return graph.engine.read(read =>
    graph.context(read, graph.viewRow(read, node)).own.map(({ service, port, targetPort }) => ({
      hostname: service.host,
      namespace: service.namespace,
      port: port.port,
      protocol: port.protocol,
      targetPort,
    })),
  )
}
