import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYaml, parseYamlStream } from '../lang/yaml/index.js'
import { wholeConfigMap } from './config-map.js'

type Path = readonly (string | number)[]

/** The `values` key of the injector's ConfigMap: whole for templates, and the few that Pillion itself reads. */
export interface InjectionValues {
  /** As templates see it. */
  readonly raw: JsonObject
  readonly hub: string
  /** As text; YAML numbers are allowed. */
  readonly tag: string
  readonly variant: string
  /** `""` where the values have none. */
  readonly proxyImage: string
  readonly proxyInitImage: string
  readonly clusterName: string
  readonly network: string
  readonly isHoldingApplication: boolean
  readonly isRewritingProbes: boolean
  readonly locate: (path: Path) => Position | undefined
}

/** Where the values stand that Pillion itself reads, and their types; wrong ones fail, as in the reference. */
const TYPED: readonly (readonly [path: readonly string[], type: 'string' | 'boolean'])[] = [
  [['global', 'hub'], 'string'],
  [['global', 'variant'], 'string'],
  [['global', 'network'], 'string'],
  [['global', 'istioNamespace'], 'string'],
  [['global', 'multiCluster', 'clusterName'], 'string'],
  [['global', 'proxy', 'image'], 'string'],
  [['global', 'proxy_init', 'image'], 'string'],
  [['global', 'proxy', 'holdApplicationUntilProxyStarts'], 'boolean'],
  [['sidecarInjectorWebhook', 'rewriteAppHTTPProbe'], 'boolean'],
]

/** Reads the text of the values. Unknown keys are ignored; every wrong type is reported with its position. */
export function parseInjectionValues(
  text: string,
  options: { readonly file?: string } = {},
): Result<InjectionValues, readonly Problem[]> {
  const read = parseYaml(text, options)
  if (!read.ok) return err([read.error])
  const locate = (path: Path): Position | undefined => parseYamlStream(text, options)[0]?.locate(path)
  const whole = wholeConfigMap(read.value, 'values', locate)
  return whole === undefined ? readInjectionValues(read.value, locate) : err([whole])
}

/** The same for values that are data already, such as those of an IstioOperator. */
export function readInjectionValues(
  value: Json,
  locate: (path: Path) => Position | undefined = () => undefined,
): Result<InjectionValues, readonly Problem[]> {
  if (value !== null && !isJsonObject(value)) return err([wrongType([], 'a map', value, locate)])
  const raw = value ?? emptyObject()
  const problems = TYPED.flatMap(([path, type]) => checkType(raw, path, type, locate))
  return problems.length > 0 ? err(problems) : ok(typed(raw, locate))
}

function typed(raw: JsonObject, locate: InjectionValues['locate']): InjectionValues {
  const text = (...path: string[]): string => {
    const found = at(raw, path)
    return typeof found === 'string' ? found : ''
  }
  return {
    raw,
    hub: text('global', 'hub'),
    tag: tagText(at(raw, ['global', 'tag'])),
    variant: text('global', 'variant'),
    proxyImage: text('global', 'proxy', 'image'),
    proxyInitImage: text('global', 'proxy_init', 'image'),
    clusterName: text('global', 'multiCluster', 'clusterName'),
    network: text('global', 'network'),
    isHoldingApplication: at(raw, ['global', 'proxy', 'holdApplicationUntilProxyStarts']) === true,
    isRewritingProbes: at(raw, ['sidecarInjectorWebhook', 'rewriteAppHTTPProbe']) === true,
    locate,
  }
}

function tagText(tag: Json | undefined): string {
  return typeof tag === 'string' || typeof tag === 'number' || typeof tag === 'bigint' ? String(tag) : ''
}

/** Value at a path of maps, or undefined. */
function at(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

function checkType(
  raw: JsonObject,
  path: readonly string[],
  type: 'string' | 'boolean',
  locate: InjectionValues['locate'],
): Problem[] {
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth)
    const value = at(raw, parent)
    if (value === undefined || value === null) return []
    if (!isJsonObject(value)) return [wrongType(parent, 'a map', value, locate)]
  }
  const value = at(raw, path)
  if (value === undefined || value === null || typeof value === type) return []
  return [wrongType(path, type === 'string' ? 'text' : 'true or false', value, locate)]
}

function wrongType(path: Path, wanted: string, value: Json, locate: InjectionValues['locate']): Problem {
  const position = locate(path)
  const found = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : JSON.stringify(value)
  return {
    severity: 'error',
    code: 'wrong-type',
    message: `expected ${wanted}, not ${found}`,
    ...(position === undefined ? {} : { position }),
    ...(path.length === 0 ? {} : { path: path.join('.') }),
  }
}
