import { isJsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'
import { type LabelSelector, parseLabelSelector } from '../lang/selector.js'
import { parseYaml, parseYamlStream, type YamlDocument } from '../lang/yaml/index.js'
import type { JsonPatchOperation } from '../patch/index.js'
import { type FunctionMap, parseTemplate, type Template } from '../template/index.js'
import { type MatchCondition, parseCondition } from './condition.js'
import { configMapsOf } from './objects.js'
import { type Reader, readerOf } from './reader.js'
import type { Action, Operation, ResourceRule, Rule } from './rule.js'

export const RULES_API_VERSION = 'pillion.dev/v1alpha1'
export const RULES_KIND = 'InterceptionRules'

/** Bounds on one file: the API server asks every webhook of every matching object, so a long list is a mistake. */
const MAX_RULES = 200

/** What a rules file may refer to. The shell reads; the core only asks. */
export interface RuleSources {
  /** Content of a file named relative to the rules file, or why it cannot be read. */
  readonly readFile: (path: string) => Result<string, string>
  /** `data` of the ConfigMap manifests that were given besides the rules file, by `namespace/name`. */
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Functions that templates may call. */
  readonly functions: FunctionMap
  /** The strategic merge schema of a kind, by group, version and plural resource, if there is one. */
  readonly hasStrategicMerge: (group: string, version: string, resource: string) => boolean
}

export interface RulesFile {
  /** In file order, which is the order in which they are applied. */
  readonly rules: readonly Rule[]
  /** All that is wrong; with an error among them, the file must not be put in force. */
  readonly problems: readonly Problem[]
}

/** Parses and compiles a rules file: documents of kind InterceptionRules, and the ConfigMaps that hold their content. */
export function parseRules(text: string, file: string, sources: RuleSources): RulesFile {
  const problems: Problem[] = []
  const documents = parseYamlStream(text, { file })
  for (const document of documents) problems.push(...document.problems)
  if (problems.some(problem => problem.severity === 'error')) return { rules: [], problems }

  const configMaps = new Map([...sources.configMaps, ...configMapsOf(documents)])
  const rules = documents.flatMap(document => parseDocument(document, { ...sources, configMaps }, problems))
  reportDuplicates(rules, problems)
  if (rules.length === 0 && problems.length === 0) {
    problems.push({
      severity: 'error',
      code: 'no-rules',
      message: `${file} holds no ${RULES_KIND} document`,
      position: { file, line: 1, column: 1 },
    })
  }
  return { rules, problems }
}

function parseDocument(document: YamlDocument, sources: RuleSources, problems: Problem[]): Rule[] {
  const { value } = document
  if (value === null || (isJsonObject(value) && value['kind'] === 'ConfigMap')) return []
  const reader = readerOf(value, [], path => document.locate(path), problems)
  if (!isJsonObject(value) || value['kind'] !== RULES_KIND) {
    const kind = isJsonObject(value) ? String(value['kind'] ?? 'no kind') : 'no object'
    reader.problem('unexpected-kind', `expected ${RULES_KIND} or ConfigMap, found ${kind}`)
    return []
  }
  reader.only(['apiVersion', 'kind', 'metadata', 'rules'])
  reader.field('apiVersion').choice([RULES_API_VERSION])
  const items = reader.field('rules').items()
  if (items.length > MAX_RULES) reader.field('rules').problem('too-many', `more than ${MAX_RULES} rules`)
  return items.slice(0, MAX_RULES).flatMap(item => parseRule(item, sources) ?? [])
}

function reportDuplicates(rules: readonly Rule[], problems: Problem[]): void {
  const seen = new Set<string>()
  for (const { name, position } of rules) {
    if (seen.has(name)) {
      const message = `rule ${name} is defined twice; the name is its path /mutate/${name}`
      problems.push({
        severity: 'error',
        code: 'duplicate-rule',
        message,
        ...(position === undefined ? {} : { position }),
      })
    }
    seen.add(name)
  }
}

const RULE_FIELDS = [
  'name',
  'match',
  'merge',
  'patch',
  'deny',
  'record',
  'failurePolicy',
  'timeoutSeconds',
  'reinvocationPolicy',
]

function parseRule(reader: Reader, sources: RuleSources): Rule | undefined {
  if (reader.object() === undefined) {
    reader.problem('wrong-type', 'a rule is an object')
    return undefined
  }
  reader.only(RULE_FIELDS)
  const match = reader.field('match')
  match.only(['resources', 'namespaceSelector', 'objectSelector', 'matchConditions'])
  const resources = parseResources(match)
  const action = parseAction(reader, resources, sources)
  const rule = {
    name: parseName(reader.field('name')),
    resources,
    namespaceSelector: parseSelector(match.field('namespaceSelector')),
    objectSelector: parseSelector(match.field('objectSelector')),
    matchConditions: match
      .field('matchConditions')
      .items()
      .flatMap(item => parseMatchCondition(item) ?? []),
    failurePolicy: reader.field('failurePolicy').choice(['Ignore', 'Fail'] as const, 'Ignore'),
    timeoutSeconds: reader.field('timeoutSeconds').integer(10, 1, 30),
    reinvocationPolicy: reader.field('reinvocationPolicy').choice(['Never', 'IfNeeded'] as const, 'Never'),
    position: reader.position,
  }
  return action === undefined ? undefined : { ...rule, action }
}

function parseName(reader: Reader): string {
  const name = reader.string()
  if (reader.isPresent && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    reader.problem(
      'invalid-name',
      `${JSON.stringify(name)} is not a name: lower-case letters, digits and -, at most 63`,
    )
  }
  return name
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'] as const

function parseResources(match: Reader): ResourceRule[] {
  const resources = match.field('resources')
  const items = resources.items()
  if (items.length === 0)
    resources.problem(
      'missing',
      'names the resources to intercept, such as {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}',
    )
  return items.map(item => {
    item.only(['apiGroups', 'apiVersions', 'resources', 'operations', 'scope'])
    return {
      apiGroups: parseStrings(item.field('apiGroups')),
      apiVersions: parseStrings(item.field('apiVersions')),
      resources: parseStrings(item.field('resources')),
      operations: parseNonEmpty(item.field('operations'), operation => operation.choice<Operation | '*'>(OPERATIONS)),
      scope: item.field('scope').choice(['*', 'Namespaced', 'Cluster'] as const, '*'),
    }
  })
}

function parseStrings(reader: Reader): string[] {
  return parseNonEmpty(reader, item => (item.json === '' ? '' : item.string()))
}

function parseNonEmpty<T>(reader: Reader, parse: (item: Reader) => T): T[] {
  const items = reader.items()
  if (items.length === 0) reader.problem('missing', 'needs at least one entry ("*" is all)')
  return items.map(parse)
}

function parseSelector(reader: Reader): LabelSelector | undefined {
  const value = reader.object()
  if (value === undefined) return undefined
  const selector = parseLabelSelector(value)
  if (selector.ok) return selector.value
  reader.problem('invalid-selector', selector.error)
  return undefined
}

function parseMatchCondition(reader: Reader): MatchCondition | undefined {
  reader.only(['name', 'expression'])
  const condition = parseCondition(reader.field('name').string(), reader.field('expression').string())
  if (condition.ok) return condition.value
  reader.field('expression').problem('invalid-expression', condition.error)
  return undefined
}

const ACTIONS = ['merge', 'patch', 'deny', 'record'] as const

function parseAction(rule: Reader, resources: readonly ResourceRule[], sources: RuleSources): Action | undefined {
  const given = ACTIONS.filter(kind => rule.field(kind).json !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    rule.problem(
      'action',
      `a rule has exactly one of ${ACTIONS.join(', ')}${kind === undefined ? '' : `, not ${given.join(' and ')}`}`,
    )
    return undefined
  }
  const reader = rule.field(kind)
  if (kind === 'merge' || kind === 'patch') reportUnpatchable(reader, resources)
  switch (kind) {
    case 'merge':
      return parseMerge(reader, resources, sources)
    case 'patch':
      return parsePatch(reader, sources)
    case 'deny':
      return parseDeny(reader, sources)
    case 'record':
      return parseRecord(reader, sources)
  }
}

/** The API server refuses a patch where there is no new object. */
function reportUnpatchable(reader: Reader, resources: readonly ResourceRule[]): void {
  if (
    resources.some(({ operations }) => operations.some(operation => operation === 'DELETE' || operation === 'CONNECT'))
  ) {
    reader.problem(
      'unpatchable',
      'DELETE and CONNECT have no object to change: use deny or record for them, in a rule of their own',
    )
  }
}

function parseMerge(reader: Reader, resources: readonly ResourceRule[], sources: RuleSources): Action | undefined {
  reader.only(['template', 'templateFrom', 'strategy'])
  const strategy = reader.field('strategy').choice(['strategic', 'json'] as const, 'strategic')
  const template = parseContentTemplate(reader, 'template', sources)
  if (strategy === 'strategic') {
    for (const { apiGroups, apiVersions, resources: names } of resources) {
      const unknown = combinations(apiGroups, apiVersions, names).find(
        ([group, version, name]) => !sources.hasStrategicMerge(group, version, name),
      )
      if (unknown !== undefined) {
        reader
          .field('strategy')
          .problem(
            'no-strategic-merge',
            `${unknown.filter(Boolean).join('/')} has no strategic merge schema here; use strategy: json`,
          )
      }
    }
  }
  return template === undefined ? undefined : { kind: 'merge', strategy, template }
}

function combinations(
  groups: readonly string[],
  versions: readonly string[],
  resources: readonly string[],
): [string, string, string][] {
  return groups.flatMap(group =>
    versions.flatMap(version => resources.map(name => [group, version, name] as [string, string, string])),
  )
}

function parsePatch(reader: Reader, sources: RuleSources): Action | undefined {
  reader.only(['operations', 'operationsFrom', 'createMissingParents'])
  const createMissingParents = reader.field('createMissingParents').boolean(false)
  const operations = parseOperations(reader, sources)
  return operations === undefined ? undefined : { kind: 'patch', operations, createMissingParents }
}

function parseOperations(reader: Reader, sources: RuleSources): readonly JsonPatchOperation[] | undefined {
  const from = reader.field('operationsFrom')
  if (!from.isPresent) return checkOperations(reader.field('operations'))
  const text = parseContentFrom(from, sources)
  const parsed = text === undefined ? undefined : parseYaml(text)
  if (parsed?.ok === false) from.problem('yaml-syntax', parsed.error.message)
  return parsed?.ok === true ? checkOperations(from.holding(parsed.value)) : undefined
}

/** Checks the form of RFC 6902 operations; whether their paths exist depends on the object and is known only then. */
function checkOperations(reader: Reader): readonly JsonPatchOperation[] | undefined {
  const items = reader.items()
  if (items.length === 0) reader.problem('missing', 'needs at least one operation')
  for (const item of items) checkOperation(item)
  return items.length === 0 ? undefined : (reader.json as unknown as readonly JsonPatchOperation[])
}

function checkOperation(item: Reader): void {
  const op = item.field('op').choice(['add', 'remove', 'replace', 'move', 'copy', 'test'] as const)
  checkPointer(item.field('path'))
  const isMove = op === 'move' || op === 'copy'
  if (isMove) checkPointer(item.field('from'))
  const hasValue = op === 'add' || op === 'replace' || op === 'test'
  if (hasValue && item.field('value').json === undefined) item.field('value').problem('missing', `is required by ${op}`)
  item.only(['op', 'path', ...(isMove ? ['from'] : []), ...(hasValue ? ['value'] : [])])
}

function checkPointer(reader: Reader): void {
  const pointer = reader.string()
  if (!reader.isPresent || /^(\/([^~/]|~[01])*)*$/.test(pointer)) return
  reader.problem(
    'invalid-pointer',
    `${JSON.stringify(pointer)} is not a JSON pointer: /spec/containers/0/image, with ~1 for / and ~0 for ~`,
  )
}

function parseDeny(reader: Reader, sources: RuleSources): Action | undefined {
  reader.only(['message', 'messageFrom', 'code'])
  const code = reader.field('code').integer(403, 400, 599)
  const message = parseContentTemplate(reader, 'message', sources)
  return message === undefined ? undefined : { kind: 'deny', message, code }
}

function parseRecord(reader: Reader, sources: RuleSources): Action | undefined {
  reader.only(['message', 'messageFrom'])
  const hasMessage = reader.field('message').isPresent || reader.field('messageFrom').isPresent
  return { kind: 'record', message: hasMessage ? parseContentTemplate(reader, 'message', sources) : undefined }
}

/** A template given in place (`template: …`) or elsewhere (`templateFrom: {file: …}` or `{configMapKeyRef: …}`). */
function parseContentTemplate(
  reader: Reader,
  name: 'template' | 'message',
  sources: RuleSources,
): Template | undefined {
  const from = reader.field(`${name}From`)
  const where = from.isPresent ? from : reader.field(name)
  const text = from.isPresent ? parseContentFrom(from, sources) : where.string()
  if (text === undefined || !where.isPresent) return undefined
  const template = parseTemplate(name, text, { functions: sources.functions })
  if (template.ok) return template.value
  const { line, column, message } = template.error
  where.problem('template-syntax', `${message} (line ${line}, column ${column} of the template)`)
  return undefined
}

function parseContentFrom(reader: Reader, sources: RuleSources): string | undefined {
  reader.only(['file', 'configMapKeyRef'])
  const file = reader.field('file')
  if (file.isPresent) {
    const text = sources.readFile(file.string())
    if (!text.ok) file.problem('unreadable', text.error)
    return text.ok ? text.value : undefined
  }
  const reference = reader.field('configMapKeyRef')
  if (!reference.isPresent) {
    reader.problem('missing', 'needs file or configMapKeyRef')
    return undefined
  }
  reference.only(['namespace', 'name', 'key'])
  const [name, key] = [reference.field('name').string(), reference.field('key').string()]
  const id = `${reference.field('namespace').string('default')}/${name}`
  const data = sources.configMaps.get(id)
  if (data === undefined || !Object.hasOwn(data, key)) {
    const known = data === undefined ? [...sources.configMaps.keys()] : Object.keys(data)
    const what = data === undefined ? `ConfigMap ${id} is not among the files` : `ConfigMap ${id} has no key ${key}`
    reference.problem(
      'missing-content',
      `${what}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`,
    )
    return undefined
  }
  return data[key]
}
