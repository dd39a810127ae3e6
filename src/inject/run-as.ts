import type { ProxyConfig } from '../config/proxy-config.js'
import { INIT, INTERCEPTION_ANNOTATION, PROXY, VALIDATION } from './names.js'
import {
  annotationOf,
  type Container,
  type ContainerList,
  containersOf,
  findSidecar,
  nameOf,
  objectIn,
  type Pod,
  withContainer,
  withFields,
} from './pod.js'

/**
 * A user of the user's own choosing for the proxy has to be known where traffic of the proxy itself is let through; with
 * TPROXY the proxy needs root, whatever was chosen.
 */
export function fixRunAs(pod: Pod, original: Pod, proxyConfig: ProxyConfig): Pod {
  const chosen = findSidecar(original, PROXY)
  const context = chosen === undefined ? {} : objectIn(chosen.container, 'securityContext')
  const { runAsUser, runAsGroup } = context
  if (runAsUser === undefined && runAsGroup === undefined) return pod
  const mode = annotationOf(pod, INTERCEPTION_ANNOTATION)
  const isTransparent = mode === 'TPROXY' || (mode === undefined && proxyConfig.interceptionMode === 'TPROXY')
  const ids = {
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
  }
  const known = isTransparent ? asRoot(pod) : validatedAs(pod, ids)
  return typeof runAsUser === 'number' && runAsUser !== 0 ? withUserArgument(known, runAsUser) : known
}

function validatedAs(pod: Pod, ids: Record<string, unknown>): Pod {
  const validation = containersOf(pod, 'initContainers').find(container => nameOf(container) === VALIDATION)
  return validation === undefined ? pod : withContainer(pod, 'initContainers', withIds(validation, ids))
}

function asRoot(pod: Pod): Pod {
  const sidecar = findSidecar(pod, PROXY)
  return sidecar === undefined ? pod : withContainer(pod, sidecar.list, withIds(sidecar.container, { runAsUser: 0 }))
}

function withIds(container: Container, ids: Record<string, unknown>): Container {
  const context = withFields(objectIn(container, 'securityContext'), ids as Container)
  return withFields(container, { securityContext: context })
}

/** `-u <uid>` of the init container that redirects or checks. */
function withUserArgument(pod: Pod, user: number): Pod {
  const list: ContainerList = 'initContainers'
  const init = containersOf(pod, list).find(container => nameOf(container) === INIT || nameOf(container) === VALIDATION)
  const args = init?.['args']
  if (init === undefined || !Array.isArray(args)) return pod
  const at = args.indexOf('-u')
  if (at === -1 || at + 1 >= args.length) return pod
  return withContainer(pod, list, withFields(init, { args: args.with(at + 1, String(user)) }))
}
