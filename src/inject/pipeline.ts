import { applyProxyConfig, type ProxyConfig } from '../config/proxy-config.js'
import { parseYaml } from '../lang/yaml/index.js'
import { PROXY_CONFIG_ANNOTATION } from './names.js'
import { annotationOf, type Pod } from './pod.js'

/** Whether the proxy starts before the app: mesh config with the pod's annotation, or the values. */
export function isHoldingApplication(meshDefault: ProxyConfig, byValues: boolean, pod: Pod): boolean {
  if (byValues) return true
  const annotation = annotationOf(pod, PROXY_CONFIG_ANNOTATION)
  if (annotation === undefined) return meshDefault.holdApplicationUntilProxyStarts === true
  const read = parseYaml(annotation)
  const applied = read.ok ? applyProxyConfig(meshDefault, read.value ?? {}) : undefined
  const config = applied?.ok === true ? applied.value : meshDefault
  return config.holdApplicationUntilProxyStarts === true
}
