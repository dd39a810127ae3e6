import { isJsonObject, type Json, type JsonObject } from './json.js'
import { err, ok, type Result } from './result.js'

/** `In`, `NotIn`, `Exists` and `DoesNotExist` are metav1.LabelSelector's; the string form adds comparisons of integers. */
export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: SelectorOperator
  readonly values: readonly string[]
}

/** All requirements must hold. No requirements match everything; what an absent selector means is up to the caller. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[]
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/**
 * Reads and validates a metav1.LabelSelector `{matchLabels, matchExpressions}`; null and absent parts are empty. The error
 * is one sentence that names the key, operator or value at fault.
 */
export function parseLabelSelector(json: Json): Result<LabelSelector, string> {
  if (json === null) return ok({ requirements: [] })
  if (!isJsonObject(json)) return err('a label selector must be an object')
  const labels = labelRequirements(own(json, 'matchLabels'))
  if (!labels.ok) return labels
  const expressions = expressionRequirements(own(json, 'matchExpressions'))
  if (!expressions.ok) return expressions
  const requirements = [...labels.value, ...expressions.value]
  const wrong = requirements.map(requirementError).find(message => message !== undefined)
  return wrong === undefined ? ok({ requirements }) : err(wrong)
}

function own(object: { readonly [key: string]: Json }, key: string): Json {
  return Object.hasOwn(object, key) ? object[key]! : null
}

type Requirements = Result<LabelRequirement[], string>

function labelRequirements(json: Json): Requirements {
  if (json === null) return ok([])
  if (!isJsonObject(json)) return err('matchLabels must be a map of strings')
  const requirements: LabelRequirement[] = []
  for (const key of Object.keys(json)) {
    const value = json[key]!
    if (typeof value !== 'string') return err(`matchLabels['${key}'] must be a string`)
    requirements.push({ key, operator: 'In', values: [value] })
  }
  return ok(requirements)
}

function expressionRequirements(json: Json): Requirements {
  if (json === null) return ok([])
  if (!Array.isArray(json)) return err('matchExpressions must be a list')
  const requirements: LabelRequirement[] = []
  for (const [i, item] of json.entries()) {
    const requirement = expressionRequirement(item, `matchExpressions[${i}]`)
    if (!requirement.ok) return requirement
    requirements.push(requirement.value)
  }
  return ok(requirements)
}

function expressionRequirement(json: Json, path: string): Result<LabelRequirement, string> {
  if (!isJsonObject(json)) return err(`${path} must be an object`)
  const key = own(json, 'key') ?? ''
  const operator = OPERATORS.find(name => name === own(json, 'operator'))
  const values = own(json, 'values') ?? []
  if (typeof key !== 'string') return err(`${path}.key must be a string`)
  if (operator === undefined) {
    return err(`${path}.operator is ${JSON.stringify(own(json, 'operator'))}: must be one of ${OPERATORS.join(', ')}`)
  }
  if (!Array.isArray(values)) return err(`${path}.values must be a list of strings`)
  const texts = values.filter(value => typeof value === 'string')
  return texts.length === values.length
    ? ok({ key, operator, values: texts })
    : err(`${path}.values must hold strings only`)
}

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const MAX_NAME = 63
const MAX_SUBDOMAIN = 253

/** A name of at most 63 characters, behind an optional DNS name of at most 253 and a slash. */
export function isLabelKey(key: string): boolean {
  const parts = key.split('/')
  const name = parts.at(-1)!
  if (parts.length > 2 || name.length > MAX_NAME || !NAME.test(name)) return false
  return parts.length === 1 || (parts[0]!.length <= MAX_SUBDOMAIN && SUBDOMAIN.test(parts[0]!))
}

/** Empty, or a name of at most 63 characters. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= MAX_NAME && NAME.test(value))
}

const INTEGER = /^[-+]?[0-9]+$/

function requirementError({ key, operator, values }: LabelRequirement): string | undefined {
  if (!isLabelKey(key)) return `'${key}' is not a label key`
  const isSet = operator === 'In' || operator === 'NotIn'
  if (isSet && values.length === 0) return `${operator} on '${key}' needs at least one value`
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    return `${operator} on '${key}' takes no values`
  }
  if ((operator === 'Gt' || operator === 'Lt') && !(values.length === 1 && INTEGER.test(values[0]!))) {
    return `${operator} on '${key}' needs one integer`
  }
  const wrong = values.find(value => !isLabelValue(value))
  return wrong === undefined ? undefined : `'${wrong}' is not a label value (for '${key}')`
}

/** True when the labels meet every requirement. */
export function matchesSelector(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.requirements.every(requirement => meets(requirement, labels))
}

function meets({ key, operator, values }: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  if (operator === 'DoesNotExist') return value === undefined
  if (value === undefined) return operator === 'NotIn'
  if (operator === 'Exists') return true
  if (operator === 'In') return values.includes(value)
  if (operator === 'NotIn') return !values.includes(value)
  if (!INTEGER.test(value)) return false
  const order = BigInt(value) - BigInt(values[0]!)
  return operator === 'Gt' ? order > 0n : order < 0n
}

const TOKEN = /\s*(==|!=|[(),=!<>]|[^\s(),=!<>]+)/y

/** Reads the form of command lines: `app in (a,b), !c, d=e, f!=g, h, i notin (j), k>1`. Nothing matches everything. */
export function parseSelectorText(text: string): Result<LabelSelector, string> {
  const tokens = tokensOf(text)
  const requirements: LabelRequirement[] = []
  let at = 0
  while (at < tokens.length) {
    const parsed = textRequirement(tokens, at)
    if (parsed === undefined) return err(`'${text}' is not a label selector: unexpected '${tokens[at]}'`)
    const message = requirementError(parsed.requirement)
    if (message !== undefined) return err(message)
    requirements.push(parsed.requirement)
    at = parsed.next
    if (at === tokens.length) break
    if (tokens[at] !== ',' || at + 1 === tokens.length) {
      return err(`'${text}' is not a label selector: unexpected '${tokens[at]}'`)
    }
    at++
  }
  return ok({ requirements })
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const source = text.trim()
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) tokens.push(match[1]!)
  return tokens
}

interface Parsed {
  readonly requirement: LabelRequirement
  readonly next: number
}

function textRequirement(tokens: readonly string[], at: number): Parsed | undefined {
  if (tokens[at] === '!') {
    const key = wordAt(tokens, at + 1)
    return key === '' ? undefined : { requirement: { key, operator: 'DoesNotExist', values: [] }, next: at + 2 }
  }
  const key = wordAt(tokens, at)
  if (key === '') return undefined
  const sign = tokens[at + 1]
  if (sign === undefined || sign === ',') return { requirement: { key, operator: 'Exists', values: [] }, next: at + 1 }
  if (sign === 'in' || sign === 'notin') return setRequirement(tokens, at, key, sign === 'in' ? 'In' : 'NotIn')
  const operator = SIGNS.get(sign)
  if (operator === undefined) return undefined
  const value = wordAt(tokens, at + 2)
  return { requirement: { key, operator, values: [value] }, next: at + (value === '' ? 2 : 3) }
}

const SIGNS = new Map<string, SelectorOperator>([
  ['=', 'In'],
  ['==', 'In'],
  ['!=', 'NotIn'],
  ['>', 'Gt'],
  ['<', 'Lt'],
])

function wordAt(tokens: readonly string[], at: number): string {
  const token = tokens[at]
  return token === undefined || /^(?:==|!=|[(),=!<>])$/.test(token) ? '' : token
}

/** `(a,b)`; an empty place between commas is the empty value. */
function setRequirement(
  tokens: readonly string[],
  at: number,
  key: string,
  operator: 'In' | 'NotIn',
): Parsed | undefined {
  const close = tokens.indexOf(')', at)
  if (tokens[at + 2] !== '(' || close === -1) return undefined
  const inner = tokens.slice(at + 3, close)
  const values = ['']
  for (const token of inner) {
    if (token === ',') values.push('')
    else values[values.length - 1] = token
  }
  const isWellFormed = inner.every((token, i) => token === ',' || wordAt(inner, i - 1) === '')
  return isWellFormed ? { requirement: { key, operator, values: [...new Set(values)] }, next: close + 1 } : undefined
}

/** The string form, as `kubectl` prints it: `app in (a,b),!c,d`. Empty for a selector that matches everything. */
export function formatSelector({ requirements }: LabelSelector): string {
  return requirements.map(formatRequirement).join(',')
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    case 'Gt':
      return `${key}>${values[0]}`
    case 'Lt':
      return `${key}<${values[0]}`
  }
}

/** The metav1.LabelSelector of a selector that came from one: every requirement as an expression. */
export function selectorToJson({ requirements }: LabelSelector): JsonObject {
  if (requirements.length === 0) return {}
  const matchExpressions = requirements.map(({ key, operator, values }): JsonObject => {
    return values.length === 0 ? { key, operator } : { key, operator, values: [...values] }
  })
  return { matchExpressions }
}
