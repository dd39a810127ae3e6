import { isLiteral } from './arguments.js'
import type { TemplateFunction } from './function.js'
import type { MemoInputs } from './memo.js'
import { type CommandNode, describeNode, type Node, type Operand, type PipeNode } from './nodes.js'
import type { Tree } from './parser.js'

/** What a part of a template depends on, if that can be told (memo.ts). */
export interface Dependencies {
  /** Expressions whose values, with the constants, settle what the part does; by their text. */
  readonly atoms: ReadonlyMap<string, CommandNode>
  /** Variables of the template around it that it sets. */
  readonly writes: ReadonlySet<number>
  /** … and those that its atoms read. */
  readonly reads: ReadonlySet<number>
}

export interface AnalysisContext {
  readonly inputs: MemoInputs
  readonly find: (name: string) => TemplateFunction | undefined
  readonly trees: ReadonlyMap<string, Tree>
}

/** Nested `template` calls that are looked into. */
const MAX_CALLS = 8

/** Thrown, once, for "this cannot be told"; never leaves this file. */
const OPAQUE = Symbol('not settled by constants and steady inputs')

/** The surroundings of a node: what `.` is, and which variables the part itself made. */
interface Scope {
  /** False where `.` is something that the part itself computed. */
  readonly isRoot: boolean
  readonly locals: Set<number>
  readonly inLoop: boolean
  readonly calls: number
}

/** Undefined for a node that depends on more. `steadySlots`: variables of the template that only such nodes have set. */
export function dependenciesOf(
  node: Node,
  steadySlots: ReadonlySet<number>,
  context: AnalysisContext,
): Dependencies | undefined {
  const analysis = new Analysis(steadySlots, context)
  try {
    analysis.outermost(node)
    return analysis
  } catch (error) {
    if (error === OPAQUE) return undefined
    throw error
  }
}

/** Every variable that a node sets, nested ones too. */
export function writtenSlots(node: Node): number[] {
  switch (node.kind) {
    case 'action':
      return node.pipe.decl.map(({ slot }) => slot)
    case 'if':
    case 'with':
    case 'range': {
      const inside = [...node.body, ...(node.otherwise ?? [])].flatMap(writtenSlots)
      return [...node.pipe.decl.map(({ slot }) => slot), ...inside]
    }
    default:
      return []
  }
}

class Analysis implements Dependencies {
  readonly atoms = new Map<string, CommandNode>()
  readonly writes = new Set<number>()
  readonly reads = new Set<number>()
  readonly #steadySlots: ReadonlySet<number>
  readonly #context: AnalysisContext

  constructor(steadySlots: ReadonlySet<number>, context: AnalysisContext) {
    this.#steadySlots = steadySlots
    this.#context = context
  }

  outermost(node: Node): void {
    const scope: Scope = { isRoot: true, locals: new Set(), inLoop: false, calls: 0 }
    if (node.kind === 'action') {
      this.#pipe(node.pipe, scope)
      for (const { slot } of node.pipe.decl) this.#write(slot)
    } else this.#node(node, scope)
  }

  #write(slot: number): void {
    // A variable that is not defined is an error; it is left to the part that runs.
    if (slot < 0) throw OPAQUE
    this.writes.add(slot)
  }

  #nodes(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.#node(node, scope)
  }

  #node(node: Node, scope: Scope): void {
    switch (node.kind) {
      case 'text':
        return
      case 'action':
        this.#pipe(node.pipe, scope)
        this.#declare(node.pipe, scope)
        return
      case 'if':
        this.#pipe(node.pipe, scope)
        this.#declare(node.pipe, scope)
        this.#nodes(node.body, scope)
        this.#nodes(node.otherwise ?? [], scope)
        return
      case 'with':
      case 'range': {
        this.#pipe(node.pipe, scope)
        this.#declare(node.pipe, scope)
        this.#nodes(node.body, { ...scope, isRoot: false, inLoop: scope.inLoop || node.kind === 'range' })
        this.#nodes(node.otherwise ?? [], scope)
        return
      }
      case 'template':
        this.#call(node.name, node.pipe, scope)
        return
      default:
        if (!scope.inLoop) throw OPAQUE
    }
  }

  #declare(pipe: PipeNode, { locals }: Scope): void {
    for (const { slot } of pipe.decl) {
      // Set or left as it was, depending on what happens: what it holds then may come from anywhere.
      if (pipe.isAssign && !locals.has(slot)) throw OPAQUE
      locals.add(slot)
    }
  }

  #call(name: string, pipe: PipeNode | undefined, scope: Scope): void {
    const tree = this.#context.trees.get(name)
    if (tree === undefined || scope.calls === MAX_CALLS) throw OPAQUE
    const passesRoot = scope.isRoot && pipe !== undefined && describeNode(pipe) === '.'
    if (pipe !== undefined && !passesRoot) this.#pipe(pipe, scope)
    this.#nodes(tree.nodes, { isRoot: passesRoot, locals: new Set(), inLoop: false, calls: scope.calls + 1 })
  }

  #pipe(pipe: PipeNode, scope: Scope): void {
    for (const [index, command] of pipe.commands.entries()) this.#command(command, index > 0, scope)
  }

  #command(command: CommandNode, hasFinal: boolean, scope: Scope): void {
    const [first, ...args] = command.args
    if (first.kind !== 'identifier') {
      if (args.length > 0 || hasFinal) throw OPAQUE
      this.#operand(first, scope)
      return
    }
    this.#requirePure(first.name)
    const isOfInputs = args.some(arg => this.#isInput(arg, scope))
    if (!isOfInputs) {
      for (const arg of args) this.#operand(arg, scope)
      return
    }
    // Asking something of an input: what it answers settles the rest, if nothing computed here is part of the question.
    if (hasFinal || !args.every(arg => this.#isInput(arg, scope) || this.#isConstant(arg, scope))) throw OPAQUE
    this.#atom(command)
  }

  #operand(operand: Operand, scope: Scope): void {
    switch (operand.kind) {
      case 'pipe':
        this.#pipe(operand, scope)
        return
      case 'chain':
        this.#operand(operand.of, scope)
        return
      case 'identifier':
        this.#requirePure(operand.name)
        return
      case 'dot':
      case 'field':
      case 'variable':
        if (this.#isInput(operand, scope)) this.#atom({ kind: 'command', at: operand.at, args: [operand] })
        else if (!this.#isConstant(operand, scope) && !isComputed(operand, scope)) throw OPAQUE
    }
  }

  #requirePure(name: string): void {
    if (this.#context.find(name)?.isPure !== true) throw OPAQUE
  }

  /** Steady paths, and variables that were set from them. */
  #isInput(operand: Operand, scope: Scope): boolean {
    const path = rootPath(operand, scope)
    if (path !== undefined) return this.#context.inputs.steady.includes(path.join('.'))
    return this.#isOuterVariable(operand, scope) && this.#steadySlots.has(operand.slot)
  }

  #isOuterVariable(operand: Operand, scope: Scope): operand is Extract<Operand, { kind: 'variable' }> {
    if (operand.kind !== 'variable' || scope.calls > 0) return false
    return operand.slot > 0 && operand.path.length === 0 && !scope.locals.has(operand.slot)
  }

  #isConstant(operand: Operand, scope: Scope): boolean {
    if (isLiteral(operand)) return true
    const first = rootPath(operand, scope)?.[0]
    return first !== undefined && this.#context.inputs.constant.includes(first)
  }

  #atom(command: CommandNode): void {
    const slots = command.args.flatMap(arg => (arg.kind === 'variable' && arg.slot > 0 ? [arg.slot] : []))
    // Two variables of one name are told apart by their slots.
    this.atoms.set([describeNode(command), ...slots].join(' #'), command)
    for (const slot of slots) this.reads.add(slot)
  }
}

/** What the part itself made: its own variables, and `.` where it set it. */
function isComputed(operand: Operand, { isRoot, locals }: Scope): boolean {
  if (operand.kind === 'variable') return operand.slot > 0 && locals.has(operand.slot)
  return !isRoot && (operand.kind === 'dot' || operand.kind === 'field')
}

/** The path of `.A.B` or `$.A.B` from the data itself; undefined for anything else. */
function rootPath(operand: Operand, { isRoot, calls }: Scope): readonly string[] | undefined {
  if (operand.kind === 'variable') return operand.slot === 0 && (isRoot || calls === 0) ? operand.path : undefined
  if (!isRoot) return undefined
  if (operand.kind === 'dot') return []
  return operand.kind === 'field' ? operand.path : undefined
}
