import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import type { YamlDocument } from '../lang/yaml/index.js'
import type { CrdChecker } from './crd/checker.js'
import { collectFindings, type Findings, formatPath, type Path, quote, toProblem } from './finding.js'
import type { ConfigKind } from './kinds/kind.js'
import { child, textAt, textMap } from './kinds/kubernetes/reader.js'
import { findKind } from './kinds/registry.js'
import { itemLines } from './list-items.js'
import { checkMetadata } from './metadata.js'
import { type ConfigObject, objectId } from './object.js'
import { settingsKind } from './settings-files.js'

export interface ParseConfigOptions {
  /** The name that positions carry. */
  readonly file?: string | undefined
  /** For documents without a namespace. `default` when absent. */
  readonly defaultNamespace?: string
  /** Checks Istio objects against their CRD's schema and rules, as an API server would; absent: not checked. */
  readonly schemas?: CrdChecker
}

/** A document of a kind that Pillion does not read: not a mistake, but worth a word. */
export interface IgnoredDocument {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly position: Position | undefined
}

export interface ParsedConfig {
  /** Valid objects in the order of the documents; two may have one id: whoever collects them decides. */
  readonly objects: readonly ConfigObject[]
  /** Warnings are of valid objects too. */
  readonly problems: readonly Problem[]
  /** Ids of objects that are there but invalid: their last good version, if any, stays in force. */
  readonly invalid: readonly string[]
  /** A document could not be read, so that nobody knows what else it was meant to hold. */
  readonly isBroken: boolean
  readonly ignored: readonly IgnoredDocument[]
}

/** Reads the objects of a stream, in `List`s too. An invalid one is a problem, and harms no other. */
export function parseConfigDocuments(
  documents: readonly YamlDocument[],
  options: ParseConfigOptions = {},
): ParsedConfig {
  const parsed: Collected = { objects: [], problems: [], invalid: [], isBroken: false, ignored: [] }
  for (const document of documents) {
    parsed.problems.push(...document.problems)
    if (document.problems.some(({ severity }) => severity === 'error')) parsed.isBroken = true
    else if (document.value !== null) readDocument(document, options, parsed)
  }
  return parsed
}

interface Collected {
  readonly objects: ConfigObject[]
  readonly problems: Problem[]
  readonly invalid: string[]
  isBroken: boolean
  readonly ignored: IgnoredDocument[]
}

type Locate = (path: Path) => Position | undefined

function readDocument(document: YamlDocument, options: ParseConfigOptions, parsed: Collected): void {
  const locate: Locate = path => document.locate(path)
  const { value } = document
  if (!isJsonObject(value)) {
    parsed.isBroken = true
    const message = `expected an object with apiVersion and kind, not ${quote(value)}`
    parsed.problems.push(toProblem({ severity: 'error', code: 'no-object', path: [], message }, locate))
  } else if (isList(value)) readList(value, document, options, parsed)
  else readObject(value, locate, firstContent(document, options.file), options, parsed)
}

/** `List`, and the typed lists that an API server prints (`VirtualServiceList`). */
function isList(value: JsonObject): boolean {
  return textAt(value, 'kind').endsWith('List') && Array.isArray(value['items'])
}

function readList(list: JsonObject, document: YamlDocument, options: ParseConfigOptions, parsed: Collected): void {
  const items = list['items'] as Json[]
  const apiVersion = textAt(list, 'apiVersion')
  const itemKind = textAt(list, 'kind').slice(0, -'List'.length)
  const lines = itemLines(document, items.length, options.file)
  for (const [index, item] of items.entries()) {
    const locate: Locate = path => document.locate(['items', index, ...path])
    const source = lines === undefined ? locate([]) : lines[index]
    if (!isJsonObject(item)) {
      const message = `expected an object with apiVersion and kind, not ${quote(item)}`
      const path = ['items', index]
      parsed.problems.push(toProblem({ severity: 'error', code: 'no-object', path, message }, p => document.locate(p)))
      continue
    }
    // Items of a typed list may leave out what the list says.
    const whole = itemKind === '' || Object.hasOwn(item, 'kind') ? item : { ...item, apiVersion, kind: itemKind }
    readObject(whole, locate, source, options, parsed)
  }
}

/** The first line with content; cheaper than asking for the place of the root, which reads the document again. */
function firstContent(document: YamlDocument, file: string | undefined): Position | undefined {
  const match = /^(?:\ufeff?[ \t]*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\r?\n)*[ \t]*/.exec(document.text)
  const before = match?.[0] ?? ''
  const line = document.line + (before.match(/\n/g)?.length ?? 0)
  const column = before.length - before.lastIndexOf('\n')
  return file === undefined ? { line, column } : { file, line, column }
}

function readObject(
  value: JsonObject,
  locate: Locate,
  source: Position | undefined,
  options: ParseConfigOptions,
  parsed: Collected,
): void {
  const findings = collectFindings()
  const kind = kindOf(value, source, findings, parsed)
  if (kind !== undefined) {
    const object = toObject(kind, value, source, options, findings)
    if (findings.hasErrors()) parsed.invalid.push(objectId(object))
    else parsed.objects.push(object)
  } else if (findings.hasErrors()) parsed.isBroken = true
  for (const finding of findings.list) parsed.problems.push(toProblem(finding, locate))
}

const UNUSED = {
  mesh: 'a mesh config is not read here: name the file with --meshConfig',
  networks: 'networks are not read here: name the file with --networksConfig',
} as const

/** Undefined, with a finding or an entry in `ignored`, for what is not read. */
function kindOf(
  value: JsonObject,
  position: Position | undefined,
  findings: Findings,
  parsed: Collected,
): ConfigKind | undefined {
  const [apiVersion, name] = [textAt(value, 'apiVersion'), textAt(value, 'kind')]
  const settings = settingsKind(value)
  if (settings !== undefined) {
    findings.warn([], UNUSED[settings], `unused-${settings}-config`)
    return undefined
  }
  if (apiVersion === '' || name === '') {
    const missing = apiVersion === '' ? 'apiVersion' : 'kind'
    findings.error([missing], `${missing} is missing: expected an object of Istio or Kubernetes`, 'no-kind')
    return undefined
  }
  const slash = apiVersion.indexOf('/')
  const kind = findKind(slash === -1 ? '' : apiVersion.slice(0, slash), name)
  if (kind === undefined) {
    parsed.ignored.push({ apiVersion, kind: name, name: textAt(child(value, 'metadata'), 'name'), position })
    return undefined
  }
  const version = apiVersion.slice(slash + 1)
  if (kind.versions.includes(version) || kind.family !== 'istio') return kind
  const known = kind.versions.join(', ')
  findings.error(['apiVersion'], `${name} has no version ${quote(version)}; expected one of ${known}`, 'no-version')
  return undefined
}

function toObject(
  kind: ConfigKind,
  value: JsonObject,
  source: Position | undefined,
  options: ParseConfigOptions,
  findings: Findings,
): ConfigObject {
  const metadata = child(value, 'metadata')
  const apiVersion = textAt(value, 'apiVersion')
  checkMetadata(kind, value, findings)
  const status = kind.status?.(value)
  const object: ConfigObject = {
    type: kind.type,
    kind: kind.kind,
    group: kind.group,
    version: apiVersion.slice(apiVersion.indexOf('/') + 1),
    namespace: kind.isNamespaced ? textAt(metadata, 'namespace') || (options.defaultNamespace ?? 'default') : '',
    name: textAt(metadata, 'name'),
    labels: textMap(metadata['labels']),
    annotations: textMap(metadata['annotations']),
    creationTimestamp: textAt(metadata, 'creationTimestamp'),
    spec: kind.parse(value, findings),
    ...(status && { status }),
    source,
  }
  if (kind.family !== 'istio') return object
  if (options.schemas !== undefined) checkAgainst(options.schemas, kind, object.version, value, findings)
  // Rules on meaning presume right types; after a type error they would only repeat it in other words.
  if (!findings.hasErrors()) kind.validate(object, findings)
  return object
}

/** What a value's type forbids, its schema forbids too: one finding for each place is enough. */
function checkAgainst(
  schemas: CrdChecker,
  kind: ConfigKind,
  version: string,
  value: JsonObject,
  findings: Findings,
): void {
  const judged = collectFindings()
  schemas.check(kind, version, value, judged)
  const known = new Set(findings.list.map(({ path }) => formatPath(path)))
  for (const { path, message, code } of judged.list) {
    if (!known.has(formatPath(path))) findings.error(path, message, code)
  }
}
