import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../config/istio-types.generated.js'
import { objectKey } from '../config/object.js'
import { isExportedTo, normaliseExportTo } from './export-to.js'
import type { VirtualServiceConfig } from './scope.js'
import type { MeshSettings } from './settings.js'

/**
 * VirtualServices with what they delegate in place of the delegation (reference: xds.md section 8), in the same order. Those without
 * hosts are only there to be delegated to, and are gone. One level: a delegate cannot delegate again.
 */
export function mergeDelegates(
  all: readonly VirtualServiceConfig[],
  mesh: MeshSettings,
): readonly VirtualServiceConfig[] {
  const roots = all.filter(isRoot)
  if (roots.length === all.length && !all.some(delegates)) return all
  const byKey = new Map(all.filter(virtual => !isRoot(virtual)).map(virtual => [objectKey(virtual), virtual]))
  return roots.map(root => resolveDelegates(root, key => byKey.get(key), mesh))
}

function isRoot({ spec }: VirtualServiceConfig): boolean {
  return (spec.hosts ?? []).length > 0
}

function delegates({ spec }: VirtualServiceConfig): boolean {
  return (spec.http ?? []).some(route => route.delegate !== undefined)
}

/** One root; `find` gives the VirtualService of a key `<namespace>/<name>`, absent ones count as well. */
export function resolveDelegates(
  root: VirtualServiceConfig,
  find: (key: string) => VirtualServiceConfig | undefined,
  mesh: MeshSettings,
): VirtualServiceConfig {
  if (!delegates(root)) return root
  const http = (root.spec.http ?? []).flatMap(route => {
    if (route.delegate === undefined) return [route]
    const delegate = find(delegateKey(route, root.namespace))
    if (delegate === undefined || !isRoot(root) || isRoot(delegate)) return []
    const exportTo = normaliseExportTo(delegate.spec.exportTo, mesh.defaultVirtualServiceExportTo, delegate.namespace)
    if (delegate.namespace !== root.namespace && !isExportedTo(exportTo, root.namespace)) return []
    return mergeRoutes(route, delegate.spec.http ?? [])
  })
  return { ...root, spec: { ...root.spec, http } }
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
