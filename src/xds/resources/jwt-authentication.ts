import type { JWTRule } from '../../config/istio-types.generated.js'
import type { TokenObject } from '../../mesh/index.js'
import type { HttpFilter, JwtProvider, JwtRequirement } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

export interface TokenFacts {
  /** RequestAuthentication that holds for the workload, oldest first: the rules of all of them count. */
  readonly policies: readonly TokenObject[]
  /** Name of the outbound cluster of a service of the mesh, by host and port; undefined: there is no such service. */
  readonly cluster: (host: string, port: number) => { readonly name: string } | undefined
}

/** Where AuthorizationPolicy finds what a token said. */
const PAYLOAD = 'payload'
/** Claims whose text is a list of words (RFC 8693), told as lists to who reads them. */
const SPACE_DELIMITED = ['permission', 'scope']
/**
 * Where keys cannot be had every token of that issuer is refused, as nobody can check it. Envoy refuses a listener whose set of keys
 * is empty, so this has one, of which nobody can have the private half: its x is the SHA-256 of a sentence (see the test).
 */
export const NOBODYS_KEYS =
  '{"keys":[{"kty":"EC","crv":"P-256","x":"yR2fsbBa4PwaJHlqZgXxKgS9c05OdXsVv7mgN3AWMOk","y":"iiGAqC9QhYplsk4b5mO2QS03Bpvv7whiM20r8Ov-yPI"}]}'
const KEY_TIMEOUT = '5s'
/** How long fetched keys are good for. */
const KEY_LIFETIME = '300s'

/**
 * Checks tokens that a request has, before anybody is asked whether it is allowed. A request without a token passes, as does a
 * request with a valid one of any issuer; a token that is not valid, or of nobody's, is refused.
 * https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function tokenFilters(facts: TokenFacts): HttpFilter[] {
  const rules = facts.policies
    .flatMap(({ spec }) => spec.jwtRules ?? [])
    .sort(({ issuer: a = '' }, { issuer: b = '' }) => (a < b ? -1 : a > b ? 1 : 0))
  if (rules.length === 0) return []
  const providers = rules.map((rule, index) => [`origins-${index}`, providerOf(rule, facts)] as const)
  const requires = requirementOf(rules)
  return [
    {
      name: 'envoy.filters.http.jwt_authn',
      typedConfig: packAny('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
        providers: Object.fromEntries(providers),
        rules: [{ match: { prefix: '/' }, requires }],
        bypassCorsPreflight: true,
      }),
    },
  ]
}

function providerOf(rule: JWTRule, facts: TokenFacts): JwtProvider {
  const { issuer = '', audiences = [], fromHeaders = [], fromParams = [], fromCookies = [] } = rule
  const claims = rule.outputClaimToHeaders ?? []
  const delimited = [...SPACE_DELIMITED, ...(rule.spaceDelimitedClaims ?? [])]
  return {
    ...(issuer === '' ? {} : { issuer }),
    ...(audiences.length === 0 ? {} : { audiences }),
    ...keysOf(rule, facts),
    ...(rule.forwardOriginalToken === true ? { forward: true } : {}),
    ...(fromHeaders.length === 0
      ? {}
      : { fromHeaders: fromHeaders.map(({ name, prefix }) => ({ name, valuePrefix: prefix })) }),
    ...(fromParams.length === 0 ? {} : { fromParams }),
    ...(fromCookies.length === 0 ? {} : { fromCookies }),
    ...(rule.outputPayloadToHeader ? { forwardPayloadHeader: rule.outputPayloadToHeader } : {}),
    ...(claims.length === 0
      ? {}
      : { claimToHeaders: claims.map(({ header, claim }) => ({ headerName: header, claimName: claim })) }),
    payloadInMetadata: PAYLOAD,
    normalizePayloadInMetadata: { spaceDelimitedClaims: [...new Set(delimited)] },
  }
}

/** Keys that are only named by a URL are fetched by the proxy, if the mesh knows the host. */
function keysOf({ jwks = '', jwksUri = '', timeout }: JWTRule, { cluster }: TokenFacts): JwtProvider {
  if (jwks !== '') return { localJwks: { inlineString: jwks } }
  const [, scheme, host = '', port] = /^(https?):\/\/([^/:]+)(?::(\d+))?(?:\/|$)/.exec(jwksUri) ?? []
  const found = cluster(host, Number(port ?? (scheme === 'https' ? 443 : 80)))
  if (found === undefined) return { localJwks: { inlineString: NOBODYS_KEYS } }
  const httpUri = { uri: jwksUri, cluster: found.name, timeout: timeout ?? KEY_TIMEOUT }
  return { remoteJwks: { httpUri, cacheDuration: KEY_LIFETIME } }
}

/** Envoy takes `any of several` as decided by the first token; whether all tokens there are valid is asked besides. */
function requirementOf(rules: readonly JWTRule[]): JwtRequirement {
  const each = rules.map((rule, index): { readonly provider: JwtRequirement; readonly own: JwtRequirement } => {
    const provider = { providerName: `origins-${index}` }
    const isRequired = rule.presence === 'REQUIRED'
    return {
      provider,
      own: isRequired ? provider : { requiresAny: { requirements: [provider, { allowMissing: {} }] } },
    }
  })
  const [only] = each
  if (only !== undefined && each.length === 1) return only.own
  const all = { requiresAll: { requirements: each.map(({ own }) => own) } }
  if (rules.some(({ presence }) => presence === 'REQUIRED')) return all
  return { requiresAny: { requirements: [...each.map(({ provider }) => provider), all] } }
}
