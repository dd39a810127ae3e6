import { type AnalysisContext, type Dependencies, dependenciesOf, writtenSlots } from './analysis.js'
import {
  type CompileContext,
  compileCommand,
  compileIf,
  compileNode,
  type Evaluate,
  GO_ON,
  inTurn,
  type Run,
} from './compile.js'
import { TemplateFailure } from './error.js'
import { canKeep, isShortKey, type KeptPart, keyText, type Lookups, MAX_ANSWERS, type TemplateMemo } from './memo.js'
import type { CommandNode, Node, Operand } from './nodes.js'
import { type ExecutionState, write } from './state.js'

/** An expression that keys are made of. */
interface Atom {
  readonly number: number
  readonly evaluate: Evaluate
  /** Its value may change during one execution. */
  readonly isOfVariable: boolean
}

/** Nodes in a row that are kept as one. */
interface Segment {
  readonly nodes: Node[]
  readonly atoms: Map<string, CommandNode>
  readonly writes: Set<number>
}

/** Compiles the outermost nodes of a template, so that runs of nodes whose dependencies are known are run once per key. */
export function compileSegments(
  nodes: readonly Node[],
  context: CompileContext,
  analysis: AnalysisContext,
  memo: TemplateMemo,
): Run {
  const atoms = new Map<string, Atom>()
  const steadySlots = new Set<number>()
  let segments = 0
  const { lookups, steady } = analysis.inputs
  const asked = new Set<string>()
  const others: Atom[] = []
  const run = compileList(nodes)
  return state => {
    const answers = state.memo === undefined ? undefined : answersTo(asked, others, state)
    if (state.memo !== undefined && answers !== undefined) state.known = memo.knownFor(state.memo, answers)
    return run(state)
  }

  /** Everything that the template asks of steady inputs, in one text; undefined where that cannot be told. */
  function answersTo(keys: ReadonlySet<string>, rest: readonly Atom[], state: ExecutionState): string | undefined {
    let text = ''
    if (lookups !== undefined && keys.size > 0) {
      const entries = lookups.entries(state.dot)
      for (const key of entries.keys()) if (keys.has(key)) text += `${keyText(key)}${keyText(entries.get(key))}`
    }
    const own = keyOf(rest, state)
    return own === undefined || !isShortKey(text) ? undefined : `${text};${own}`
  }

  function compileList(list: readonly Node[]): Run {
    const runs: Run[] = []
    let segment: Segment | undefined
    const end = (): void => {
      if (segment !== undefined) runs.push(segmentRun(segment))
      segment = undefined
    }
    for (const node of list) {
      const known = dependenciesOf(node, steadySlots, analysis)
      if (known === undefined) {
        end()
        for (const slot of writtenSlots(node)) steadySlots.delete(slot)
        runs.push(node.kind === 'if' ? compileIf(node, context, compileList) : compileNode(node, context))
        continue
      }
      // A key is made before the segment runs: what it sets itself cannot be part of it.
      if (segment !== undefined && [...known.reads].some(slot => segment?.writes.has(slot))) end()
      segment ??= { nodes: [], atoms: new Map(), writes: new Set() }
      add(segment, node, known)
    }
    end()
    return inTurn(runs)
  }

  function add(segment: Segment, node: Node, { atoms: own, writes }: Dependencies): void {
    segment.nodes.push(node)
    for (const [text, command] of own) segment.atoms.set(text, command)
    for (const slot of writes) {
      segment.writes.add(slot)
      steadySlots.add(slot)
    }
  }

  function atomOf(text: string, command: CommandNode): Atom {
    let atom = atoms.get(text)
    if (atom === undefined) {
      const isOfVariable = command.args.some(arg => arg.kind === 'variable')
      atom = { number: atoms.size, evaluate: compileCommand(command, undefined, context), isOfVariable }
      atoms.set(text, atom)
      const key = lookups === undefined ? undefined : keyAsked(command, lookups, steady)
      if (key !== undefined) asked.add(key)
      else if (!isOfVariable) others.push(atom)
    }
    return atom
  }

  function segmentRun({ nodes: own, atoms: asked, writes }: Segment): Run {
    const plain = inTurn(own.map(node => compileNode(node, context)))
    if (own.every(node => node.kind === 'text')) return plain
    const parts = [...asked].map(([text, command]) => atomOf(text, command))
    const slots = [...writes]
    const number = segments++
    const at = own[0]!.at
    const ofVariables = parts.filter(part => part.isOfVariable)
    let failures = 0
    return state => {
      // A part that makes a dictionary and keeps it in a variable, for one.
      if (state.memo === undefined || failures > MAX_FAILURES) return plain(state)
      const rest = state.known === undefined ? undefined : keyOf(ofVariables, state)
      const known = rest === undefined ? undefined : state.known?.[number]?.get(rest)
      if (known !== undefined) {
        replay(state, known, at)
        return GO_ON
      }
      const key = keyOf(parts, state)
      if (key === undefined) return plain(state)
      const kept = state.memo.parts[number]?.get(key)
      if (kept === undefined) {
        const part = recorded(state, plain, slots, at)
        if (part === undefined) failures++
        memo.keep(state.memo, number, key, part)
      } else {
        replay(state, kept, at)
        if (rest !== undefined && state.known !== undefined) {
          // The text of variables is taken before the part runs: it may set some.
          const byRest = (state.known[number] ??= new Map<string, KeptPart>())
          if (byRest.size < MAX_ANSWERS) byRest.set(rest, kept)
        }
      }
      return GO_ON
    }
  }
}

/** A part that could not be kept so often is not tried again. */
const MAX_FAILURES = 100

/** The key of a call that is a look-up in the sense of memo.ts; undefined for any other. */
function keyAsked({ args }: CommandNode, lookups: Lookups, steady: readonly string[]): string | undefined {
  const [called, subject, key, ...rest] = args
  if (called.kind !== 'identifier' || !lookups.functions.includes(called.name)) return undefined
  const isInput = (operand: Operand): boolean =>
    (operand.kind === 'field' || (operand.kind === 'variable' && operand.slot === 0)) &&
    steady.includes(operand.path.join('.'))
  if (subject === undefined || !isInput(subject) || rest.some(isInput)) return undefined
  return key?.kind === 'string' ? key.value : undefined
}

/** What the atoms of a segment are this time; undefined where one cannot be told, or cannot even be computed. */
function keyOf(atoms: readonly Atom[], state: ExecutionState): string | undefined {
  let key = ''
  for (let i = 0; i < atoms.length; i++) {
    const atom = atoms[i]!
    const text = (atom.isOfVariable ? undefined : state.atoms[atom.number]) ?? atomText(atom, state)
    if (text === undefined) return undefined
    state.atoms[atom.number] = text
    key += text
  }
  return isShortKey(key) ? key : undefined
}

function atomText(atom: Atom, state: ExecutionState): string | undefined {
  try {
    return keyText(atom.evaluate(state))
  } catch (error) {
    // The part may never get to this expression: it fails where the template does, if it does.
    if (error instanceof TemplateFailure) return undefined
    throw error
  }
}

function replay(state: ExecutionState, { text, steps, work, writes }: KeptPart, at: number): void {
  state.steps += steps
  state.work += work
  for (let i = 0; i < writes.length; i++) state.variables[writes[i]![0]] = writes[i]![1]
  write(state, text, at)
}

/** Runs a part and notes what it did; undefined where that cannot be kept. */
function recorded(state: ExecutionState, run: Run, slots: readonly number[], at: number): KeptPart | undefined {
  const { texts, values, length, steps, work } = state
  state.texts = []
  state.values = []
  run(state)
  const [ownTexts, ownValues] = [state.texts, state.values]
  state.texts = texts
  state.values = values
  const writes = slots.map(slot => [slot, state.variables[slot]] as const)
  if (!writes.every(([, value]) => canKeep(value))) {
    for (const index of ownValues) values.push(texts.length + index)
    for (const text of ownTexts) texts.push(text)
    return undefined
  }
  const text = ownTexts.join('')
  state.length = length
  write(state, text, at)
  return { text, steps: state.steps - steps, work: state.work - work, writes }
}
