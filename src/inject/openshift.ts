import { isJsonObject, type Json } from '../lang/json.js'
import { PROXY } from './names.js'
import {
  type Container,
  containersOf,
  nameOf,
  objectIn,
  type Pod,
  withContainers,
  withFields,
  withoutField,
} from './pod.js'

const UID_RANGE = 'openshift.io/sa.scc.uid-range'
const GROUPS = 'openshift.io/sa.scc.supplemental-groups'

/** The proxy's user and group where the namespace gives none. */
export const DEFAULT_PROXY_ID = 1337

export interface ProxyIds {
  readonly uid: number
  readonly gid: number
}

/** Last ids of the namespace's ranges, which the app never gets. */
export function proxyIds(namespaceAnnotations: ReadonlyMap<string, string> | undefined): ProxyIds {
  const uids = namespaceAnnotations?.get(UID_RANGE)
  const groups = namespaceAnnotations?.get(GROUPS)
  const uid = lastOf(uids)
  const gid = groups === undefined ? uid : lastOf(groups.split(',')[0])
  return { uid: uid ?? DEFAULT_PROXY_ID, gid: gid ?? DEFAULT_PROXY_ID }
}

/** `start/size` or `start-end`. */
function lastOf(range: string | undefined): number | undefined {
  const match = /^([0-9]{1,15})([/-])([0-9]{1,15})$/.exec(range ?? '')
  if (match === null) return undefined
  const [start, end] = [Number(match[1]), Number(match[3])]
  return match[2] === '-' ? end : start + end - 1
}

/**
 * A security context that admission gave every container alike is not the user's choice for the proxy: its ids are cleared,
 * so that the template's count.
 */
export function clearAssignedIds(pod: Pod): Pod {
  const containers = containersOf(pod, 'containers')
  const proxy = containers.find(container => nameOf(container) === PROXY)
  const app = containers.findLast(
    container => nameOf(container) !== PROXY && isJsonObject(container['securityContext']),
  )
  if (proxy === undefined || !isJsonObject(proxy['securityContext'])) return pod
  const assigned: Json = app === undefined ? 0 : runAsUser(app)
  if (runAsUser(proxy) !== assigned) return pod
  const context = withoutField(withoutField(objectIn(proxy, 'securityContext'), 'runAsUser'), 'runAsGroup')
  const cleared = withFields(proxy, { securityContext: context })
  return withContainers(
    pod,
    'containers',
    containers.map(container => (container === proxy ? cleared : container)),
  )
}

function runAsUser(container: Container): Json {
  return objectIn(container, 'securityContext')['runAsUser'] ?? 0
}
