import { isJsonObject, type Json } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'

/**
 * Whoever saves what `kubectl get configmap -o yaml` prints has a ConfigMap around the text that is wanted. Its keys mean nothing in a
 * configuration, so it would be taken for one that says nothing at all. Undefined for anything else than a ConfigMap.
 */
export function wholeConfigMap(
  value: Json | undefined,
  key: 'config' | 'values' | 'mesh',
  locate: (path: readonly string[]) => Position | undefined,
): Problem | undefined {
  if (!isJsonObject(value) || value['kind'] !== 'ConfigMap' || !isJsonObject(value['data'])) return undefined
  const position = locate(['kind'])
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {}
  const text = (field: string, otherwise: string): string =>
    typeof metadata[field] === 'string' ? metadata[field] : otherwise
  const get = `kubectl get configmap ${text('name', 'NAME')} -n ${text('namespace', 'istio-system')} -o jsonpath='{.data.${key}}'`
  return {
    severity: 'error',
    code: 'whole-config-map',
    message: `this is a whole ConfigMap, and only the text of its key ${key} is wanted: ${get}`,
    ...(position === undefined ? {} : { position }),
  }
}
