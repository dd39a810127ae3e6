import type { JsonObject } from '../lang/json.js'
import { objectAt, objectsAt, textAt, textsAt } from './request-json.js'
import { type Asked, judgeRules, type RuleJudgement } from './request-rbac.js'

/** A part of an object of the configuration, and what is to be said of it. */
export interface PolicyPart {
  readonly type: 'AuthorizationPolicy' | 'PeerAuthentication' | 'RequestAuthentication'
  /** `<namespace>/<name>` */
  readonly key: string
  readonly path: string
  /** Empty: nothing. */
  readonly note: string
}

/** `unknown`: it depends on what nobody knows without the request itself; `tried`: in a dry run, which refuses nothing. */
export type AccessOutcome = 'allowed' | 'denied' | 'unknown' | 'tried'

export interface AccessStep {
  readonly outcome: AccessOutcome
  readonly text: string
  readonly parts: readonly PolicyPart[]
}

/** What the filters of one chain say, in their order; the first that denies is the last that is asked. `tokens` are who checks them. */
export function decideAccess(
  filters: readonly JsonObject[],
  asked: Asked,
  tokens: readonly PolicyPart[],
): readonly AccessStep[] {
  const steps: AccessStep[] = []
  let custom: readonly RuleJudgement[] = []
  for (const filter of filters) {
    const name = textAt(filter, 'name')
    const config = objectAt(filter, 'typedConfig')
    const said = name.endsWith('.jwt_authn')
      ? tokenSteps(config, asked, tokens)
      : name.endsWith('.ext_authz')
        ? askedOf(custom)
        : []
    steps.push(...said, ...(name.endsWith('.rbac') ? rbacSteps(config, asked) : []))
    if (textAt(config, 'shadowRulesStatPrefix') === CUSTOM) custom = judgeRules(objectAt(config, 'shadowRules'), asked)
    if (steps.some(({ outcome }) => outcome === 'denied')) break
  }
  return steps
}

/** Ends the names of rules that are refused since their authorizer cannot be asked. */
const NOBODY_TO_ASK = '-deny-due-to-bad-CUSTOM-action'
/** Of the rules whose match has an authorizer asked. */
const CUSTOM = 'istio_ext_authz_'

function rbacSteps(config: JsonObject, asked: Asked): AccessStep[] {
  const isTried = config['shadowRules'] !== undefined && textAt(config, 'shadowRulesStatPrefix') !== CUSTOM
  const said = config['rules'] === undefined ? [] : ruleSteps(objectAt(config, 'rules'), asked)
  return [...said, ...(isTried ? ruleSteps(objectAt(config, 'shadowRules'), asked).map(tried) : [])]
}

/** A dry run only counts. */
function tried({ outcome, text, parts }: AccessStep): AccessStep {
  return { outcome: 'tried', text: outcome === 'allowed' ? text : `it would be refused, ${text}`, parts }
}

function ruleSteps(rules: JsonObject, asked: Asked): AccessStep[] {
  const judged = judgeRules(rules, asked)
  const matching = judged.filter(({ verdict }) => verdict === true)
  const open = judged.filter(({ verdict }) => verdict === undefined)
  const refusal = asked.request === undefined ? 'the connection is closed' : '403'
  switch (textAt(rules, 'action')) {
    case 'LOG':
      return []
    case 'DENY': {
      const kind = judged.some(({ rule }) => rule.endsWith(NOBODY_TO_ASK))
        ? 'a CUSTOM policy, whose authorizer is not in the mesh,'
        : 'a DENY policy'
      if (matching.length > 0) return [step('denied', `a rule of ${kind} matches: ${refusal}`, matching)]
      if (open.length > 0) return [step('unknown', `denied if this rule of ${kind} matches`, open)]
      return [step('allowed', `no rule of ${kind} matches`, judged)]
    }
    default:
      if (matching.length > 0) return [step('allowed', 'a rule of an ALLOW policy matches', matching)]
      if (open.length > 0) return [step('unknown', 'allowed only if this rule of an ALLOW policy matches', open)]
      return [step('denied', `no rule of an ALLOW policy matches: ${refusal}`, judged)]
  }
}

function step(outcome: AccessOutcome, text: string, judged: readonly RuleJudgement[]): AccessStep {
  return { outcome, text, parts: judged.flatMap(partOf) }
}

/** Names as src/xds/resources/rbac.ts gives them. */
function partOf({ rule, because }: RuleJudgement): PolicyPart[] {
  const match = /ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\]/.exec(rule)
  if (match === null) return []
  const [, namespace = '', name = '', index = ''] = match
  return [
    {
      type: 'AuthorizationPolicy',
      key: `${namespace}/${name}`,
      path: `spec.rules[${index}]`,
      note: because.join(', '),
    },
  ]
}

function askedOf(custom: readonly RuleJudgement[]): AccessStep[] {
  const matching = custom.filter(({ verdict }) => verdict !== false)
  if (matching.length === 0) return []
  return [step('unknown', 'if this matches, an authorizer is asked, and what it says decides', matching)]
}

function tokenSteps(config: JsonObject, asked: Asked, parts: readonly PolicyPart[]): AccessStep[] {
  if (asked.hasToken) return [{ outcome: 'unknown', text: 'whether the token is valid; if it is not: 401', parts }]
  const isRequired = objectsAt(config, 'rules').some(rule => !takesMissing(objectAt(rule, 'requires')))
  return isRequired ? [{ outcome: 'denied', text: 'the request has no token, and one is required: 401', parts }] : []
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement */
function takesMissing(requirement: JsonObject): boolean {
  const { requiresAny, requiresAll } = requirement
  if (requiresAny !== undefined)
    return objectsAt(objectAt(requirement, 'requiresAny'), 'requirements').some(takesMissing)
  if (requiresAll !== undefined)
    return objectsAt(objectAt(requirement, 'requiresAll'), 'requirements').every(takesMissing)
  return requirement['providerName'] === undefined && requirement['providerAndAudiences'] === undefined
}

/** Whether a request has anything where one of the providers looks for tokens. */
export function hasToken(filters: readonly JsonObject[], headers: ReadonlyMap<string, string>, path: string): boolean {
  const providers = filters
    .filter(filter => textAt(filter, 'name').endsWith('.jwt_authn'))
    .flatMap(filter => Object.values(objectAt(objectAt(filter, 'typedConfig'), 'providers')))
  const query = new URLSearchParams(path.includes('?') ? path.slice(path.indexOf('?') + 1) : '')
  return providers.some(each => {
    const provider = objectAt({ each }, 'each')
    const [names, params] = [objectsAt(provider, 'fromHeaders'), textsAt(provider, 'fromParams')]
    const cookies = textsAt(provider, 'fromCookies')
    const isUsual = names.length + params.length + cookies.length === 0
    return (
      names.some(item => headers.has(textAt(item, 'name').toLowerCase())) ||
      params.some(param => query.has(param)) ||
      cookies.some(cookie => cookieNames(headers.get('cookie') ?? '').includes(cookie)) ||
      (isUsual && (headers.has('authorization') || query.has('access_token')))
    )
  })
}

function cookieNames(header: string): string[] {
  return header.split(';').map(cookie => cookie.split('=')[0]?.trim() ?? '')
}
