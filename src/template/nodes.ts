import { goQuote } from './quote.js'

/** The parse tree. `at` is the UTF-16 offset that errors point to. */
export type Node = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode

export interface TextNode {
  readonly kind: 'text'
  readonly at: number
  readonly text: string
}

export interface ActionNode {
  readonly kind: 'action'
  readonly at: number
  readonly pipe: PipeNode
}

export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range'
  readonly at: number
  readonly pipe: PipeNode
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
}

export interface TemplateNode {
  readonly kind: 'template'
  readonly at: number
  readonly name: string
  readonly pipe: PipeNode | undefined
}

export interface JumpNode {
  readonly kind: 'break' | 'continue'
  readonly at: number
}

export type Operand =
  | PipeNode
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode

export interface PipeNode {
  readonly kind: 'pipe'
  readonly at: number
  readonly isAssign: boolean
  readonly decl: readonly VariableNode[]
  readonly commands: readonly CommandNode[]
}

export interface CommandNode {
  readonly kind: 'command'
  readonly at: number
  readonly args: readonly [Operand, ...Operand[]]
}

/** `.A.B` */
export interface FieldNode {
  readonly kind: 'field'
  readonly at: number
  readonly path: readonly string[]
}

/** `$x.A.B`; `path` does not have the variable. `slot` is where it lives when the template runs. */
export interface VariableNode {
  readonly kind: 'variable'
  readonly at: number
  readonly name: string
  readonly slot: number
  readonly path: readonly string[]
}

/** `(pipeline).A.B`, `nil.A`, `f.A` */
export interface ChainNode {
  readonly kind: 'chain'
  readonly at: number
  readonly of: Operand
  readonly path: readonly string[]
}

export interface IdentifierNode {
  readonly kind: 'identifier'
  readonly at: number
  readonly name: string
}

export interface DotNode {
  readonly kind: 'dot'
  readonly at: number
}

export interface NilNode {
  readonly kind: 'nil'
  readonly at: number
}

export interface BoolNode {
  readonly kind: 'bool'
  readonly at: number
  readonly value: boolean
}

/** A literal is every kind of number that it can be without loss. */
export interface NumberNode {
  readonly kind: 'number'
  readonly at: number
  readonly text: string
  readonly int: bigint | undefined
  readonly uint: bigint | undefined
  readonly float: number | undefined
}

export interface StringNode {
  readonly kind: 'string'
  readonly at: number
  readonly source: string
  readonly value: string
}

/** A node as it is quoted in errors: `executing "x" at <NODE>`. */
export function describeNode(node: Node | Operand | CommandNode): string {
  switch (node.kind) {
    case 'text':
      return goQuote(node.text)
    case 'action':
      return `{{${describeNode(node.pipe)}}}`
    case 'if':
    case 'with':
    case 'range':
      return describeBranch(node)
    case 'template':
      return `{{template ${goQuote(node.name)}${node.pipe === undefined ? '' : ` ${describeNode(node.pipe)}`}}}`
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'pipe':
      return describePipe(node)
    case 'command':
      return node.args.map(arg => (arg.kind === 'pipe' ? `(${describeNode(arg)})` : describeNode(arg))).join(' ')
    case 'field':
      return node.path.map(name => `.${name}`).join('')
    case 'variable':
      return [node.name, ...node.path].join('.')
    case 'chain':
      return [node.of.kind === 'pipe' ? `(${describeNode(node.of)})` : describeNode(node.of), ...node.path].join('.')
    case 'identifier':
      return node.name
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'number':
      return node.text
    case 'string':
      return node.source
  }
}

function describePipe(pipe: PipeNode): string {
  const names = pipe.decl.map(describeNode).join(', ')
  const declaration = names === '' ? '' : `${names} ${pipe.isAssign ? '=' : ':='} `
  return declaration + pipe.commands.map(describeNode).join(' | ')
}

function describeBranch(node: BranchNode): string {
  const body = node.body.map(describeNode).join('')
  const otherwise = node.otherwise === undefined ? '' : `{{else}}${node.otherwise.map(describeNode).join('')}`
  return `{{${node.kind} ${describeNode(node.pipe)}}}${body}${otherwise}{{end}}`
}
