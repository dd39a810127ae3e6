import { TemplateFailure } from './error.js'
import { FunctionError } from './function.js'
import { MAX_OUTPUT, MAX_WORK } from './limits.js'
import type { KnownParts, MemoStore } from './memo.js'
import type { CommandNode, Node, Operand } from './nodes.js'
import { describeNode } from './nodes.js'
import type { Tree } from './parser.js'
import { byteColumn, lineOf } from './source.js'
import type { GoValue } from './value.js'

/** Told of every piece of output and of the offset, in the source, of the node that wrote it. */
export type TextListener = (text: string, at: number) => void

/** One parsed text: what positions refer to, and how its templates call each other. */
export interface Unit {
  readonly name: string
  readonly source: string
  readonly templates: ReadonlyMap<string, CompiledTree>
}

export interface CompiledTree {
  readonly tree: Tree
  readonly run: (state: ExecutionState) => void
}

/** One execution. `dot`, `variables`, `tree` and `depth` belong to the template that is running. */
export interface ExecutionState {
  readonly unit: Unit
  onText: TextListener | undefined
  tree: Tree
  dot: GoValue
  variables: GoValue[]
  depth: number
  /** What was written, in order; no text is empty. */
  texts: string[]
  /** Where in `texts` those stand that actions wrote. */
  values: number[]
  /** UTF-16 units in `texts`. */
  length: number
  steps: number
  work: number
  /** What earlier executions with the same constants wrote; absent without a memo. */
  memo: MemoStore | undefined
  /** Texts of the atoms of this execution that are known, by number. */
  atoms: (string | undefined)[]
  /** Parts that are known by what the template asks in this execution; absent where that cannot be told. */
  known: KnownParts | undefined
}

/** The beginning of an execution, without a memo. */
export function newState(unit: Unit, data: GoValue): ExecutionState {
  return {
    unit,
    onText: undefined,
    tree: unit.templates.get(unit.name)!.tree,
    dot: data,
    variables: [data],
    depth: 0,
    texts: [],
    values: [],
    length: 0,
    steps: 0,
    work: 0,
    memo: undefined,
    atoms: [],
    known: undefined,
  }
}

export function write(state: ExecutionState, text: string, at: number): void {
  if (text === '') return
  state.texts.push(text)
  state.length += text.length
  if (state.onText !== undefined) state.onText(text, at)
  if (state.length > MAX_OUTPUT) throw failureAt(state, at, `output is longer than ${MAX_OUTPUT} characters`)
}

/** What an action makes of data, as opposed to what stands in the template. */
export function writeValue(state: ExecutionState, text: string, at: number): void {
  if (text !== '') state.values.push(state.texts.length)
  write(state, text, at)
}

/** Counts what functions read and make. */
export function charge(state: ExecutionState, amount: number): void {
  state.work += amount
  if (state.work > MAX_WORK) throw new FunctionError(`template works on more than ${MAX_WORK} characters and items`)
}

/** `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: …` */
export function executionError(
  state: ExecutionState,
  node: Node | Operand | CommandNode,
  message: string,
  text: string = describeNode(node),
): TemplateFailure {
  const { unit, tree } = state
  const [line, column] = [lineOf(unit.source, node.at), byteColumn(unit.source, node.at)]
  return new TemplateFailure({
    name: unit.name,
    line,
    column,
    message: `template: ${unit.name}:${line}:${column}: executing "${tree.name}" at <${text}>: ${message}`,
  })
}

function failureAt(state: ExecutionState, at: number, message: string): TemplateFailure {
  const { unit, tree } = state
  const [line, column] = [lineOf(unit.source, at), byteColumn(unit.source, at)]
  return new TemplateFailure({
    name: unit.name,
    line,
    column,
    message: `template: ${unit.name}:${line}:${column}: executing "${tree.name}": ${message}`,
  })
}
