import type { Rule } from '../../config/istio-types.generated.js'
import type { Permission, Policy, Principal } from '../../proto/envoy-types.generated.js'
import { type Permissions, permissionsOfCondition, permissionsOfOperation } from './rbac-permission.js'
import { type PrincipalFacts, type Principals, principalsOfCondition, principalsOfSource } from './rbac-principal.js'

/** A policy without rules: nobody, for nothing. */
export const MATCHES_NOTHING: Policy = {
  permissions: [{ notRule: { any: true } }],
  principals: [{ notId: { any: true } }],
}

/**
 * One rule as Envoy has it: any of the operations, asked by any of the sources, under all of the conditions.
 * What cannot be asked of the traffic (a path, of bytes) is left out where more may match without harm (`isAllow` false); a rule that
 * allows would allow too much without it, and is dropped: undefined.
 */
export function policyOfRule(rule: Rule, isAllow: boolean, facts: PrincipalFacts): Policy | undefined {
  const conditions = (rule.when ?? []).map(condition => {
    const permissions = permissionsOfCondition(condition)
    return permissions === undefined
      ? { permissions: [], principals: principalsOfCondition(condition, facts) }
      : { permissions, principals: [] }
  })
  const operations = (rule.to ?? []).map(({ operation = {} }) => permissionsOfOperation(operation, facts.traffic))
  const sources = (rule.from ?? []).map(({ source = {} }) => principalsOfSource(source, facts))
  const permissions = (operations.length === 0 ? [[]] : operations).map(each => [
    ...each,
    ...conditions.flatMap(condition => condition.permissions),
  ])
  const principals = (sources.length === 0 ? [[]] : sources).map(each => [
    ...each,
    ...conditions.flatMap(condition => condition.principals),
  ])
  if (isAllow && [...permissions, ...principals].some(each => each.includes(undefined))) return undefined
  return { permissions: permissions.map(allPermissions), principals: principals.map(allPrincipals) }
}

function allPermissions(parts: Permissions): Permission {
  const rules = parts.filter(part => part !== undefined)
  return { andRules: { rules: rules.length === 0 ? [{ any: true }] : rules } }
}

function allPrincipals(parts: Principals): Principal {
  const ids = parts.filter(part => part !== undefined)
  return { andIds: { ids: ids.length === 0 ? [{ any: true }] : ids } }
}
