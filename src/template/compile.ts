import {
  type Argument,
  converterOf,
  idealConstant,
  isLiteral,
  isVariadic,
  literalArgument,
  MISMATCH,
  mismatchText,
  parameterAt,
} from './arguments.js'
import { FunctionError, type TemplateFunction } from './function.js'
import { MAX_ITEMS, MAX_STEPS, MAX_TEMPLATE_DEPTH, MAX_VALUE } from './limits.js'
import type {
  ActionNode,
  BranchNode,
  CommandNode,
  IdentifierNode,
  Node,
  Operand,
  PipeNode,
  TemplateNode,
} from './nodes.js'
import { describeNode } from './nodes.js'
import { print } from './print.js'
import { goQuote } from './quote.js'
import { charge, type ExecutionState, executionError, write, writeValue } from './state.js'
import {
  GoObject,
  GoSlice,
  type GoValue,
  indirect,
  integerOf,
  isTrue,
  itemsOf,
  NIL_POINTER,
  StringMap,
  sortedKeys,
  typeName,
} from './value.js'

/** The parse tree becomes closures once; an execution only calls them. */
export type Evaluate = (state: ExecutionState) => GoValue
/** An argument as its function takes it. */
type EvaluateArgument = (state: ExecutionState) => Argument
/** Returns what it did to the loop around it. */
export type Run = (state: ExecutionState) => Signal
type Signal = 0 | 1 | 2

export const GO_ON = 0
const BREAK = 1
const CONTINUE = 2

export interface CompileContext {
  /** Functions by name, and whether it is the built-in one. */
  readonly find: (name: string) => { readonly fn: TemplateFunction; readonly isBuiltin: boolean } | undefined
}

/** The nodes of one template. */
export function compileNodes(nodes: readonly Node[], context: CompileContext): Run {
  return inTurn(nodes.map(node => compileNode(node, context)))
}

export function inTurn(runs: readonly Run[]): Run {
  if (runs.length === 1 && runs[0] !== undefined) return runs[0]
  return state => {
    for (let i = 0; i < runs.length; i++) {
      const signal = runs[i]!(state)
      if (signal !== GO_ON) return signal
    }
    return GO_ON
  }
}

export function compileNode(node: Node, context: CompileContext): Run {
  switch (node.kind) {
    case 'text':
      return state => {
        write(state, node.text, node.at)
        return GO_ON
      }
    case 'action':
      return compileAction(node, context)
    case 'if':
      return compileIf(node, context)
    case 'with':
      return compileWith(node, context)
    case 'range':
      return compileRange(node, context)
    case 'template':
      return compileTemplateCall(node, context)
    case 'break':
      return () => BREAK
    case 'continue':
      return () => CONTINUE
  }
}

function compileAction(node: ActionNode, context: CompileContext): Run {
  const { pipe, at } = node
  const evaluate = compilePipe(pipe, context)
  if (pipe.decl.length > 0) {
    return state => {
      evaluate(state)
      return GO_ON
    }
  }
  return state => {
    const value = evaluate(state)
    writeValue(state, typeof value === 'string' ? value : printed(state, value, node), at)
    return GO_ON
  }
}

/** A value that is too large or too deep cannot be printed. */
function printed(state: ExecutionState, value: GoValue, node: ActionNode): string {
  try {
    return print(value)
  } catch (error) {
    throw error instanceof FunctionError ? executionError(state, node, error.message) : error
  }
}

export function compileIf(
  node: BranchNode,
  context: CompileContext,
  compileBody: (nodes: readonly Node[]) => Run = nodes => compileNodes(nodes, context),
): Run {
  const evaluate = compilePipe(node.pipe, context)
  const body = compileBody(node.body)
  const otherwise = compileBody(node.otherwise ?? [])
  return state => (isTrue(evaluate(state)) ? body(state) : otherwise(state))
}

function compileWith(node: BranchNode, context: CompileContext): Run {
  const evaluate = compilePipe(node.pipe, context)
  const body = compileNodes(node.body, context)
  const otherwise = compileNodes(node.otherwise ?? [], context)
  return state => {
    const value = evaluate(state)
    if (!isTrue(value)) return otherwise(state)
    const outer = state.dot
    state.dot = value
    const signal = body(state)
    state.dot = outer
    return signal
  }
}

// Loops.

function compileRange(node: BranchNode, context: CompileContext): Run {
  const evaluate = compilePipe(node.pipe, context)
  const body = compileNodes(node.body, context)
  const otherwise = compileNodes(node.otherwise ?? [], context)
  const { decl } = node.pipe
  const keySlot = decl.length > 1 ? (decl[0]?.slot ?? -1) : -1
  const itemSlot = decl.at(-1)?.slot ?? -1
  const size = 1 + node.body.length
  const fail = lastEvaluated(node.pipe)

  /** One iteration; true to stop. */
  const iterate = (state: ExecutionState, key: GoValue, item: GoValue): boolean => {
    state.steps += size
    if (state.steps > MAX_STEPS) throw executionError(state, fail, `template takes more than ${MAX_STEPS} steps`)
    if (itemSlot >= 0) state.variables[itemSlot] = item
    if (keySlot >= 0) state.variables[keySlot] = key
    state.dot = item
    return body(state) === BREAK
  }

  return state => {
    const value = indirect(evaluate(state))
    const outer = state.dot
    const ran = rangeOver(state, value)
    state.dot = outer
    return ran ? GO_ON : otherwise(state)
  }

  /** False if there was nothing to range over. */
  function rangeOver(state: ExecutionState, value: GoValue): boolean {
    const items = itemsOf(value)
    if (items !== undefined) return rangeItems(state, items)
    if (value === undefined || value === null) return false
    const count = integerOf(value)
    if (count !== undefined) return rangeCount(state, value, count)
    if (value instanceof StringMap) return rangeKeys(state, value.entries)
    if (typeof value !== 'object' || value instanceof GoObject) {
      throw executionError(state, fail, `range can't iterate over ${print(value)}`)
    }
    return rangeKeys(state, value as Record<string, GoValue>)
  }

  function rangeItems(state: ExecutionState, items: readonly GoValue[]): boolean {
    for (let i = 0; i < items.length; i++) {
      if (iterate(state, keySlot >= 0 ? BigInt(i) : undefined, items[i])) break
    }
    return items.length > 0
  }

  function rangeKeys(state: ExecutionState, map: Readonly<Record<string, GoValue>>): boolean {
    const keys = sortedKeys(map)
    for (const key of keys) if (iterate(state, key, map[key])) break
    return keys.length > 0
  }

  function rangeCount(state: ExecutionState, value: GoValue, count: bigint): boolean {
    if (decl.length > 1) {
      throw executionError(state, fail, `can't use ${print(value)} to iterate over more than one variable`)
    }
    for (let i = 0n; i < count; i++) if (iterate(state, undefined, i)) break
    return count > 0n
  }
}

function compileTemplateCall(node: TemplateNode, context: CompileContext): Run {
  const evaluate = node.pipe === undefined ? undefined : compilePipe(node.pipe, context)
  return state => {
    const called = state.unit.templates.get(node.name)
    if (called === undefined) throw executionError(state, node, `template ${goQuote(node.name)} not defined`)
    if (state.depth === MAX_TEMPLATE_DEPTH) {
      throw executionError(state, node, `exceeded maximum template depth (${MAX_TEMPLATE_DEPTH})`)
    }
    state.steps += 1 + called.tree.nodes.length
    if (state.steps > MAX_STEPS) throw executionError(state, node, `template takes more than ${MAX_STEPS} steps`)
    const dot = evaluate?.(state)
    const { tree, dot: outerDot, variables } = state
    state.tree = called.tree
    state.dot = dot
    state.variables = [dot]
    state.depth++
    called.run(state)
    state.depth--
    state.tree = tree
    state.dot = outerDot
    state.variables = variables
    return GO_ON
  }
}

// Pipelines.

export function compilePipe(pipe: PipeNode, context: CompileContext): Evaluate {
  let evaluate = compileCommand(pipe.commands[0]!, undefined, context)
  for (const command of pipe.commands.slice(1)) evaluate = compileCommand(command, evaluate, context)
  return pipe.decl.length === 0 ? evaluate : compileDeclaration(pipe, evaluate)
}

/** What leaves a stage is no interface any more: nil becomes no value. */
function unwrapped(evaluate: Evaluate): Evaluate {
  return state => {
    const value = evaluate(state)
    return value === null ? undefined : value
  }
}

function compileDeclaration(pipe: PipeNode, evaluate: Evaluate): Evaluate {
  const [first] = pipe.decl
  if (pipe.decl.length === 1 && first !== undefined && first.slot >= 0) {
    const { slot } = first
    return state => (state.variables[slot] = evaluate(state))
  }
  return state => {
    const value = evaluate(state)
    for (const { slot, name } of pipe.decl) {
      if (slot < 0) throw executionError(state, lastEvaluated(pipe), `undefined variable: ${name}`)
      state.variables[slot] = value
    }
    return value
  }
}

/** `final` is the value of the stage before. What leaves a stage is never null: see `unwrapped`. */
export function compileCommand(command: CommandNode, final: Evaluate | undefined, context: CompileContext): Evaluate {
  const [first, ...args] = command.args
  const hasArguments = args.length > 0 || final !== undefined
  switch (first.kind) {
    case 'identifier':
      return compileCall(first, command, args, final, context)
    case 'field':
    case 'variable':
    case 'chain':
      return unwrapped(hasArguments ? compileMethod(first, args, final, context) : compileOperand(first, context))
    case 'pipe':
      return hasArguments ? notAFunction(first, command, final) : compilePipe(first, context)
    case 'nil':
      return hasArguments
        ? notAFunction(first, first, final)
        : state => {
            throw executionError(state, first, 'nil is not a command')
          }
    default:
      return hasArguments ? notAFunction(first, first, final) : unwrapped(compileOperand(first, context))
  }
}

function notAFunction(first: Operand, at: Operand | CommandNode, final: Evaluate | undefined): Evaluate {
  return state => {
    final?.(state)
    throw executionError(state, at, `can't give argument to non-function ${describeNode(first)}`)
  }
}

/** An operand on its own: not a call with arguments. */
function compileOperand(node: Operand, context: CompileContext): Evaluate {
  switch (node.kind) {
    case 'dot':
      return state => state.dot
    case 'field':
      return compilePath(node, state => state.dot, node.path)
    case 'variable':
      return compileVariable(node)
    case 'chain':
      if (node.of.kind === 'nil') {
        return state => {
          throw executionError(state, node, `indirection through explicit nil in ${describeNode(node)}`)
        }
      }
      return compilePath(lastEvaluated(node), compileOperand(node.of, context), node.path)
    case 'pipe':
      return compilePipe(node, context)
    case 'identifier':
      return compileCall(node, node, [], undefined, context)
    case 'nil':
      return () => null
    default: {
      const constant = idealConstant(node)
      if ('value' in constant) return () => constant.value
      return state => {
        throw executionError(state, node, constant.error)
      }
    }
  }
}

function compileVariable(node: Extract<Operand, { kind: 'variable' }>): Evaluate {
  const { slot, path } = node
  if (slot < 0) {
    return state => {
      throw executionError(state, node, `undefined variable: ${node.name}`)
    }
  }
  const read: Evaluate = state => state.variables[slot]
  return path.length === 0 ? read : compilePath(node, read, path)
}

// Fields.

function compilePath(at: Operand | CommandNode, of: Evaluate, path: readonly string[]): Evaluate {
  const [first] = path
  if (path.length === 1 && first !== undefined) return state => fieldOf(state, of(state), first, at, undefined)
  return state => {
    let value = of(state)
    let parent: GoValue
    for (let i = 0; i < path.length; i++) {
      const receiver = value
      value = fieldOf(state, receiver, path[i]!, at, parent)
      parent = receiver
    }
    return value
  }
}

/** Whether what a field of it gives is, to Go, an interface{} around something. */
function isInterfaceMap(value: GoValue): boolean {
  return typeof value === 'object' && !(value instanceof StringMap) && !(value instanceof GoObject)
}

/** `parent` is what the receiver itself is a field of, if it is one. */
function fieldOf(
  state: ExecutionState,
  receiver: GoValue,
  name: string,
  at: Operand | CommandNode,
  parent: GoValue,
): GoValue {
  if (receiver === undefined) return undefined
  if (receiver === null) throw executionError(state, at, `nil pointer evaluating interface {}.${name}`)
  if (typeof receiver === 'object') {
    // Maps have no prototype, unless a caller made them carelessly; they are the most common by far.
    if (Object.getPrototypeOf(receiver) === null) return ownField(receiver, name)
    if (receiver instanceof GoObject) {
      const value = receiver.field(name)
      if (typeof value !== 'symbol') return value
      if (value === NIL_POINTER) throw executionError(state, at, `nil pointer evaluating ${receiver.goType}.${name}`)
    } else if (receiver instanceof StringMap) {
      return receiver.get(name)
    } else if (!Array.isArray(receiver) && !(receiver instanceof GoSlice) && integerOf(receiver) === undefined) {
      return ownField(receiver, name)
    }
  }
  throw noField(state, receiver, name, at, parent)
}

function ownField(map: object, name: string): GoValue {
  return Object.hasOwn(map, name) ? (map as Readonly<Record<string, GoValue>>)[name] : undefined
}

function noField(
  state: ExecutionState,
  receiver: GoValue,
  name: string,
  at: Operand | CommandNode,
  parent: GoValue,
): Error {
  const type = isInterfaceMap(parent) && parent !== null ? 'interface {}' : typeName(receiver)
  return executionError(state, at, `can't evaluate field ${name} in type ${type}`)
}

/** `.A.B x y`: B has to be a method. */
function compileMethod(
  node: Extract<Operand, { kind: 'field' | 'variable' | 'chain' }>,
  args: readonly Operand[],
  final: Evaluate | undefined,
  context: CompileContext,
): Evaluate {
  const name = node.path.at(-1)
  if (name === undefined) return notAFunction(node, node, final)
  const receiverOf = compileOperand({ ...node, path: node.path.slice(0, -1) } as Operand, context)
  const bare = node.kind === 'field' && node.path.length === 1
  const evaluateReceiver: Evaluate = bare ? state => state.dot : receiverOf
  const evaluateArgs = args.map(arg => compileOperand(arg, context))
  const at = node.kind === 'chain' ? lastEvaluated(node) : node
  return state => {
    const last = final?.(state)
    const receiver = evaluateReceiver(state)
    if (receiver === undefined) return undefined
    const method = receiver instanceof GoObject ? receiver.method(name) : undefined
    if (method === undefined) throw notAMethod(state, receiver, name, at)
    const values = evaluateArgs.map(evaluate => evaluate(state))
    return guarded(state, node, name, () => method(final === undefined ? values : [...values, last]))
  }
}

function notAMethod(state: ExecutionState, receiver: GoValue, name: string, at: Operand | CommandNode): Error {
  // A field that is not there is the graver error.
  fieldOf(state, receiver, name, at, undefined)
  const isStruct = receiver instanceof GoObject
  return executionError(
    state,
    at,
    isStruct ? `${name} has arguments but cannot be invoked as function` : `${name} is not a method but has arguments`,
  )
}

// Calls.

function compileCall(
  node: IdentifierNode,
  command: CommandNode | IdentifierNode,
  args: readonly Operand[],
  final: Evaluate | undefined,
  context: CompileContext,
): Evaluate {
  const found = context.find(node.name)
  if (found === undefined) {
    return state => {
      throw executionError(state, node, `${goQuote(node.name)} is not a defined function`)
    }
  }
  const { fn, isBuiltin } = found
  const wrong = wrongCount(fn, node.name, args.length, final !== undefined)
  if (wrong !== undefined) {
    return state => {
      final?.(state)
      throw executionError(state, node, wrong)
    }
  }
  if (isBuiltin && (node.name === 'and' || node.name === 'or')) {
    return compileShortCircuit(node.name === 'or', args, final, context)
  }
  return compilePlainCall(node, command, fn, args, final, context)
}

function wrongCount(fn: TemplateFunction, name: string, args: number, hasFinal: boolean): string | undefined {
  const count = args + (hasFinal ? 1 : 0)
  const fixed = fn.params.length - 1
  if (isVariadic(fn)) {
    return count < fixed ? `wrong number of args for ${name}: want at least ${fixed} got ${args}` : undefined
  }
  return count === fn.params.length
    ? undefined
    : `wrong number of args for ${name}: want ${fn.params.length} got ${count}`
}

/** `and` and `or` evaluate no more than they need, and return the argument that settled it. */
function compileShortCircuit(
  stopsAt: boolean,
  args: readonly Operand[],
  final: Evaluate | undefined,
  context: CompileContext,
): Evaluate {
  const evaluateArgs = args.map(arg => compileArgument(arg, 'reflect.Value', context) as Evaluate)
  return state => {
    const last = final?.(state)
    let value: GoValue
    for (const evaluate of evaluateArgs) {
      value = evaluate(state)
      if (isTrue(value) === stopsAt) return value === null ? undefined : value
    }
    return final === undefined && value !== null ? value : last
  }
}

function compilePlainCall(
  node: IdentifierNode,
  command: CommandNode | IdentifierNode,
  fn: TemplateFunction,
  args: readonly Operand[],
  final: Evaluate | undefined,
  context: CompileContext,
): Evaluate {
  const evaluateArgs = args.map((arg, i) => compileArgument(arg, parameterAt(fn, i), context))
  const call = fn.call as unknown as (...values: Argument[]) => GoValue
  const cost = fn.cost ?? 0
  const { name } = node
  const finalType = parameterAt(fn, args.length)
  const convertFinal = converterOf(finalType)
  const atFinal = args.length === 0 ? node : lastEvaluated(args.at(-1)!)

  const finish = (state: ExecutionState, values: Argument[]): GoValue => {
    try {
      charge(state, cost + weightOfAll(values))
      const result = call(...values)
      const weight = weightOf(result)
      if (weight > MAX_VALUE) throw new FunctionError(`result is longer than ${MAX_VALUE} characters`)
      if (Array.isArray(result) && weight > MAX_ITEMS)
        throw new FunctionError(`result has more than ${MAX_ITEMS} items`)
      if (weight > 64) charge(state, weight)
      return result === null ? undefined : result
    } catch (error) {
      throw callError(state, command, name, error)
    }
  }
  if (final === undefined) return state => finish(state, evaluateAll(evaluateArgs, state))
  return state => {
    const value = final(state)
    const values = evaluateAll(evaluateArgs, state)
    const argument = convertFinal(value)
    if (argument === MISMATCH) throw executionError(state, atFinal, mismatchText(finalType, value))
    values.push(argument)
    return finish(state, values)
  }
}

function evaluateAll(evaluates: readonly EvaluateArgument[], state: ExecutionState): Argument[] {
  const values: Argument[] = new Array(evaluates.length)
  for (let i = 0; i < evaluates.length; i++) values[i] = evaluates[i]!(state)
  return values
}

function weightOfAll(values: readonly Argument[]): number {
  let total = 1
  for (let i = 0; i < values.length; i++) total += weightOf(values[i] as GoValue)
  return total
}

/** Roughly what touching a value costs. */
function weightOf(value: GoValue): number {
  if (typeof value === 'string') return value.length
  return Array.isArray(value) ? value.length : 1
}

function guarded(state: ExecutionState, node: Operand, name: string, body: () => GoValue): GoValue {
  try {
    return body()
  } catch (error) {
    throw callError(state, node, name, error)
  }
}

function callError(state: ExecutionState, at: Operand | CommandNode, name: string, error: unknown): unknown {
  return error instanceof FunctionError ? executionError(state, at, `error calling ${name}: ${error.message}`) : error
}

function compileArgument(node: Operand, type: string, context: CompileContext): EvaluateArgument {
  if (isLiteral(node)) {
    const literal = literalArgument(type, node)
    if ('value' in literal) return () => literal.value
    return state => {
      throw executionError(state, node, literal.error)
    }
  }
  const evaluate = compileOperand(node, context)
  if (type === 'reflect.Value') return evaluate
  if (node.kind === 'chain' && type === 'any') return compileChainArgument(evaluate)
  const accept = converterOf(type)
  const at = lastEvaluated(node)
  return state => {
    const value = evaluate(state)
    const argument = accept(value)
    if (argument === MISMATCH) throw executionError(state, at, mismatchText(type, value))
    return argument
  }
}

function compileChainArgument(evaluate: Evaluate): EvaluateArgument {
  return state => {
    const value = evaluate(state)
    return value === undefined ? null : value
  }
}

/** The node that Go blames for what goes wrong after evaluating this one: the last that it looked at. */
function lastEvaluated(node: Operand | CommandNode): Operand | CommandNode {
  switch (node.kind) {
    case 'pipe':
      return lastEvaluated(node.commands.at(-1)!)
    case 'command':
      return lastEvaluated(node.args.at(-1)!)
    case 'chain':
      return lastEvaluated(node.of)
    default:
      return node
  }
}
