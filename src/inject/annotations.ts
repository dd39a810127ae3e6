import { validateProxyConfig } from '../config/mesh-validation.js'
import { applyProxyConfig, DEFAULT_PROXY_CONFIG } from '../config/proxy-config.js'
import { parseCidr } from '../lang/cidr.js'
import type { Problem } from '../lang/problem.js'
import { canonicalQuantity } from '../lang/quantity.js'
import { parseYaml } from '../lang/yaml/index.js'
import { parseGoBool } from './go-bool.js'
import {
  INTERCEPTION_ANNOTATION,
  MERGE_METRICS_ANNOTATION,
  PROXY_CONFIG_ANNOTATION,
  STATUS_PORT_ANNOTATION,
  TEMPLATES_ANNOTATION,
} from './names.js'

/** What is wrong with a value, or undefined. */
type Rule = (value: string) => string | undefined

/** Every annotation that the reference checks before it injects, and how; and one that would let a pod hold up the webhook. */
export const ANNOTATION_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [INTERCEPTION_ANNOTATION, interceptionMode],
  [STATUS_PORT_ANNOTATION, port],
  ['readiness.status.sidecar.istio.io/initialDelaySeconds', uint32],
  ['readiness.status.sidecar.istio.io/periodSeconds', uint32],
  ['readiness.status.sidecar.istio.io/failureThreshold', uint32],
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', called('includeIPRanges', orStar(addressRanges))],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', called('excludeIPRanges', addressRanges)],
  ['traffic.sidecar.istio.io/includeInboundPorts', called('includeInboundPorts', orStar(ports))],
  ['traffic.sidecar.istio.io/excludeInboundPorts', called('excludeInboundPorts', ports)],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', called('excludeOutboundPorts', ports)],
  ['traffic.sidecar.istio.io/excludeInterfaces', interfaces],
  ['traffic.sidecar.istio.io/kubevirtInterfaces', interfaces],
  ['istio.io/reroute-virtual-interfaces', interfaces],
  [MERGE_METRICS_ANNOTATION, goBool],
  [PROXY_CONFIG_ANNOTATION, proxyConfig],
  ['sidecar.istio.io/proxyCPU', quantity],
  ['sidecar.istio.io/proxyMemory', quantity],
  ['sidecar.istio.io/proxyCPULimit', quantity],
  ['sidecar.istio.io/proxyMemoryLimit', quantity],
  [TEMPLATES_ANNOTATION, templateCount],
])

/** Templates that one pod may ask for: each takes about a millisecond, while everybody else waits. */
const MAX_TEMPLATES = 100
/** Longest part of a value, or of what is said of it, that a message shows, in characters. A value may have 256 Ki. */
const SHOWN = 400

function shown(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

function templateCount(value: string): string | undefined {
  const count = value.split(',').length
  return count > MAX_TEMPLATES ? `${count} templates, and at most ${MAX_TEMPLATES} are allowed` : undefined
}

/** All annotations whose value is not allowed, in order of their names. */
export function validateAnnotations(annotations: ReadonlyMap<string, string>): Problem[] {
  const problems: Problem[] = []
  for (const [key, value] of annotations) {
    const broken = ANNOTATION_RULES.get(key)?.(value)
    if (broken === undefined) continue
    problems.push({
      severity: 'error',
      code: 'invalid-annotation',
      message: `invalid value '${shown(value)}' for annotation '${key}': ${shown(broken)}`,
      path: `metadata.annotations["${key}"]`,
    })
  }
  return problems.sort((a, b) => (a.message < b.message ? -1 : 1))
}

function interceptionMode(value: string): string | undefined {
  return value === 'REDIRECT' || value === 'TPROXY' || value === 'NONE'
    ? undefined
    : `interceptionMode invalid, use REDIRECT, TPROXY or NONE: ${value}`
}

function port(value: string): string | undefined {
  return isUint(value.trim(), 65_535) ? undefined : `${JSON.stringify(value)} is not a port number (0 to 65535)`
}

function uint32(value: string): string | undefined {
  return isUint(value, 4_294_967_295) ? undefined : `${JSON.stringify(value)} is not a whole number (0 to 4294967295)`
}

function isUint(text: string, max: number): boolean {
  return /^[0-9]+$/.test(text) && Number(text) <= max
}

/** Puts the reference's name of the setting before what is wrong with it. */
function called(name: string, rule: Rule): Rule {
  return value => {
    const broken = rule(value)
    return broken === undefined ? undefined : `${name} invalid: ${broken}`
  }
}

function orStar(rule: Rule): Rule {
  return value => (value === '*' ? undefined : rule(value))
}

function addressRanges(value: string): string | undefined {
  if (value === '') return undefined
  for (const range of value.split(',')) {
    const read = parseCidr(range)
    if (!read.ok) return read.error
  }
  return undefined
}

function ports(value: string): string | undefined {
  if (value === '') return undefined
  return value
    .split(',')
    .map(port)
    .find(broken => broken !== undefined)
}

/** Linux limits a name to 15 bytes. */
const MAX_INTERFACE_NAME = 15

function interfaces(value: string): string | undefined {
  if (value.trim() === '') return undefined
  for (const item of value.split(',')) {
    const name = item.trim()
    if (name === '' || name.length > MAX_INTERFACE_NAME)
      return `interface name ${JSON.stringify(name)} must have 1 to 15 characters`
    if (!/^[a-zA-Z][a-zA-Z0-9_.-]*$/.test(name))
      return `interface name ${JSON.stringify(name)} contains invalid characters`
  }
  return undefined
}

function goBool(value: string): string | undefined {
  return parseGoBool(value) === undefined ? `${JSON.stringify(value)} is neither true nor false` : undefined
}

function quantity(value: string): string | undefined {
  if (/[\p{Cc}]/u.test(value)) return 'value contains control characters'
  const read = canonicalQuantity(value)
  return read.ok ? undefined : read.error
}

function proxyConfig(value: string): string | undefined {
  const read = parseYaml(value)
  if (!read.ok) return read.error.message
  const applied = applyProxyConfig(DEFAULT_PROXY_CONFIG, read.value ?? {})
  if (!applied.ok) return [applied.error.path.join('.'), applied.error.message].filter(part => part !== '').join(': ')
  const errors = validateProxyConfig(applied.value)
  return errors.length === 0 ? undefined : errors.map(({ message }) => message).join('; ')
}
