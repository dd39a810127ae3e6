import type { MeshProxyConfig } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, Hostname, Service } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import { retryPolicy } from './route-retry.js'

/** What all virtual hosts of one route configuration share. */
export interface RouteFacts {
  readonly context: ProxyContext
  /** A service in scope, the first of its host. */
  readonly service: (host: Hostname) => Service | undefined
  /** For this client, of a host in scope. */
  readonly rule: (host: Hostname) => ConsolidatedRule | undefined
  /** Of routes that do not say. */
  readonly defaultRetryPolicy: ReturnType<typeof retryPolicy>
  /** Whether the workload is told which attempt a request is. */
  readonly countsAttempts: boolean
  /** Whether the server is told the host that was asked for, where another takes its place. */
  readonly tellsHost: boolean
}

export function routeFactsOf(context: ProxyContext): RouteFacts {
  const { mesh, view, lookup } = context
  const { defaultHttpRetryPolicy } = mesh
  const config = (view.meta.proxyConfig as MeshProxyConfig | undefined) ?? mesh.defaultConfig
  const service = context.reachable ?? lazyServices(() => context.scope.services)
  return {
    context,
    service,
    rule: host => {
      const found = service(host)
      return found === undefined ? undefined : lookup.bestRule(host, found.namespace)
    },
    defaultRetryPolicy: retryPolicy(defaultHttpRetryPolicy),
    countsAttempts: config?.proxyHeaders?.attemptCount?.disabled !== true,
    tellsHost: config?.proxyHeaders?.xForwardedHost?.enabled === true,
  }
}

/** Most routes ask for no other service, so the table is made when the first one does. */
function lazyServices(services: () => readonly Service[]): (host: Hostname) => Service | undefined {
  let byHost: Map<Hostname, Service> | undefined
  return host => {
    byHost ??= firstOfHost(services())
    return byHost.get(host)
  }
}

export function firstOfHost(services: readonly Service[]): Map<Hostname, Service> {
  const byHost = new Map<Hostname, Service>()
  for (const service of services) if (!byHost.has(service.host)) byHost.set(service.host, service)
  return byHost
}
