import { PROXY } from './names.js'
import { findSidecar, objectsIn, type Pod, withContainer, withFields } from './pod.js'

/** Sets what the request's path says about cluster and network on the proxy; entries of these names move to the end. */
export function setClusterEnv(pod: Pod, parameters: ReadonlyMap<string, string>): Pod {
  const sidecar = findSidecar(pod, PROXY)
  if (sidecar === undefined || parameters.size === 0) return pod
  const kept = objectsIn(sidecar.container, 'env').filter(({ name }) => !parameters.has(String(name)))
  const added = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, value }))
  return withContainer(pod, sidecar.list, withFields(sidecar.container, { env: [...kept, ...added] }))
}
