import type { InjectionConfig, InjectionTemplate } from '../config/injection-config.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { YamlMemo, YamlShapes } from '../lang/yaml/index.js'
import { type FunctionMap, parseTemplate, type Template, type TemplateError } from '../template/index.js'
import { MEMO_INPUTS } from './context.js'
import { inertFunctions } from './inert.js'

/** A template of the injection configuration, parsed once for all pods. */
export interface CompiledTemplate {
  readonly source: InjectionTemplate
  readonly template: Template
  /** The same with functions that read inert twins of values (inert.ts); compiled when it is first needed. */
  readonly inert: () => Template
  /** Blocks of what the templates of this configuration rendered; one for all of them. */
  readonly memo: YamlMemo
  /** What the template rendered before, apart from values. */
  readonly shapes: YamlShapes
}

/** Parses every template; one that does not parse rejects the configuration, with its position in the file. */
export function compileTemplates(
  config: InjectionConfig,
  functions: FunctionMap,
): Result<ReadonlyMap<string, CompiledTemplate>, readonly Problem[]> {
  const compiled = new Map<string, CompiledTemplate>()
  const problems: Problem[] = []
  const memo = new YamlMemo()
  for (const [name, source] of config.templates) {
    const parsed = parseTemplate(TEMPLATE_NAME, source.text, { functions, memo: MEMO_INPUTS })
    if (parsed.ok) {
      const inert = inertTwin(source, parsed.value, functions)
      compiled.set(name, { source, template: parsed.value, inert, memo, shapes: new YamlShapes() })
    } else problems.push(templateProblem(source, parsed.error, 'template-syntax'))
  }
  return problems.length === 0 ? ok(compiled) : err(problems)
}

function inertTwin(source: InjectionTemplate, template: Template, functions: FunctionMap): () => Template {
  let twin: Template | undefined
  return () => {
    if (twin === undefined) {
      const parsed = parseTemplate(TEMPLATE_NAME, source.text, { functions: inertFunctions(functions) })
      twin = parsed.ok ? parsed.value : template
    }
    return twin
  }
}

/** The reference calls every template this, and errors say so. */
const TEMPLATE_NAME = 'inject'

/** An error of a template as a finding on the file that it stands in. */
export function templateProblem(source: InjectionTemplate, error: TemplateError, code: string): Problem {
  const position = positionInFile(source, error.line, error.column)
  return {
    severity: 'error',
    code,
    message: error.message,
    ...(position === undefined ? {} : { position }),
    path: `templates.${source.name}`,
  }
}

/** `column` counts from 0. Where lines of text and file do not correspond, the position is that of the template's key. */
export function positionInFile(source: InjectionTemplate, line: number, column: number): Position | undefined {
  const { position, isLineByLine } = source
  if (position === undefined || !isLineByLine) return position
  return { ...position, line: position.line + line - 1, column: position.column + column }
}
