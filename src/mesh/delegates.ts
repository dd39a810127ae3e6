import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../config/istio-types.generated.js'
import { objectKey } from '../config/object.js'
import type { Problem } from '../lang/problem.js'
import { isExportedTo, normaliseExportTo } from './export-to.js'
import type { VirtualServiceConfig } from './scope.js'
import type { MeshSettings } from './settings.js'

function isRoot({ spec }: VirtualServiceConfig): boolean {
  return (spec.hosts ?? []).length > 0
}

function delegates({ spec }: VirtualServiceConfig): boolean {
  return (spec.http ?? []).some(route => route.delegate !== undefined)
}

/**
 * A VirtualService with hosts, with what it delegates in place of the delegation (reference: xds.md section 8). `find` gives the
 * VirtualService of a key `<namespace>/<name>`, absent ones count as well. One level: a delegate cannot delegate again. Routes that
 * cannot be had are left out, and `report` is told why.
 */
export function resolveDelegates(
  root: VirtualServiceConfig,
  find: (key: string) => VirtualServiceConfig | undefined,
  mesh: MeshSettings,
  report: (problem: Problem) => void = () => {},
): VirtualServiceConfig {
  if (!delegates(root)) return root
  const http = (root.spec.http ?? []).flatMap((route, index) => {
    if (route.delegate === undefined) return [route]
    const delegate = find(delegateKey(route, root.namespace))
    const routes = delegate !== undefined && isUsable(delegate, root, mesh) ? delegate.spec.http : undefined
    const why = whyIncomplete(delegate, root, route, mesh)
    if (why !== undefined) report(delegateProblem(root, index, why))
    return mergeRoutes(route, routes ?? [])
  })
  return { ...root, spec: { ...root.spec, http } }
}

function isUsable(delegate: VirtualServiceConfig, root: VirtualServiceConfig, mesh: MeshSettings): boolean {
  return isRoot(root) && !isRoot(delegate) && isVisible(delegate, root.namespace, mesh)
}

function isVisible({ spec, namespace }: VirtualServiceConfig, client: string, mesh: MeshSettings): boolean {
  const exportTo = normaliseExportTo(spec.exportTo, mesh.defaultVirtualServiceExportTo, namespace)
  return namespace === client || isExportedTo(exportTo, client)
}

/** Undefined: all routes of the delegate are there. */
function whyIncomplete(
  delegate: VirtualServiceConfig | undefined,
  { namespace }: VirtualServiceConfig,
  route: HTTPRoute,
  mesh: MeshSettings,
): string | undefined {
  const key = delegateKey(route, namespace)
  if (delegate === undefined) return `there is no VirtualService ${key}: its routes are missing`
  if (isRoot(delegate))
    return `VirtualService ${key} has hosts of its own, so its routes are not used: leave out its hosts and gateways to delegate to it`
  if (!isVisible(delegate, namespace, mesh))
    return `VirtualService ${key} is not exported to ${namespace}, so its routes are missing: add ${namespace} to its exportTo`
  const missing = (delegate.spec.http ?? []).filter(inner => mergeRoutes(route, [inner]).length === 0)
  if (missing.some(inner => inner.delegate !== undefined))
    return `VirtualService ${key} delegates further, which a delegate cannot: those routes are missing`
  return missing.length === 0
    ? undefined
    : `${missing.length} of the routes of VirtualService ${key} can never match what matches here, and are left out`
}

function delegateProblem(root: VirtualServiceConfig, index: number, why: string): Problem {
  const position = root.source === undefined ? {} : { position: root.source }
  const message = `VirtualService ${objectKey(root)}: ${why}`
  return { severity: 'warning', code: 'delegate', message, path: `spec.http[${index}].delegate`, ...position }
}

/** `<namespace>/<name>` of the VirtualService that a route delegates to. */
export function delegateKey({ delegate }: HTTPRoute, namespace: string): string {
  return `${delegate?.namespace || namespace}/${delegate?.name ?? ''}`
}

/** The routes of the delegate, as they are under a route of the root. */
export function mergeRoutes(root: HTTPRoute, routes: readonly HTTPRoute[]): HTTPRoute[] {
  return routes.flatMap(route => {
    if (route.delegate !== undefined) return []
    const match = mergeMatches(root.match ?? [], route.match ?? [])
    return match === undefined ? [] : [mergeRoute(root, route, match)]
  })
}

/** What the delegate says counts; the root fills what it leaves out. */
function mergeRoute(root: HTTPRoute, route: HTTPRoute, match: readonly HTTPMatchRequest[]): HTTPRoute {
  const { delegate: _delegate, match: _rootMatch, ...fallback } = root
  const { match: _ownMatch, ...own } = route
  return { ...fallback, ...own, ...joinNames(root, route), ...(match.length === 0 ? {} : { match }) }
}

interface Named {
  readonly name?: string
}

function joinNames(root: Named, own: Named): Named {
  const name = [root.name ?? '', own.name ?? ''].filter(Boolean).join('-')
  return name === '' ? {} : { name }
}

/** Each condition of the delegate with each of the root's that it can stand under; undefined: one of them stands under none. */
function mergeMatches(
  root: readonly HTTPMatchRequest[],
  own: readonly HTTPMatchRequest[],
): readonly HTTPMatchRequest[] | undefined {
  if (root.length === 0 || own.length === 0) return own.length === 0 ? root : own
  const merged: HTTPMatchRequest[] = []
  for (const inner of own) {
    const outers = root.filter(outer => !contradicts(outer, inner))
    if (outers.length === 0) return undefined
    merged.push(...outers.map(outer => mergeMatch(outer, inner)))
  }
  return merged
}

function mergeMatch(root: HTTPMatchRequest, own: HTTPMatchRequest): HTTPMatchRequest {
  return {
    ...root,
    ...own,
    ...joinNames(root, own),
    ...both('headers', root, own),
    ...both('withoutHeaders', root, own),
    ...both('queryParams', root, own),
    ...both('sourceLabels', root, own),
    ...(root.statPrefix === undefined ? {} : { statPrefix: root.statPrefix }),
  }
}

type MapField = 'headers' | 'withoutHeaders' | 'queryParams' | 'sourceLabels'

function both(field: MapField, root: HTTPMatchRequest, own: HTTPMatchRequest): HTTPMatchRequest {
  return root[field] === undefined && own[field] === undefined ? {} : { [field]: { ...root[field], ...own[field] } }
}

/** Whether nothing could meet both, or they say something different of the same thing. */
function contradicts(root: HTTPMatchRequest, own: HTTPMatchRequest): boolean {
  const texts = ['uri', 'scheme', 'method', 'authority'] as const
  if (texts.some(field => contradictsText(root[field], own[field]))) return true
  const maps = ['headers', 'withoutHeaders', 'queryParams'] as const
  if (
    maps.some(field =>
      sharedKeys(root[field], own[field]).some(key => contradictsText(root[field]?.[key], own[field]?.[key])),
    )
  )
    return true
  if (sharedKeys(root.sourceLabels, own.sourceLabels).some(key => root.sourceLabels?.[key] !== own.sourceLabels?.[key]))
    return true
  if ((root.ignoreUriCase === true) !== (own.ignoreUriCase === true)) return true
  if (differs(root.port, own.port) || differs(root.sourceNamespace, own.sourceNamespace)) return true
  const gateways = root.gateways ?? []
  return gateways.length > 0 && (own.gateways ?? []).some(gateway => !gateways.includes(gateway))
}

function differs(a: string | number | undefined, b: string | number | undefined): boolean {
  return Boolean(a) && Boolean(b) && a !== b
}

/** Under a prefix an exact text or a longer prefix may stand, under an exact text only itself; patterns cannot be compared. */
function contradictsText(root: StringMatch | undefined, own: StringMatch | undefined): boolean {
  if (root === undefined || own === undefined) return false
  if (root.regex !== undefined || own.regex !== undefined) return true
  if (root.exact !== undefined) return own.exact !== root.exact
  const prefix = root.prefix ?? ''
  return !(own.exact ?? own.prefix ?? '').startsWith(prefix)
}

function sharedKeys(a: object | undefined, b: object | undefined): string[] {
  return Object.keys(a ?? {}).filter(key => b !== undefined && Object.hasOwn(b, key))
}
