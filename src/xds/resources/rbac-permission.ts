import type { Condition, Operation } from '../../config/istio-types.generated.js'
import type { Permission } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { headerMatcher, metadataMatcher, rangeOf, textMatcher } from './rbac-match.js'

/** What is asked for is matched on requests, or where only bytes are seen on connections. */
export type Traffic = 'http' | 'tcp'

/** Permissions that all have to hold, or undefined where one of them cannot be asked of this traffic. */
export type Permissions = readonly (Permission | undefined)[]

type Make = (value: string) => Permission | undefined

export function permissionsOfOperation(operation: Operation, traffic: Traffic): Permissions {
  const http = (make: Make): Make => (traffic === 'http' ? make : () => undefined)
  return [
    ...pair(operation.hosts, operation.notHosts, http(host)),
    ...pair(operation.methods, operation.notMethods, http(method)),
    ...pair(operation.paths, operation.notPaths, http(path)),
    ...pair(operation.ports, operation.notPorts, port),
  ]
}

const EXPERIMENTAL = /^experimental\.(envoy\.filters\.[^[]+)\[(.*)\]$/s

/** Undefined: the condition is about who asks. */
export function permissionsOfCondition({ key = '', values = [], notValues = [] }: Condition): Permissions | undefined {
  if (key === 'destination.ip') return pair(values, notValues, destinationIp)
  if (key === 'destination.port') return pair(values, notValues, port)
  if (key === 'connection.sni') return pair(values, notValues, value => ({ requestedServerName: textMatcher(value) }))
  const [, filter, name] = EXPERIMENTAL.exec(key) ?? []
  if (filter === undefined || name === undefined) return undefined
  const metadata = (texts: readonly string[]): Permission => ({
    metadata: metadataMatcher(filter, [name], texts.map(metadataValue)),
  })
  return [
    ...(values.length === 0 ? [] : [metadata(values)]),
    ...(notValues.length === 0 ? [] : [{ notRule: metadata(notValues) }]),
  ]
}

/** `[abc]` is an item of a list. */
function metadataValue(value: string) {
  const [, item] = /^\[(.+)\]$/s.exec(value) ?? []
  return item === undefined
    ? { stringMatch: textMatcher(value) }
    : { listMatch: { oneOf: { stringMatch: textMatcher(item) } } }
}

function pair(values: readonly string[] = [], notValues: readonly string[] = [], make: Make): Permissions {
  const either = (texts: readonly string[]): Permission | undefined => {
    const rules = texts.map(make)
    return rules.every(rule => rule !== undefined) ? { orRules: { rules } } : undefined
  }
  const no = notValues.length === 0 ? undefined : either(notValues)
  return [
    ...(values.length === 0 ? [] : [either(values)]),
    ...(notValues.length === 0 ? [] : [no === undefined ? undefined : { notRule: no }]),
  ]
}

function host(value: string): Permission {
  return { header: headerMatcher(':authority', value, true) }
}

function method(value: string): Permission {
  return { header: headerMatcher(':method', value) }
}

/** `{*}` is one segment, `{**}` any number: Envoy's templates have the same without braces. */
function path(value: string): Permission {
  if (!value.includes('{*}') && !value.includes('{**}')) return { urlPath: { path: textMatcher(value) } }
  const pathTemplate = value.replaceAll('{*}', '*').replaceAll('{**}', '**')
  return {
    uriTemplate: {
      name: 'uri-template',
      typedConfig: packAny('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', { pathTemplate }),
    },
  }
}

const HIGHEST_PORT = 65_535

function port(value: string): Permission | undefined {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  return number <= HIGHEST_PORT ? { destinationPort: number } : undefined
}

function destinationIp(value: string): Permission | undefined {
  const range = rangeOf(value)
  return range === undefined ? undefined : { destinationIp: range }
}
