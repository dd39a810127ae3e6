import type { InjectionEnvironment, InjectionWarning } from './types.js'

/** First kubelet minor version that runs sidecar containers for good. */
const NATIVE_MINOR = 33

/** Cluster whose nodes count when nothing names another. */
export const DEFAULT_CLUSTER = 'Kubernetes'

/** Whether the sidecar is to be a Kubernetes sidecar container, before the pod's own annotation. */
export function isNativeCluster(
  environment: Pick<InjectionEnvironment, 'nativeSidecars' | 'nodes'>,
  cluster: string,
  nodeName: string | undefined,
): boolean {
  if (environment.nativeSidecars === 'true') return true
  if (environment.nativeSidecars !== 'auto') return false
  const nodes = environment.nodes.get(cluster === '' ? DEFAULT_CLUSTER : cluster)
  if (nodes === undefined) return false
  const own = nodeName === undefined || nodeName === '' ? undefined : nodes.find(node => node.name === nodeName)
  return own === undefined ? nodes.every(node => isNewEnough(node.kubeletVersion)) : isNewEnough(own.kubeletVersion)
}

/** A setting that is none of the three words, which the reference takes for `false`. */
export function nativeSettingWarning(setting: string): InjectionWarning | undefined {
  if (setting === 'true' || setting === 'false' || setting === 'auto') return undefined
  const message = `ENABLE_NATIVE_SIDECARS is ${JSON.stringify(setting)}, not true, false or auto: it counts as false`
  return { code: 'native-setting-invalid', message }
}

function isNewEnough(version: string): boolean {
  const match = /^v?[0-9]+\.([0-9]+)/.exec(version)
  return match !== null && Number(match[1]) >= NATIVE_MINOR
}
