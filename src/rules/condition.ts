import { Environment } from '@marcbachmann/cel-js'
import type { Json } from '../lang/json.js'
import { compileRegex } from '../lang/regex.js'
import { err, ok, type Result } from '../lang/result.js'
import { addKubernetesFunctions } from './cel-functions.js'

/** A CEL match condition as admissionregistration.k8s.io/v1 has them, compiled. */
export interface MatchCondition {
  readonly name: string
  readonly expression: string
  /** Why it could not be evaluated is the error; a condition that errors neither matches nor fails to. */
  evaluate(input: ConditionInput): Result<boolean, string>
}

/** The variables of a match condition. Kubernetes' `authorizer` needs an API server and is an error here. */
export interface ConditionInput {
  readonly object: Json
  readonly oldObject: Json
  readonly request: Json
}

/** Bounds on an expression, so that a rules file cannot stall the server: the size Kubernetes allows, and a sane nesting. */
const MAX_EXPRESSION_LENGTH = 10_240
const LIMITS = {
  maxAstNodes: 10_000,
  maxDepth: 100,
  maxListElements: 1_000,
  maxMapEntries: 1_000,
  maxCallArguments: 32,
}

/** Compiles one condition; the error is one line and names the column. */
export function parseCondition(name: string, expression: string): Result<MatchCondition, string> {
  if (expression.length > MAX_EXPRESSION_LENGTH)
    return err(`expression is longer than ${MAX_EXPRESSION_LENGTH} characters`)
  try {
    const program = environment().parse(withLinearRegex(expression))
    const check = program.check()
    if (!check.valid) return err(oneLine(check.error))
    if (check.type !== 'bool' && check.type !== 'dyn') return err(`must be a boolean, but is of type ${check.type}`)
    return ok({ name, expression, evaluate: input => evaluate(program, input) })
  } catch (thrown) {
    return err(oneLine(thrown))
  }
}

function evaluate(
  program: (context: Record<string, unknown>) => unknown,
  input: ConditionInput,
): Result<boolean, string> {
  try {
    const { object, oldObject, request } = input
    const value = program({ object: toCel(object), oldObject: toCel(oldObject), request: toCel(request) })
    return typeof value === 'boolean' ? ok(value) : err(`result is not a boolean but ${typeof value}`)
  } catch (thrown) {
    return err(oneLine(thrown))
  }
}

let shared: Environment | undefined

function environment(): Environment {
  if (shared !== undefined) return shared
  shared = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits: LIMITS })
  for (const variable of ['object', 'oldObject', 'request']) shared.registerVariable(variable, 'dyn')
  shared.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, pattern: string) => {
    const regex = compileRegex(pattern)
    if (!regex.ok) throw new Error(regex.error)
    return regex.value.matches(text)
  })
  addKubernetesFunctions(shared)
  return shared
}

/** As long as the name it stands in for, so that columns in error messages stay true. */
const LINEAR_MATCHES = 're2Test'

/**
 * The CEL library runs `matches` on JavaScript's backtracking engine and does not let it be replaced. A user's pattern must
 * run in linear time, so the call is renamed to one of ours. String literals and comments are stepped over.
 */
function withLinearRegex(expression: string): string {
  const token =
    /r?("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\.(\s*)matches(?=\s*\()/g
  return expression.replace(token, (text, _string, gap: string | undefined) =>
    gap === undefined ? text : `.${gap}${LINEAR_MATCHES}`,
  )
}

/** CEL integers are bigint: an integral JSON number must be one, or `spec.replicas > 1` would compare different types. */
function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toCel)
  return new Map(Object.keys(value).map(key => [key, toCel(value[key] ?? null)]))
}

/** The library prints the expression with a caret below; a rules file's error has one line, so the caret becomes a column. */
function oneLine(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const [first = ''] = thrown.message.replaceAll(LINEAR_MATCHES, 'matches').split('\n')
  const start = (thrown as { node?: { pos?: number } }).node?.pos
  return start === undefined ? first : `${first} (column ${start + 1})`
}
