import { err, ok, type Result } from '../lang/result.js'
import { BUILTINS } from './builtins.js'
import { type CompileContext, compileNodes } from './compile.js'
import { type TemplateError, TemplateFailure } from './error.js'
import { FunctionError, type FunctionMap } from './function.js'
import { type MemoInputs, TemplateMemo } from './memo.js'
import { parseTrees } from './parser.js'
import { compileSegments } from './segments.js'
import type { CompiledTree, ExecutionState, TextListener, Unit } from './state.js'
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
    const templates = new Map<string, CompiledTree>()
    for (const [key, tree] of trees) templates.set(key, { tree, run: compileNodes(tree.nodes, { find }) })
    const unit: Unit = { name, source: text, templates }
    const main = trees.get(name)
    if (inputs === undefined || main === undefined) return ok(templateOf(unit, undefined))
    const memo = new TemplateMemo(inputs.constant)
    const run = compileSegments(main.nodes, { find }, { inputs, find: wanted => find(wanted)?.fn, trees }, memo)
    return ok(templateOf(unit, { memo, run }))
  } catch (error) {
    return err(errorOf(error, name))
  }
}

/** The outermost template, compiled to keep what it writes. */
interface Memoised {
  readonly memo: TemplateMemo
  readonly run: (state: ExecutionState) => void
}

function templateOf(unit: Unit, memoised: Memoised | undefined): Template {
  return {
    name: unit.name,
    defined: [...unit.templates.keys()],
    execute: (data, options) => execute(unit, memoised, data, options),
  }
}

function execute(
  unit: Unit,
  memoised: Memoised | undefined,
  data: GoValue,
  options?: ExecuteOptions,
): Result<string, TemplateError> {
  const main = unit.templates.get(unit.name)!
  // A listener wants to know where every piece comes from.
  const memo = options?.onText === undefined ? memoised?.memo.storeFor(data) : undefined
  const state: ExecutionState = {
    unit,
    onText: options?.onText === undefined ? undefined : listener(unit.source, options.onText),
    tree: main.tree,
    dot: data,
    variables: [data],
    depth: 0,
    out: '',
    steps: 0,
    work: 0,
    memo,
    atoms: [],
  }
  try {
    if (memoised === undefined || memo === undefined) main.run(state)
    else memoised.run(state)
    return ok(state.out)
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
