import type { JsonObject } from '../../src/lang/json.js'
import type { RouteConfiguration } from '../../src/proto/envoy-types.generated.js'
import { encode } from '../../src/proto/index.js'
import type { ProxyNode } from '../../src/proxy/node.js'
import type { ProxyContext } from '../../src/proxy/view.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../src/xds/delivery/index.js'
import type { XdsGraph } from '../../src/xds/resources/graph.js'
import { translateListeners } from '../../src/xds/resources/listeners.js'
import { translateNames } from '../../src/xds/resources/nametable.js'
import { translateRoutes } from '../../src/xds/resources/routes.js'
import { TRANSLATORS } from '../../src/xds/resources/translators.js'
import { routeNames } from './xds-references.js'

type Bytes = ReadonlyMap<string, Uint8Array>

/**
 * What a proxy would be given did it share nothing with others: made at once, from all that is known of it and of its scope. By
 * type URL, then by name.
 */
export function unsharedOf({ engine, viewRow, context }: XdsGraph, node: ProxyNode): ReadonlyMap<string, Bytes> {
  return engine.read(read => {
    const whole = context(read, viewRow(read, node))
    const { services } = whole.scope
    const clusters = [
      ...services.flatMap(service => TRANSLATORS.clusters(whole, service)),
      ...TRANSLATORS.fixedClusters(whole),
      ...TRANSLATORS.inboundClusters(whole),
    ]
    const assignments = services.flatMap(service => TRANSLATORS.assignments(whole, service))
    const fixed = [...TRANSLATORS.fixedListeners(whole), ...TRANSLATORS.inboundListeners(whole)]
    const listeners = [...translateListeners(whole), ...fixed]
    return new Map([
      [CDS, bytesOf(CDS, clusters)],
      [EDS, bytesOf(EDS, assignments)],
      [LDS, bytesOf(LDS, listeners)],
      [RDS, bytesOf(RDS, routesOf(whole, listeners))],
      [NDS, new Map([['', encode(nameOf(NDS), translateNames(whole))]])],
    ])
  })
}

/** Those that its listeners refer to. */
function routesOf(context: ProxyContext, listeners: readonly object[]): RouteConfiguration[] {
  const names = routeNames(listeners as readonly JsonObject[])
  return names.flatMap(name => translateRoutes(context, name) ?? [])
}

function bytesOf(type: string, messages: readonly Named[]): Bytes {
  return new Map(messages.map(each => [each.name ?? each.clusterName ?? '', encode(nameOf(type), each)]))
}

function nameOf(type: string): string {
  return type.slice(type.indexOf('/') + 1)
}

interface Named {
  readonly name?: string | undefined
  readonly clusterName?: string | undefined
}
