import { type AuthorizationObject, type MeshSettings, trustDomainOf } from '../../mesh/index.js'
import type {
  ConfigListenerFilter,
  ConfigRbacRBAC,
  HttpFilter,
  Policy,
  RBAC_Action,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { type Authorizer, authorizerOf, httpAuthorizer, tcpAuthorizer } from './ext-authz.js'
import type { Traffic } from './rbac-permission.js'
import { MATCHES_NOTHING, policyOfRule } from './rbac-policy.js'
import { withTrustDomainAliases } from './trust-domains.js'

/** What stands at the door of a workload: in front of what serves requests, and of what passes bytes on. */
export interface AuthorizationFilters {
  readonly http: readonly HttpFilter[]
  readonly tcp: readonly ConfigListenerFilter[]
}

export interface AuthorizationFacts {
  /** Those that hold for the workload, oldest first. */
  readonly policies: readonly AuthorizationObject[]
  readonly mesh: Pick<MeshSettings, 'trustDomain' | 'trustDomainAliases' | 'extensionProviders'>
  /** Name of the outbound cluster for a provider's service, `[<namespace>/]<host>`; undefined: there is no such service. */
  readonly cluster: (service: string, port: number) => { readonly name: string; readonly host: string } | undefined
}

const NO_FILTERS: AuthorizationFilters = { http: [], tcp: [] }
const DRY_RUN = 'istio.io/dry-run'
/** In front of statistics of what a dry run would have done. */
const DRY_RUN_PREFIX = { ALLOW: 'istio_dry_run_allow_', DENY: 'istio_dry_run_deny_' } as const
const CUSTOM_PREFIX = 'istio_ext_authz_'

/**
 * Filters for the policies of a workload, in the order of decisions (reference xds.md section 12): CUSTOM, AUDIT, DENY, ALLOW.
 * Envoy asks each in turn, and every one of them can refuse.
 */
export function authorizationFilters(facts: AuthorizationFacts): AuthorizationFilters {
  if (facts.policies.length === 0) return NO_FILTERS
  return { http: filtersFor(facts, 'http'), tcp: filtersFor(facts, 'tcp') }
}

type Filter = HttpFilter & ConfigListenerFilter

function filtersFor(facts: AuthorizationFacts, traffic: Traffic): Filter[] {
  const custom = facts.policies.filter(({ spec }) => spec.action === 'CUSTOM')
  const of = (action: string) => facts.policies.filter(({ spec }) => (spec.action ?? 'ALLOW') === action)
  return [
    ...customFilters(facts, custom, traffic),
    ...actionFilter(facts, of('AUDIT'), 'LOG', traffic),
    ...actionFilter(facts, of('DENY'), 'DENY', traffic),
    ...actionFilter(facts, of('ALLOW'), 'ALLOW', traffic),
  ]
}

function actionFilter(
  facts: AuthorizationFacts,
  policies: readonly AuthorizationObject[],
  action: RBAC_Action,
  traffic: Traffic,
): Filter[] {
  if (policies.length === 0) return []
  const rulesOf = (some: readonly AuthorizationObject[]): ConfigRbacRBAC | undefined =>
    some.length === 0 ? undefined : rbac(action, policiesOf(facts, some, action, traffic))
  const rules = rulesOf(policies.filter(policy => !isDryRun(policy)))
  const shadowRules = rulesOf(policies.filter(isDryRun))
  const shadowRulesStatPrefix =
    shadowRules !== undefined && action === 'DENY' ? DRY_RUN_PREFIX.DENY : DRY_RUN_PREFIX.ALLOW
  return [rbacFilter(traffic, { rules, shadowRules, shadowRulesStatPrefix })]
}

function isDryRun({ annotations }: AuthorizationObject): boolean {
  return /^(?:1|t|T|true|TRUE|True)$/.test(annotations[DRY_RUN] ?? '')
}

function rbac(action: RBAC_Action, policies: Readonly<Record<string, Policy>>): ConfigRbacRBAC {
  return {
    ...(action === 'ALLOW' ? {} : { action }),
    ...(Object.keys(policies).length === 0 ? {} : { policies }),
  }
}

interface RbacRules {
  readonly rules?: ConfigRbacRBAC | undefined
  readonly shadowRules?: ConfigRbacRBAC | undefined
  readonly shadowRulesStatPrefix?: string | undefined
}

function rbacFilter(traffic: Traffic, rules: RbacRules): Filter {
  return traffic === 'http'
    ? {
        name: 'envoy.filters.http.rbac',
        typedConfig: packAny('envoy.extensions.filters.http.rbac.v3.RBAC', rules),
      }
    : {
        name: 'envoy.filters.network.rbac',
        typedConfig: packAny('envoy.extensions.filters.network.rbac.v3.RBAC', { ...rules, statPrefix: 'tcp.' }),
      }
}

/** By name: `ns[<namespace>]-policy[<name>]-rule[<index>]`, which is in Envoy's logs of denied requests. */
function policiesOf(
  { mesh }: AuthorizationFacts,
  policies: readonly AuthorizationObject[],
  action: RBAC_Action,
  traffic: Traffic,
  around: { readonly before: string; readonly after: string } = { before: '', after: '' },
): Readonly<Record<string, Policy>> {
  const domains = [trustDomainOf(mesh), ...(mesh.trustDomainAliases ?? [])]
  const aliases = (principals: readonly string[]) => withTrustDomainAliases(principals, domains)
  const entries = policies.flatMap(({ namespace, name, spec }) => {
    const nameOf = (index: number) => `${around.before}ns[${namespace}]-policy[${name}]-rule[${index}]${around.after}`
    const { rules = [] } = spec
    if (rules.length === 0) return [[nameOf(0), MATCHES_NOTHING] as const]
    return rules.flatMap((rule, index) => {
      const policy = policyOfRule(rule, action === 'ALLOW', { namespace, aliases, traffic })
      return policy === undefined ? [] : [[nameOf(index), policy] as const]
    })
  })
  return Object.fromEntries(entries)
}

/** Envoy asks one authorizer only. With several, or one that cannot be asked, requests that they were for are refused. */
function customFilters(
  facts: AuthorizationFacts,
  policies: readonly AuthorizationObject[],
  traffic: Traffic,
): Filter[] {
  const names = [...new Set(policies.map(({ spec }) => spec.provider?.name ?? ''))].sort()
  const ofProvider = (name: string) => policies.filter(({ spec }) => (spec.provider?.name ?? '') === name)
  const [first] = names
  if (first === undefined) return []
  const authorizer = names.length === 1 ? authorizerOf(first, facts) : undefined
  if (authorizer === undefined) return names.map(name => refusal(facts, name, ofProvider(name), traffic))
  // An authorizer that is asked over HTTP has nothing to say about bytes.
  if (traffic === 'tcp' && authorizer.kind === 'http') return []
  const before = providerPrefix(first)
  const shadowRules = rbac('DENY', policiesOf(facts, policies, 'DENY', traffic, { before: `${before}-`, after: '' }))
  return [
    rbacFilter(traffic, { shadowRules, shadowRulesStatPrefix: CUSTOM_PREFIX }),
    authorizerFilter(authorizer, before, traffic),
  ]
}

function authorizerFilter(authorizer: Authorizer, matched: string, traffic: Traffic): Filter {
  return traffic === 'http' ? httpAuthorizer(authorizer, matched) : tcpAuthorizer(authorizer, matched)
}

function refusal(
  facts: AuthorizationFacts,
  provider: string,
  policies: readonly AuthorizationObject[],
  traffic: Traffic,
): Filter {
  const around = { before: `${providerPrefix(provider)}-`, after: '-deny-due-to-bad-CUSTOM-action' }
  return rbacFilter(traffic, { rules: rbac('DENY', policiesOf(facts, policies, 'DENY', traffic, around)) })
}

function providerPrefix(provider: string): string {
  return `istio-ext-authz-${provider}`
}
