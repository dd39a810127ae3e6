/** Interceptions of the user's own: the face of the layer. docs/webhook-rules.md is its manual. */
export { applyRules, type Interception, type RuleOutcome } from './apply.js'
export { type MatchCondition, parseCondition } from './condition.js'
export { type ClientConfig, type ManifestOptions, webhookManifests } from './manifest.js'
export { type MatchResult, type MatchStep, matchRequest } from './match.js'
export { configMapsOf, parseRules, RULES_API_VERSION, RULES_KIND, type RuleSources, type RulesFile } from './parse.js'
export { CLUSTER_SCOPED_KINDS, pluralOf, strategicTypeOf } from './resources.js'
export type { InterceptionRequest, MatchCriteria, Operation, ResourceRule, Rule } from './rule.js'
