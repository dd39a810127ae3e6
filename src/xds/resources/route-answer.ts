import type { HTTPDirectResponse, HTTPRedirect, HTTPRewrite } from '../../config/istio-types.generated.js'
import type {
  DirectResponseAction,
  RedirectAction,
  RedirectAction_RedirectResponseCode,
  RouteAction,
} from '../../proto/envoy-types.generated.js'

const REDIRECT_CODES: Readonly<Record<number, RedirectAction_RedirectResponseCode>> = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
}
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * The proxy answers with another address. `port`: of the listener, which is what "the request's port" means here; undefined: a
 * status that is no redirect. https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect
 */
export function redirectAction(redirect: HTTPRedirect, port: number, isTls: boolean): RedirectAction | undefined {
  const { authority = '', uri = '', scheme = '', redirectCode = 0, prefixRewrite } = redirect
  const responseCode = redirectCode === 0 ? 'MOVED_PERMANENTLY' : REDIRECT_CODES[redirectCode]
  if (responseCode === undefined) return undefined
  const to = redirectPort(redirect, port, scheme || (isTls ? 'https' : 'http'))
  return {
    ...(authority === '' ? {} : { hostRedirect: authority }),
    ...(prefixRewrite !== undefined ? { prefixRewrite } : { pathRedirect: uri }),
    ...(scheme === '' ? {} : { schemeRedirect: scheme }),
    ...(to === 0 ? {} : { portRedirect: to }),
    responseCode,
  }
}

/** 0: none is written, so the default of the scheme holds. */
function redirectPort({ port, derivePort }: HTTPRedirect, listener: number, scheme: string): number {
  const wanted = port ?? (derivePort === 'FROM_REQUEST_PORT' ? listener : 0)
  return DEFAULT_PORTS[scheme] === wanted ? 0 : wanted
}

/** The proxy answers itself. */
export function directResponse({ status, body }: HTTPDirectResponse): DirectResponseAction {
  const content =
    body?.string !== undefined
      ? { inlineString: body.string }
      : body?.bytes !== undefined
        ? { inlineBytes: body.bytes }
        : undefined
  return { ...(status === undefined ? {} : { status }), ...(content === undefined ? {} : { body: content }) }
}

/** New path; the host is the route's matter. */
export function pathRewrite(rewrite: HTTPRewrite | undefined): Pick<RouteAction, 'prefixRewrite' | 'regexRewrite'> {
  const { uri = '', uriRegexRewrite } = rewrite ?? {}
  if (uriRegexRewrite !== undefined)
    return {
      regexRewrite: {
        pattern: { regex: uriRegexRewrite.match ?? '' },
        substitution: uriRegexRewrite.rewrite ?? '',
      },
    }
  return uri === '' ? {} : { prefixRewrite: uri }
}
