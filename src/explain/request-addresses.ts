import { parseIp } from '../lang/cidr.js'
import { addressesFor } from '../mesh/index.js'
import type { ViewRow, XdsGraph } from '../xds/resources/graph.js'
import { namesMeant } from './visibility-facts.js'

/** What a name leads to for a proxy: an address itself, or those of the service that it means; none: nobody in the mesh knows it. */
export function addressesOf(graph: XdsGraph, row: ViewRow, host: string): readonly string[] {
  if (parseIp(host).ok) return [host]
  return graph.engine.read(read => {
    const { services } = graph.context(read, row).scope
    const names = namesMeant(host, row.view.namespace, graph.tables.identity.domain)
    const found = names.map(name => services.find(service => service.host === name)).find(each => each !== undefined)
    return found === undefined ? [] : addressesFor(row.view, found)
  })
}
