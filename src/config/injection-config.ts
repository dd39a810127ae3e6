import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { type LabelSelector, parseLabelSelector } from '../lang/selector.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { wholeConfigMap } from './config-map.js'

type Path = readonly (string | number)[]

export interface InjectionTemplate {
  readonly name: string
  readonly text: string
  /** Where line 1, column 1 of the text stands in the file; undefined for text that stands in no file. */
  readonly position: Position | undefined
  /** Each line of the text is one line of the file, as in a block scalar or a file of its own. */
  readonly isLineByLine: boolean
}

/** A selector of neverInjectSelector or alwaysInjectSelector. */
export interface InjectionSelector {
  readonly raw: JsonObject
  /** Undefined for one that is invalid, which is skipped. */
  readonly selector: LabelSelector | undefined
  /** An empty selector never matches here. */
  readonly isEmpty: boolean
}

/** The `config` key of the injector's ConfigMap, read; templates are compiled in src/inject/compile.ts. */
export interface InjectionConfig {
  /** As written; only `enabled` and `disabled` mean something. */
  readonly policy: string
  /** Never empty: `[sidecar]` if the file says nothing. */
  readonly defaultTemplates: readonly string[]
  readonly templates: ReadonlyMap<string, InjectionTemplate>
  readonly aliases: ReadonlyMap<string, readonly string[]>
  readonly neverInjectSelector: readonly InjectionSelector[]
  readonly alwaysInjectSelector: readonly InjectionSelector[]
  readonly injectedAnnotations: ReadonlyMap<string, string>
  /** What is odd but harmless: no templates, a selector that is skipped. */
  readonly warnings: readonly Problem[]
  readonly locate: (path: Path) => Position | undefined
}

export interface InjectionConfigOptions {
  readonly file?: string
  /**
   * kube-inject also takes a file that is one template, called `sidecar`, instead of a configuration. Default false: such a
   * file is a configuration without any known key.
   */
  readonly allowsBareTemplate?: boolean
}

/** The reference's name for a template where nothing names one. */
export const DEFAULT_TEMPLATE = 'sidecar'

/**
 * Reads the text of the configuration. Unknown keys are ignored, `template` (for old injectors) among them; wrong types
 * fail, all of them reported with their position.
 */
export function parseInjectionConfig(
  text: string,
  options: InjectionConfigOptions = {},
): Result<InjectionConfig, readonly Problem[]> {
  const document = parseYamlStream(text, options)[0]
  const failures = document?.problems.filter(({ severity }) => severity === 'error') ?? []
  const locate = (path: Path): Position | undefined => document?.locate(path)
  const whole = wholeConfigMap(document?.value, 'config', locate)
  if (whole !== undefined) return err([whole])
  const isTemplate = isBareTemplate(failures.length > 0 ? undefined : document?.value)
  if (options.allowsBareTemplate === true && isTemplate) return ok(bareTemplateConfig(text, options))
  if (failures.length > 0) return err(failures)
  return readConfig(document?.value ?? null, text, locate)
}

/** The configuration of kube-inject with a bare template file. */
export function bareTemplateConfig(text: string, options: { readonly file?: string } = {}): InjectionConfig {
  const position = { ...(options.file === undefined ? {} : { file: options.file }), line: 1, column: 1 }
  const template = { name: DEFAULT_TEMPLATE, text, position, isLineByLine: true }
  return {
    policy: 'enabled',
    defaultTemplates: [DEFAULT_TEMPLATE],
    templates: new Map([[DEFAULT_TEMPLATE, template]]),
    aliases: new Map(),
    neverInjectSelector: [],
    alwaysInjectSelector: [],
    injectedAnnotations: new Map(),
    warnings: [],
    locate: () => undefined,
  }
}

/** Not YAML (templates seldom are), or YAML without any key that a configuration with templates has. */
function isBareTemplate(value: Json | undefined): boolean {
  return !(isJsonObject(value) && isJsonObject(value['templates']) && Object.keys(value['templates']).length > 0)
}

function readConfig(
  value: Json,
  text: string,
  locate: (path: Path) => Position | undefined,
): Result<InjectionConfig, readonly Problem[]> {
  const reader = new ConfigReader(locate)
  const root = value === null ? emptyObject() : reader.object([], value)
  const templates = reader.strings(['templates'], root['templates'])
  const defaults = reader.list(['defaultTemplates'], root['defaultTemplates'])
  const config: InjectionConfig = {
    policy: reader.text(['policy'], root['policy'] ?? '') ?? '',
    defaultTemplates: defaults.length === 0 ? [DEFAULT_TEMPLATE] : defaults,
    templates: new Map([...templates].map(([name, body]) => [name, placeTemplate(name, body, text, locate)])),
    aliases: reader.lists(['aliases'], root['aliases']),
    neverInjectSelector: reader.selectors(['neverInjectSelector'], root['neverInjectSelector']),
    alwaysInjectSelector: reader.selectors(['alwaysInjectSelector'], root['alwaysInjectSelector']),
    injectedAnnotations: reader.strings(['injectedAnnotations'], root['injectedAnnotations']),
    warnings: reader.warnings,
    locate,
  }
  if (templates.size === 0)
    reader.warn([], 'no-templates', 'the injection configuration has no templates: nothing would be injected')
  return reader.errors.length === 0 ? ok(config) : err(reader.errors)
}

/** Finding positions reads the file once more, so it is left until a template fails. */
function placeTemplate(
  name: string,
  text: string,
  source: string,
  locate: (path: Path) => Position | undefined,
): InjectionTemplate {
  let place: Place | undefined
  const find = (): Place => {
    place ??= placeOf(text, source, locate(['templates', name]))
    return place
  }
  return {
    name,
    text,
    get position() {
      return find().position
    },
    get isLineByLine() {
      return find().isLineByLine
    },
  }
}

type Place = Pick<InjectionTemplate, 'position' | 'isLineByLine'>

/** Lines of a block scalar start on the line after its key, all indented alike. */
function placeOf(text: string, source: string, key: Position | undefined): Place {
  if (key === undefined) return { position: undefined, isLineByLine: false }
  const lines = source.split('\n')
  const isBlock = /[|>][-+0-9]*\s*(?:#.*)?$/.test(lines[key.line - 1] ?? '')
  if (!isBlock) return { position: key, isLineByLine: false }
  const body = lines.slice(key.line).find(line => line.trim() !== '') ?? ''
  const indent = body.length - body.trimStart().length - (text.length - text.replace(/^ +/, '').length)
  return { position: { ...key, line: key.line + 1, column: Math.max(indent, 0) + 1 }, isLineByLine: true }
}

/** Reads typed parts of the document and collects what does not fit. */
class ConfigReader {
  readonly errors: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #locate: (path: Path) => Position | undefined

  constructor(locate: (path: Path) => Position | undefined) {
    this.#locate = locate
  }

  warn(path: Path, code: string, message: string): void {
    this.warnings.push(this.#problem('warning', path, code, message))
  }

  object(path: Path, value: Json | undefined): JsonObject {
    if (value === undefined || value === null) return emptyObject()
    if (isJsonObject(value)) return value
    this.#fail(path, 'a map', value)
    return emptyObject()
  }

  /** Bare numbers and booleans are text where text is wanted, as in all typed YAML of Kubernetes. */
  text(path: Path, value: Json): string | undefined {
    if (typeof value === 'string') return value
    if (value === null) return ''
    if (typeof value !== 'object') return String(value)
    this.#fail(path, 'text', value)
    return undefined
  }

  list(path: Path, value: Json | undefined): string[] {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) {
      this.#fail(path, 'a list', value)
      return []
    }
    return value.flatMap((item, i) => this.text([...path, i], item) ?? [])
  }

  strings(path: Path, value: Json | undefined): Map<string, string> {
    const object = this.object(path, value)
    return new Map(
      Object.keys(object)
        .sort()
        .map(key => [key, this.text([...path, key], object[key] ?? null) ?? '']),
    )
  }

  lists(path: Path, value: Json | undefined): Map<string, string[]> {
    const object = this.object(path, value)
    return new Map(
      Object.keys(object)
        .sort()
        .map(key => [key, this.list([...path, key], object[key])]),
    )
  }

  selectors(path: Path, value: Json | undefined): InjectionSelector[] {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) {
      this.#fail(path, 'a list of label selectors', value)
      return []
    }
    return value.map((item, i) => this.#selector([...path, i], item))
  }

  #selector(path: Path, value: Json): InjectionSelector {
    const raw = this.object(path, value)
    const parsed = parseLabelSelector(raw)
    if (!parsed.ok) this.warn(path, 'invalid-selector', `this selector is skipped: ${String(parsed.error)}`)
    const isEmpty = isBlank(raw['matchLabels']) && isBlank(raw['matchExpressions'])
    return { raw, selector: parsed.ok ? parsed.value : undefined, isEmpty }
  }

  #fail(path: Path, wanted: string, value: Json): void {
    const found = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : JSON.stringify(value)
    this.errors.push(this.#problem('error', path, 'wrong-type', `expected ${wanted}, not ${found}`))
  }

  #problem(severity: 'error' | 'warning', path: Path, code: string, message: string): Problem {
    const position = this.#locate(path)
    return {
      severity,
      code,
      message,
      ...(position === undefined ? {} : { position }),
      ...(path.length === 0 ? {} : { path: path.join('.') }),
    }
  }
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}
