import type {
  MeshConfig_ExtensionProvider_EnvoyExternalAuthorizationGrpcProvider as GrpcProvider,
  MeshConfig_ExtensionProvider_EnvoyExternalAuthorizationHttpProvider as HttpProvider,
  MeshConfig_ExtensionProvider_EnvoyExternalAuthorizationRequestBody as RequestBody,
} from '../../config/istio-types.generated.js'
import type {
  ConfigListenerFilter,
  ExtAuthzHttpService,
  GrpcService,
  HttpExtAuthzExtAuthz,
  HttpFilter,
  ListStringMatcher,
  MetadataMatcher,
  StatusCode,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { AuthorizationFacts } from './rbac.js'
import { wildcardOf } from './rbac-match.js'

/** Who is asked, by the provider in mesh config that an AuthorizationPolicy names. */
export type Authorizer =
  | { readonly kind: 'http'; readonly provider: HttpProvider; readonly cluster: Cluster }
  | { readonly kind: 'grpc'; readonly provider: GrpcProvider; readonly cluster: Cluster }

interface Cluster {
  readonly name: string
  readonly host: string
}

/** What a provider without a time limit waits: as good as for ever, since Envoy's own limit (200 ms) would surprise. */
const DEFAULT_TIMEOUT = '600s'

/** Undefined where there is no such provider, it is of another kind, or its service is not in the mesh. */
export function authorizerOf(name: string, { mesh, cluster }: AuthorizationFacts): Authorizer | undefined {
  const found = (mesh.extensionProviders ?? []).find(provider => provider.name === name)
  const { envoyExtAuthzHttp: http, envoyExtAuthzGrpc: grpc } = found ?? {}
  const target = cluster((http ?? grpc)?.service ?? '', (http ?? grpc)?.port ?? 0)
  if (target === undefined) return undefined
  if (http !== undefined) return { kind: 'http', provider: http, cluster: target }
  return grpc === undefined ? undefined : { kind: 'grpc', provider: grpc, cluster: target }
}

/** `matched`: how names of policies begin that have to match before the authorizer is asked. */
export function httpAuthorizer(authorizer: Authorizer, matched: string): HttpFilter {
  const { provider } = authorizer
  const config: HttpExtAuthzExtAuthz = {
    ...(authorizer.kind === 'http'
      ? httpFields(authorizer.provider, authorizer.cluster)
      : { grpcService: grpcService(authorizer) }),
    ...(provider.failOpen === true ? { failureModeAllow: true } : {}),
    ...(provider.clearRouteCache === true ? { clearRouteCache: true } : {}),
    ...statusFields(provider.statusOnError),
    ...bodyFields(provider.includeRequestBodyInCheck),
    transportApiVersion: 'V3',
    filterEnabledMetadata: onlyFor('envoy.filters.http.rbac', matched),
  }
  return {
    name: 'envoy.filters.http.ext_authz',
    typedConfig: packAny('envoy.extensions.filters.http.ext_authz.v3.ExtAuthz', config),
  }
}

export function tcpAuthorizer(authorizer: Authorizer, matched: string): ConfigListenerFilter {
  return {
    name: 'envoy.filters.network.ext_authz',
    typedConfig: packAny('envoy.extensions.filters.network.ext_authz.v3.ExtAuthz', {
      grpcService: grpcService(authorizer),
      ...(authorizer.provider.failOpen === true ? { failureModeAllow: true } : {}),
      statPrefix: 'tcp.',
      transportApiVersion: 'V3',
      filterEnabledMetadata: onlyFor('envoy.filters.network.rbac', matched),
    }),
  }
}

function grpcService({ provider, cluster }: Authorizer): GrpcService {
  return {
    envoyGrpc: { clusterName: cluster.name, authority: cluster.host },
    timeout: provider.timeout ?? DEFAULT_TIMEOUT,
  }
}

function httpFields(provider: HttpProvider, cluster: Cluster): HttpExtAuthzExtAuthz {
  const headers = provider.includeRequestHeadersInCheck ?? provider.includeHeadersInCheck ?? []
  const additional = Object.entries(provider.includeAdditionalHeadersInCheck ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const upstream = provider.headersToUpstreamOnAllow ?? []
  const denied = provider.headersToDownstreamOnDeny ?? []
  const allowed = provider.headersToDownstreamOnAllow ?? []
  const httpService: ExtAuthzHttpService = {
    serverUri: {
      uri: `http://${cluster.host}`,
      cluster: cluster.name,
      timeout: provider.timeout ?? DEFAULT_TIMEOUT,
    },
    ...(provider.pathPrefix ? { pathPrefix: provider.pathPrefix } : {}),
    ...(additional.length === 0
      ? {}
      : { authorizationRequest: { headersToAdd: additional.map(([key, value]) => ({ key, value })) } }),
    ...(upstream.length + denied.length + allowed.length === 0
      ? {}
      : {
          authorizationResponse: {
            ...(upstream.length === 0 ? {} : { allowedUpstreamHeaders: headerPatterns(upstream) }),
            ...(denied.length === 0 ? {} : { allowedClientHeaders: headerPatterns(denied) }),
            ...(allowed.length === 0 ? {} : { allowedClientHeadersOnSuccess: headerPatterns(allowed) }),
          },
        }),
  }
  return { httpService, ...(headers.length === 0 ? {} : { allowedHeaders: headerPatterns(headers) }) }
}

/** Header names have no case. */
function headerPatterns(names: readonly string[]): ListStringMatcher {
  const patterns = names.map(name => {
    const wildcard = wildcardOf(name)
    return wildcard.kind === 'any'
      ? { safeRegex: { regex: '.+' } }
      : { [wildcard.kind]: wildcard.text, ignoreCase: true }
  })
  return { patterns }
}

function bodyFields(body: RequestBody | undefined): HttpExtAuthzExtAuthz {
  if (body === undefined) return {}
  const { maxRequestBytes = 0, allowPartialMessage = false, packAsBytes = false } = body
  return { withRequestBody: { maxRequestBytes, allowPartialMessage, packAsBytes } }
}

/** Status codes that Envoy's enumeration has, by number. */
const STATUS_NAMES: Readonly<Record<string, StatusCode>> = {
  '200': 'OK',
  '201': 'Created',
  '202': 'Accepted',
  '204': 'NoContent',
  '301': 'MovedPermanently',
  '302': 'Found',
  '303': 'SeeOther',
  '307': 'TemporaryRedirect',
  '308': 'PermanentRedirect',
  '400': 'BadRequest',
  '401': 'Unauthorized',
  '402': 'PaymentRequired',
  '403': 'Forbidden',
  '404': 'NotFound',
  '405': 'MethodNotAllowed',
  '406': 'NotAcceptable',
  '407': 'ProxyAuthenticationRequired',
  '408': 'RequestTimeout',
  '409': 'Conflict',
  '410': 'Gone',
  '411': 'LengthRequired',
  '412': 'PreconditionFailed',
  '413': 'PayloadTooLarge',
  '414': 'URITooLong',
  '415': 'UnsupportedMediaType',
  '416': 'RangeNotSatisfiable',
  '417': 'ExpectationFailed',
  '421': 'MisdirectedRequest',
  '422': 'UnprocessableEntity',
  '423': 'Locked',
  '424': 'FailedDependency',
  '426': 'UpgradeRequired',
  '428': 'PreconditionRequired',
  '429': 'TooManyRequests',
  '431': 'RequestHeaderFieldsTooLarge',
  '500': 'InternalServerError',
  '501': 'NotImplemented',
  '502': 'BadGateway',
  '503': 'ServiceUnavailable',
  '504': 'GatewayTimeout',
  '505': 'HTTPVersionNotSupported',
  '506': 'VariantAlsoNegotiates',
  '507': 'InsufficientStorage',
  '508': 'LoopDetected',
  '511': 'NetworkAuthenticationRequired',
}

function statusFields(status: string | undefined): HttpExtAuthzExtAuthz {
  const code = status === undefined ? undefined : STATUS_NAMES[status]
  return code === undefined ? {} : { statusOnError: { code } }
}

/** The shadow rules in front leave the name of the policy that matched; only then the authorizer is asked. */
function onlyFor(filter: string, matched: string): MetadataMatcher {
  return {
    filter,
    path: [{ key: 'istio_ext_authz_shadow_effective_policy_id' }],
    value: { stringMatch: { prefix: matched } },
  }
}
