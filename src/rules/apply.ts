import { isJsonObject, type Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYaml } from '../lang/yaml/index.js'
import { applyJsonPatch, diffJson, type JsonPatchOperation, jsonMergePatch, strategicMerge } from '../patch/index.js'
import type { Template } from '../template/index.js'
import { type MatchResult, matchRequest } from './match.js'
import { strategicTypeOf } from './resources.js'
import type { Action, InterceptionRequest, Rule } from './rule.js'

/** What one rule did with one request. */
export interface RuleOutcome {
  readonly rule: string
  readonly effect: 'not matched' | 'changed' | 'unchanged' | 'denied' | 'recorded' | 'failed'
  readonly match: MatchResult
  /** Denial message, record message, or why the rule failed. */
  readonly message?: string
}

export interface Interception {
  readonly isAllowed: boolean
  /** Set when not allowed: HTTP status and text for the user. */
  readonly denial?: { readonly code: number; readonly message: string }
  /** From the object as received to what the rules made of it; empty when nothing changed. */
  readonly patch: readonly JsonPatchOperation[]
  readonly object: Json
  /** For the admission response: rules that failed and whose failure policy is Ignore. */
  readonly warnings: readonly string[]
  readonly outcomes: readonly RuleOutcome[]
}

/**
 * Applies rules in order, each to what the earlier ones made of the object. The first denial ends it. A rule that fails
 * denies or warns, by its failure policy, and leaves the object as it found it: nothing is half-applied.
 */
export function applyRules(rules: readonly Rule[], received: InterceptionRequest): Interception {
  const outcomes: RuleOutcome[] = []
  const warnings: string[] = []
  let object = received.object
  for (const rule of rules) {
    const request = { ...received, object }
    const match = matchRequest(rule, request)
    const result = match.verdict === 'match' ? act(rule.action, request) : notMatched(match, object)
    if (result.ok) {
      object = result.value.object
      outcomes.push({ rule: rule.name, match, effect: result.value.effect, ...messageOf(result.value.message) })
      if (result.value.effect !== 'denied') continue
      const code = rule.action.kind === 'deny' ? rule.action.code : 403
      return denied(
        received.object,
        { code, message: result.value.message ?? `denied by rule ${rule.name}` },
        warnings,
        outcomes,
      )
    }
    const message = `rule ${rule.name}: ${result.error}`
    outcomes.push({ rule: rule.name, match, effect: 'failed', message: result.error })
    if (rule.failurePolicy === 'Fail') return denied(received.object, { code: 500, message }, warnings, outcomes)
    warnings.push(message)
  }
  return { isAllowed: true, patch: diffJson(received.object, object), object, warnings, outcomes }
}

function denied(
  object: Json,
  denial: { readonly code: number; readonly message: string },
  warnings: readonly string[],
  outcomes: readonly RuleOutcome[],
): Interception {
  return { isAllowed: false, denial, patch: [], object, warnings, outcomes }
}

interface Acted {
  readonly effect: Exclude<RuleOutcome['effect'], 'failed'>
  readonly object: Json
  readonly message?: string
}

function notMatched(match: MatchResult, object: Json): Result<Acted, string> {
  if (match.verdict === 'no match') return ok({ effect: 'not matched', object })
  return err(
    match.steps
      .filter(step => step.outcome === 'error')
      .map(step => step.detail)
      .join('; '),
  )
}

function messageOf(message: string | undefined): { message?: string } {
  return message === undefined ? {} : { message }
}

function act(action: Action, request: InterceptionRequest): Result<Acted, string> {
  switch (action.kind) {
    case 'merge':
      return changed(request.object, merge(action.strategy, action.template, request))
    case 'patch':
      return changed(request.object, patch(action.operations, action.createMissingParents, request.object))
    case 'deny':
      return withMessage(action.message, request, message => ({ effect: 'denied', object: request.object, message }))
    case 'record':
      if (action.message === undefined) return ok({ effect: 'recorded', object: request.object })
      return withMessage(action.message, request, message => ({ effect: 'recorded', object: request.object, message }))
  }
}

function changed(before: Json, after: Result<Json, string>): Result<Acted, string> {
  if (!after.ok) return after
  return ok({ effect: diffJson(before, after.value).length === 0 ? 'unchanged' : 'changed', object: after.value })
}

function withMessage(
  template: Template,
  request: InterceptionRequest,
  then: (message: string) => Acted,
): Result<Acted, string> {
  const text = render(template, request)
  return text.ok ? ok(then(text.value.trim())) : text
}

function merge(strategy: 'strategic' | 'json', template: Template, request: InterceptionRequest): Result<Json, string> {
  const text = render(template, request)
  if (!text.ok) return text
  const overlay = parseYaml(text.value)
  if (!overlay.ok) return err(`the template's output is not YAML${placeIn(overlay.error)}`)
  // An empty output is how a template says "nothing to do".
  if (overlay.value === null) return ok(request.object)
  if (!isJsonObject(overlay.value)) return err("the template's output is not an object")
  if (strategy === 'json') return ok(jsonMergePatch(request.object, overlay.value))
  const type = strategicTypeOf(request.group, request.version, request.resource)
  if (type === undefined) return err(`${request.resource} has no strategic merge schema here; use strategy: json`)
  const merged = strategicMerge(request.object, overlay.value, type)
  return merged.ok ? merged : err(merged.error.message)
}

/** The line by number alone: messages are logged, and contents are not. */
function placeIn({ message, position }: Problem): string {
  return position === undefined
    ? `: ${message}`
    : ` (line ${position.line}, column ${position.column} of it): ${message}`
}

function patch(
  operations: readonly JsonPatchOperation[],
  createMissingParents: boolean,
  object: Json,
): Result<Json, string> {
  const patched = applyJsonPatch(object, operations, { createMissingParents })
  return patched.ok ? patched : err(patched.error.message)
}

/** Templates see what match conditions see, by the same names: `.object`, `.oldObject`, `.request`, and `.namespace`. */
function render(template: Template, request: InterceptionRequest): Result<string, string> {
  const { object, oldObject, namespace } = request
  const text = template.execute({ object, oldObject, request: request.request, namespace })
  return text.ok ? text : err(text.error.message)
}
