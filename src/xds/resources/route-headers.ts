import type { Headers } from '../../config/istio-types.generated.js'
import type { HeaderValueOption, Route } from '../../proto/envoy-types.generated.js'

/** What a route (or one of its weighted clusters) does to headers. */
export type HeaderFields = Pick<
  Route,
  'requestHeadersToAdd' | 'requestHeadersToRemove' | 'responseHeadersToAdd' | 'responseHeadersToRemove'
>

export interface HeaderOperations {
  readonly fields: HeaderFields
  /** New value of `Host`, which Envoy does not take as a header; empty: as it is. */
  readonly authority: string
}

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers */
export function headerOperations(headers: Headers | undefined): HeaderOperations {
  const { request, response } = headers ?? {}
  return {
    fields: nonEmpty({
      requestHeadersToAdd: [...options(request?.set, true), ...options(request?.add, false)],
      requestHeadersToRemove: (request?.remove ?? []).filter(isOrdinary),
      responseHeadersToAdd: [...options(response?.set, true), ...options(response?.add, false)],
      responseHeadersToRemove: (response?.remove ?? []).filter(isOrdinary),
    }),
    authority: authorityIn(request?.set) || authorityIn(request?.add),
  }
}

/** Both, `first` before `second`. */
export function joinHeaders(first: HeaderFields, second: HeaderFields): HeaderFields {
  return nonEmpty({
    requestHeadersToAdd: [...(first.requestHeadersToAdd ?? []), ...(second.requestHeadersToAdd ?? [])],
    requestHeadersToRemove: [...(first.requestHeadersToRemove ?? []), ...(second.requestHeadersToRemove ?? [])],
    responseHeadersToAdd: [...(first.responseHeadersToAdd ?? []), ...(second.responseHeadersToAdd ?? [])],
    responseHeadersToRemove: [...(first.responseHeadersToRemove ?? []), ...(second.responseHeadersToRemove ?? [])],
  })
}

type HeaderMap = Readonly<Record<string, string>> | undefined

function options(map: HeaderMap, replaces: boolean): HeaderValueOption[] {
  return Object.entries(map ?? {})
    .filter(([key]) => isOrdinary(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({
      header: { key, value },
      ...(replaces ? { appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' as const } : {}),
    }))
}

function authorityIn(map: HeaderMap): string {
  return Object.entries(map ?? {}).find(([key]) => isAuthority(key))?.[1] ?? ''
}

function isAuthority(key: string): boolean {
  const lower = key.toLowerCase()
  return lower === 'host' || lower === ':authority'
}

/** Envoy refuses configuration that changes `Host` or a header of HTTP/2 itself. */
function isOrdinary(key: string): boolean {
  return !key.startsWith(':') && !isAuthority(key)
}

function nonEmpty(fields: Required<HeaderFields>): HeaderFields {
  return Object.fromEntries(Object.entries(fields).filter(([, list]) => list !== undefined && list.length > 0))
}
