import { formatPlain } from '../../template/format.js'
import { type FunctionMap, fn, type GoValue } from '../../template/index.js'
import { integerValue, listField, listItems, textField } from './object.js'

/** Name of the container that `applicationPorts` leaves out. */
const PROXY_CONTAINER = 'istio-proxy'
/** Protocols that are not captured. */
const NOT_CAPTURED: ReadonlySet<string> = new Set(['UDP', 'SCTP'])

export const PORTS: FunctionMap = {
  includeInboundPorts: fn('[]v1.Container', (containers: GoValue) => portList(listItems(containers))),
  applicationPorts: fn('[]v1.Container', (containers: GoValue) =>
    portList(listItems(containers).filter(container => textField(container, 'Name') !== PROXY_CONTAINER)),
  ),
  excludeInboundPort: fn('any string', excludeInboundPort),
}

function portList(containers: readonly GoValue[]): string {
  return containers.flatMap(portsOf).join(',')
}

/** Captured ports of one container. */
export function portsOf(container: GoValue): string[] {
  return listField(container, 'Ports')
    .filter(port => !NOT_CAPTURED.has(textField(port, 'Protocol')))
    .map(port => String(integerValue(port, 'ContainerPort')))
}

/** The list plus a port. 0 and "" are no port; an item that is already there, exactly so, leaves the list as it is. */
function excludeInboundPort(port: GoValue, list: string): string {
  const wanted = formatPlain(port).trim()
  if (wanted === '' || wanted === '0') return list
  const items = list.split(',')
  if (items.includes(wanted)) return list
  return [...items.map(item => item.trim()).filter(item => item !== ''), wanted].join(',')
}
