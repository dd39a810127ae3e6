import { parseJson } from '../../lang/gojson.js'
import { isJsonObject, type Json } from '../../lang/json.js'
import { type FunctionMap, fn } from '../../template/index.js'

export const MULTUS: FunctionMap = {
  appendMultusNetwork: fn('string string', appendMultusNetwork),
}

/** Adds a CNI network to the value of `k8s.v1.cni.cncf.io/networks`, which is a comma list or a JSON list. */
export function appendMultusNetwork(current: string, network: string): string {
  if (current.trim() === '') return network
  if (current.trimStart().startsWith('[')) return appendToJson(current, network)
  return current.split(',').some(item => item.trim() === network) ? current : `${current}, ${network}`
}

/** Written into the text, so that the user's own formatting stays. What is no JSON list stays as it is. */
function appendToJson(current: string, network: string): string {
  const parsed = parseJson(current)
  if (!parsed.ok || !Array.isArray(parsed.value) || !parsed.value.every(isJsonObject)) return current
  const slash = network.indexOf('/')
  const namespace = slash === -1 ? undefined : network.slice(0, slash)
  const name = network.slice(slash + 1)
  if (parsed.value.some(item => isNetwork(item, name, namespace))) return current
  const item = namespace === undefined ? `{"name": "${name}"}` : `{"name": "${name}", "namespace": "${namespace}"}`
  const end = current.lastIndexOf(']')
  const separator = parsed.value.length === 0 ? '' : ', '
  return current.slice(0, end) + separator + item + current.slice(end)
}

function isNetwork(item: Json, name: string, namespace: string | undefined): boolean {
  if (!isJsonObject(item) || item['name'] !== name) return false
  return namespace === undefined || item['namespace'] === namespace
}
