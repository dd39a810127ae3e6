import { TemplateFailure } from './error.js'
import { describeToken, type LexOptions, lex, type Token, type TokenKind } from './lexer.js'
import { MAX_NESTING } from './limits.js'
import type { BranchNode, CommandNode, Node, Operand, PipeNode, TemplateNode, VariableNode } from './nodes.js'
import { describeNode } from './nodes.js'
import { parseNumber } from './number.js'
import { goQuote, goUnquote } from './quote.js'
import { byteColumn } from './source.js'

/** One `define`d template, or the whole text. */
export interface Tree {
  readonly name: string
  readonly nodes: readonly Node[]
  /** Variables that one execution holds; slot 0 is `$`. */
  readonly slots: number
}

/** Where an item list ended. */
interface ListEnd {
  readonly kind: 'end' | 'else'
}

/** Names visible while one tree is read. */
interface Scope {
  readonly name: string
  readonly variables: { name: string; slot: number }[]
  /** Declared by the pipeline that is being read: known by name, but not yet readable. */
  pending: string[]
  slots: number
  rangeDepth: number
}

const OPERAND_START: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  '.',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'lparen',
])
/** What cannot stand behind a pipe: it takes no argument. */
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])

/**
 * Reads a text with all the templates that it defines. Throws TemplateFailure, with Go's texts.
 * Recursive descent over tokens; variables are resolved to slots here, so that nothing is looked up by name later.
 */
export function parseTrees(name: string, source: string, options: LexOptions): ReadonlyMap<string, Tree> {
  const tokens = lex(source, options)
  const trees = new Map<string, Tree>()
  let index = 0
  /** The last token that was looked at: Go reports its line. */
  let furthest = 0
  let nesting = 0
  let actionLine = 0
  let scope = newScope(name)

  parseMain()
  return trees

  // Tokens.

  function peek(): Token {
    furthest = Math.max(furthest, index)
    return tokens[index] ?? (tokens.at(-1) as Token)
  }

  function next(): Token {
    const token = peek()
    if (index < tokens.length - 1 || token.kind !== 'error') index++
    return token
  }

  function peekNonSpace(): Token {
    while (peek().kind === 'space') index++
    return peek()
  }

  function nextNonSpace(): Token {
    peekNonSpace()
    return next()
  }

  function fail(message: string, token: Token = tokens[furthest] ?? (tokens.at(-1) as Token)): never {
    const { line } = tokens[furthest] ?? token
    throw new TemplateFailure({
      name,
      line,
      column: byteColumn(source, token.at),
      message: `template: ${name}:${line}: ${message}`,
    })
  }

  function unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') fail(`unexpected ${describeToken(token)} in ${context}`, token)
    const isElsewhere = actionLine !== 0 && actionLine !== token.line
    const where = token.text.endsWith(' action') ? ' started at' : ' in action started at'
    fail(token.text + (isElsewhere ? `${where} ${name}:${actionLine}` : ''), token)
  }

  function expect(kind: TokenKind, context: string): Token {
    const token = nextNonSpace()
    if (token.kind !== kind) unexpected(token, context)
    return token
  }

  // Trees.

  function newScope(treeName: string): Scope {
    return { name: treeName, variables: [{ name: '$', slot: 0 }], pending: [], slots: 1, rangeDepth: 0 }
  }

  function parseMain(): void {
    const nodes: Node[] = []
    while (peek().kind !== 'eof') {
      if (peek().kind === 'left' && afterLeft().kind === 'define') {
        nextNonSpace()
        nextNonSpace()
        parseDefinition()
        continue
      }
      const node = textOrAction()
      if (isListEnd(node)) fail(`unexpected {{${node.kind}}}`)
      nodes.push(node)
    }
    addTree(nodes)
  }

  function afterLeft(): Token {
    let i = index + 1
    while (tokens[i]?.kind === 'space') i++
    return tokens[i] ?? peek()
  }

  function parseDefinition(): void {
    const outer = scope
    scope = newScope(templateName(nextNonSpace(), 'define clause'))
    expect('right', 'define clause')
    readDefinition('define clause')
    scope = outer
  }

  function readDefinition(context: string): void {
    const { nodes, end } = itemList()
    if (end.kind !== 'end') fail(`unexpected {{${end.kind}}} in ${context}`)
    addTree(nodes)
  }

  function addTree(nodes: readonly Node[]): void {
    const tree = { name: scope.name, nodes, slots: scope.slots }
    const known = trees.get(scope.name)
    if (known === undefined || isEmpty(known.nodes)) trees.set(scope.name, tree)
    else if (!isEmpty(nodes)) fail(`template: multiple definition of template ${goQuote(scope.name)}`)
  }

  function templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') unexpected(token, context)
    return unquote(token)
  }

  function unquote(token: Token): string {
    return goUnquote(token.text) ?? fail('invalid syntax', token)
  }

  // Items.

  function itemList(): { nodes: Node[]; end: ListEnd } {
    if (++nesting > MAX_NESTING) fail(`more than ${MAX_NESTING} nested actions`)
    const nodes: Node[] = []
    while (peekNonSpace().kind !== 'eof') {
      const node = textOrAction()
      if (isListEnd(node)) {
        nesting--
        return { nodes, end: node }
      }
      nodes.push(node)
    }
    fail('unexpected EOF')
  }

  function textOrAction(): Node | ListEnd {
    const token = nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text }
    if (token.kind !== 'left') unexpected(token, 'input')
    actionLine = token.line
    const node = action()
    actionLine = 0
    return node
  }

  function action(): Node | ListEnd {
    const token = peekNonSpace()
    switch (token.kind) {
      case 'block':
        next()
        return blockControl()
      case 'break':
      case 'continue':
        next()
        return jump(token, token.kind)
      case 'else':
        next()
        return elseControl()
      case 'end':
        next()
        expect('right', 'end')
        return { kind: 'end' }
      case 'if':
      case 'with':
      case 'range':
        next()
        return branch(token.kind)
      case 'template':
        next()
        return templateControl()
      default:
        return { kind: 'action', at: token.at, pipe: pipeline('command', 'right') }
    }
  }

  function jump(token: Token, kind: 'break' | 'continue'): Node {
    const close = nextNonSpace()
    if (close.kind !== 'right') unexpected(close, `{{${kind}}}`)
    if (scope.rangeDepth === 0) fail(`{{${kind}}} outside {{range}}`, token)
    return { kind, at: token.at }
  }

  function elseControl(): ListEnd {
    const { kind } = peekNonSpace()
    if (kind !== 'if' && kind !== 'with') expect('right', 'else')
    return { kind: 'else' }
  }

  function branch(kind: BranchNode['kind']): BranchNode {
    const visible = scope.variables.length
    const pipe = pipeline(kind, 'right')
    if (kind === 'range') scope.rangeDepth++
    const { nodes: body, end } = itemList()
    if (kind === 'range') scope.rangeDepth--
    const otherwise = end.kind === 'else' ? elseBody(kind) : undefined
    scope.variables.length = visible
    return { kind, at: pipe.at, pipe, body, otherwise }
  }

  /** `else if` and `else with` hold the rest of the chain, and share its `end`. */
  function elseBody(kind: BranchNode['kind']): readonly Node[] {
    const token = peek()
    if (kind !== 'range' && token.kind === kind) {
      next()
      if (++nesting > MAX_NESTING) fail(`more than ${MAX_NESTING} nested actions`)
      const rest = branch(kind)
      nesting--
      return [rest]
    }
    const { nodes, end } = itemList()
    if (end.kind !== 'end') fail(`expected end; found {{${end.kind}}}`)
    return nodes
  }

  function blockControl(): TemplateNode {
    const token = nextNonSpace()
    const blockName = templateName(token, 'block clause')
    const pipe = pipeline('block clause', 'right')
    const outer = scope
    scope = newScope(blockName)
    readDefinition('block clause')
    scope = outer
    return { kind: 'template', at: token.at, name: blockName, pipe }
  }

  function templateControl(): TemplateNode {
    const token = nextNonSpace()
    const called = templateName(token, 'template clause')
    if (peekNonSpace().kind === 'right') {
      next()
      return { kind: 'template', at: token.at, name: called, pipe: undefined }
    }
    return { kind: 'template', at: token.at, name: called, pipe: pipeline('template clause', 'right') }
  }

  // Pipelines.

  function pipeline(context: string, end: 'right' | 'rparen'): PipeNode {
    const { at } = peekNonSpace()
    const outerPending = scope.pending
    const { names, isAssign } = declarations(context)
    scope.pending = isAssign ? outerPending : [...outerPending, ...names.map(token => token.text)]
    const commands: CommandNode[] = []
    for (;;) {
      const token = peekNonSpace()
      if (token.kind === end) break
      if (!OPERAND_START.has(token.kind)) unexpected(nextNonSpace(), context)
      commands.push(command())
    }
    next()
    checkPipeline(commands, context)
    scope.pending = outerPending
    return { kind: 'pipe', at, isAssign, decl: names.map(token => declare(token, isAssign)), commands }
  }

  function declarations(context: string): { names: Token[]; isAssign: boolean } {
    const names: Token[] = []
    for (;;) {
      const start = index
      const token = peekNonSpace()
      if (token.kind !== 'variable') return { names, isAssign: false }
      next()
      const after = peekNonSpace()
      if (after.kind === 'assign' || after.kind === 'declare') {
        next()
        return { names: [...names, token], isAssign: after.kind === 'assign' }
      }
      if (after.kind !== 'char' || after.text !== ',') {
        index = start
        // Go keeps what it has: `range $i, $v` alone ranges over nothing that is named, and fails later.
        return { names, isAssign: false }
      }
      next()
      names.push(token)
      if (context !== 'range' || names.length > 1) fail(`too many declarations in ${context}`)
      const { kind } = peekNonSpace()
      if (kind !== 'variable' && kind !== 'right' && kind !== 'rparen') fail('range can only initialize variables')
    }
  }

  function declare(token: Token, isAssign: boolean): VariableNode {
    if (isAssign) return { kind: 'variable', at: token.at, name: token.text, slot: slotOf(token.text), path: [] }
    const slot = scope.slots++
    scope.variables.push({ name: token.text, slot })
    return { kind: 'variable', at: token.at, name: token.text, slot, path: [] }
  }

  /** The innermost variable of that name, or -1: its use is an error when it is reached. */
  function slotOf(variable: string): number {
    return scope.variables.findLast(known => known.name === variable)?.slot ?? -1
  }

  function checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) fail(`missing value for ${context}`)
    const stage = commands.findIndex(({ args }, i) => i > 0 && NOT_EXECUTABLE.has(args[0].kind))
    if (stage !== -1) fail(`non executable command in pipeline stage ${stage + 1}`)
  }

  function command(): CommandNode {
    const { at } = peekNonSpace()
    const args: Operand[] = []
    for (;;) {
      peekNonSpace()
      const argument = operand()
      if (argument !== undefined) args.push(argument)
      const token = peek()
      if (token.kind === 'space') {
        next()
        continue
      }
      if (token.kind === 'pipe') next()
      else if (token.kind !== 'right' && token.kind !== 'rparen') unexpected(next(), 'operand')
      break
    }
    const [first, ...rest] = args
    if (first === undefined) fail('empty command')
    return { kind: 'command', at, args: [first, ...rest] }
  }

  function operand(): Operand | undefined {
    const node = term()
    if (node === undefined || peek().kind !== 'field') return node
    const { at } = peek()
    const path: string[] = []
    while (peek().kind === 'field') path.push(next().text.slice(1))
    switch (node.kind) {
      case 'field':
      case 'variable':
        return { ...node, at, path: [...node.path, ...path] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return fail(`unexpected . after term ${goQuote(describeNode(node))}`)
      default:
        return { kind: 'chain', at, of: node, path }
    }
  }

  function term(): Operand | undefined {
    const token = peekNonSpace()
    const { at, text } = token
    if (!OPERAND_START.has(token.kind)) return undefined
    next()
    switch (token.kind) {
      case 'identifier':
        if (!options.isFunction(text)) fail(`function ${goQuote(text)} not defined`, token)
        return { kind: 'identifier', at, name: text }
      case '.':
        return { kind: 'dot', at }
      case 'nil':
        return { kind: 'nil', at }
      case 'variable':
        return useVariable(token)
      case 'field':
        return { kind: 'field', at, path: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' }
      case 'lparen':
        return parenthesized()
      case 'string':
      case 'rawString':
        return { kind: 'string', at, source: text, value: unquote(token) }
      default: {
        const number = parseNumber(token)
        return number.ok ? number.value : fail(number.error, token)
      }
    }
  }

  function parenthesized(): PipeNode {
    if (++nesting > MAX_NESTING) fail('max expression depth exceeded')
    const pipe = pipeline('parenthesized pipeline', 'rparen')
    nesting--
    return pipe
  }

  function useVariable(token: Token): VariableNode {
    const slot = slotOf(token.text)
    if (slot === -1 && !scope.pending.includes(token.text)) fail(`undefined variable ${goQuote(token.text)}`, token)
    return { kind: 'variable', at: token.at, name: token.text, slot, path: [] }
  }
}

function isListEnd(node: Node | ListEnd): node is ListEnd {
  return node.kind === 'end' || node.kind === 'else'
}

function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every(node => node.kind === 'text' && node.text.trim() === '')
}
