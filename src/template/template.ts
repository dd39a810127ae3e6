import { err, ok, type Result } from '../lang/result.js'
import { BUILTINS } from './builtins.js'
import { type CompileContext, compileNodes } from './compile.js'
import { type TemplateError, TemplateFailure } from './error.js'
import { FunctionError, type FunctionMap } from './function.js'
import { type MemoInputs, TemplateMemo } from './memo.js'
import { parseTrees, type Tree } from './parser.js'
import { compileSegments } from './segments.js'
import { nodeFacts } from './slots.js'
import { type Specialisation, type Specialised, specialise } from './specialise.js'
import { type CompiledTree, type ExecutionState, newState, type TextListener, type Unit } from './state.js'
import type { GoValue } from './value.js'

export interface ParseTemplateOptions {
  /** Functions besides Go's builtins; one of the same name hides the builtin. */
  readonly functions?: FunctionMap
  /** Delimiters of actions; default `{{` and `}}`. */
  readonly delimiters?: readonly [left: string, right: string]
  /** What is known about the data of all executions; makes them cheaper, and changes nothing of what they write. */
  readonly memo?: MemoInputs
}

export interface ExecuteOptions {
  /** Told of every piece of output, in order, and which source position wrote it. Costs nothing when it is absent. */
  readonly onText?: (text: string, position: SourcePosition) => void
}

/** Line from 1, column in UTF-16 units from 1. */
export interface SourcePosition {
  readonly line: number
  readonly column: number
}

/** A parsed text. Immutable; executions are independent of each other. */
export interface Template {
  readonly name: string
  /** Names of the templates that the text defines, its own included. */
  readonly defined: readonly string[]
  execute(data: GoValue, options?: ExecuteOptions): Result<string, TemplateError>
  /** The same text in parts, for readers that know most of them already. */
  executeParts(data: GoValue, options?: ExecuteOptions): Result<TextParts, TemplateError>
  /**
   * What the template does each time that it is run on these data, but for what `wasTouched` watches: it tells whether anything that
   * differs was looked at since it was asked last. Undefined where the template fails on the data.
   */
  specialise(data: GoValue, wasTouched: () => boolean): Specialised | undefined
}

/** A text in parts. With a memo, the parts that are no values are the same few strings in all executions. */
export interface TextParts {
  readonly texts: readonly string[]
  /** Where in `texts` those stand that actions wrote, in order. */
  readonly values: readonly number[]
}

/** Parses and compiles once; errors are Go's (`template: NAME:LINE: …`). */
export function parseTemplate(
  name: string,
  text: string,
  { functions = {}, delimiters = ['{{', '}}'], memo: inputs }: ParseTemplateOptions = {},
): Result<Template, TemplateError> {
  const find: CompileContext['find'] = wanted => {
    if (Object.hasOwn(functions, wanted)) return { fn: functions[wanted]!, isBuiltin: false }
    return Object.hasOwn(BUILTINS, wanted) ? { fn: BUILTINS[wanted]!, isBuiltin: true } : undefined
  }
  const [left, right] = delimiters
  try {
    const trees = parseTrees(name, text, {
      left: left === '' ? '{{' : left,
      right: right === '' ? '}}' : right,
      isFunction: wanted => find(wanted) !== undefined,
    })
    return ok(templateOf(name, text, trees, find, inputs))
  } catch (error) {
    return err(errorOf(error, name))
  }
}

/**
 * Closures are made when they are needed: most commands use one template of a configuration that has eight. The memo comes
 * with the second execution, for it pays from the third on.
 */
function templateOf(
  name: string,
  source: string,
  trees: ReadonlyMap<string, Tree>,
  find: CompileContext['find'],
  inputs: MemoInputs | undefined,
): Template {
  let unit: Unit | undefined
  let memoised: Memoised | undefined
  let special: Omit<Specialisation, 'unit'> | undefined
  const executeParts: Template['executeParts'] = (data, options) => {
    try {
      if (inputs !== undefined && unit !== undefined) memoised ??= memoise(name, trees, find, inputs)
      unit ??= { name, source, templates: compileTrees(trees, find) }
    } catch (error) {
      return err(errorOf(error, name))
    }
    return execute(unit, memoised, data, options)
  }
  return {
    name,
    defined: [...trees.keys()],
    executeParts,
    specialise(data, wasTouched) {
      unit ??= { name, source, templates: compileTrees(trees, find) }
      special ??= specialisationOf(name, trees, find)
      return specialise({ unit, ...special }, data, wasTouched)
    },
    execute(data, options) {
      const parts = executeParts(data, options)
      return parts.ok ? ok(parts.value.texts.join('')) : parts
    },
  }
}

function compileTrees(
  trees: ReadonlyMap<string, Tree>,
  find: CompileContext['find'],
): ReadonlyMap<string, CompiledTree> {
  const templates = new Map<string, CompiledTree>()
  for (const [key, tree] of trees) templates.set(key, { tree, run: compileNodes(tree.nodes, { find }) })
  return templates
}

function specialisationOf(
  name: string,
  trees: ReadonlyMap<string, Tree>,
  find: CompileContext['find'],
): Omit<Specialisation, 'unit'> {
  const isPure = (wanted: string): boolean => find(wanted)?.fn.isPure === true
  const facts = nodeFacts(isPure, wanted => trees.get(wanted)?.nodes)
  const { nodes } = trees.get(name)!
  return { nodes, context: { find }, facts, runs: new Map() }
}

/** The outermost template, compiled to keep what it writes. */
interface Memoised {
  readonly memo: TemplateMemo
  readonly run: (state: ExecutionState) => void
}

function memoise(
  name: string,
  trees: ReadonlyMap<string, Tree>,
  find: CompileContext['find'],
  inputs: MemoInputs,
): Memoised {
  const memo = new TemplateMemo(inputs.constant)
  const analysis = { inputs, find: (wanted: string) => find(wanted)?.fn, trees }
  return { memo, run: compileSegments(trees.get(name)!.nodes, { find }, analysis, memo) }
}

function execute(
  unit: Unit,
  memoised: Memoised | undefined,
  data: GoValue,
  options?: ExecuteOptions,
): Result<TextParts, TemplateError> {
  const main = unit.templates.get(unit.name)!
  const state = newState(unit, data)
  // A listener wants to know where every piece comes from.
  if (options?.onText === undefined) state.memo = memoised?.memo.storeFor(data)
  else state.onText = listener(unit.source, options.onText)
  try {
    if (memoised === undefined || state.memo === undefined) main.run(state)
    else memoised.run(state)
    return ok({ texts: state.texts, values: state.values })
  } catch (error) {
    return err(errorOf(error, unit.name))
  }
}

/** Turns offsets into lines; the table of lines is made once per listener. */
function listener(source: string, onText: NonNullable<ExecuteOptions['onText']>): TextListener {
  const starts = [0]
  for (let i = source.indexOf('\n'); i !== -1; i = source.indexOf('\n', i + 1)) starts.push(i + 1)
  return (text, at) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    onText(text, { line: low + 1, column: at - (starts[low] ?? 0) + 1 })
  }
}

function errorOf(error: unknown, name: string): TemplateError {
  if (error instanceof TemplateFailure) return error.detail
  // The engine's own depth limits leave room; a deep value or expression may still exhaust the stack.
  if (error instanceof FunctionError)
    return { name, line: 1, column: 0, message: `template: ${name}: ${error.message}` }
  if (error instanceof RangeError) {
    const message = `template: ${name}: nested too deep`
    return { name, line: 1, column: 0, message }
  }
  throw error
}
