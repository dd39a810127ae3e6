import { type CompileContext, compileNode, compilePipe, type Evaluate, type Run } from './compile.js'
import { TemplateFailure } from './error.js'
import { FunctionError } from './function.js'
import { MAX_OUTPUT, MAX_STEPS, MAX_WORK } from './limits.js'
import { canKeep } from './memo.js'
import type { BranchNode, Node } from './nodes.js'
import { isSettledBy, type NodeFacts } from './slots.js'
import { type ExecutionState, newState, type Unit } from './state.js'
import { type GoValue, isTrue } from './value.js'

/**
 * A template for data that are alike: what it writes without looking at what differs was worked out once, and only the rest is
 * run. Whether a part looked at what differs is not guessed from its text, but watched while it runs.
 */
export interface Specialised {
  /** Runs the rest, on the same data. Undefined where it fails: the template itself then says how. */
  execute(): DynamicParts | undefined
  /** The whole text, in parts, with what `execute` gave. */
  compose(dynamic: DynamicParts): { readonly texts: readonly string[]; readonly values: readonly number[] }
}

/** What the parts that were run wrote. */
export interface DynamicParts {
  readonly texts: readonly string[]
  /** Where in `texts` those stand that actions wrote, in order. */
  readonly values: readonly number[]
  /** For each part where its texts end. */
  readonly ends: readonly number[]
}

export interface Specialisation {
  readonly unit: Unit
  readonly nodes: readonly Node[]
  readonly context: CompileContext
  readonly facts: NodeFacts
  /** Nodes that run on their own, compiled once for all specialisations of the template. */
  readonly runs: Map<Node, Run>
}

/**
 * `wasTouched` tells whether anything of the data that differs was looked at since it was asked last. The data have to be the same object for
 * all executions, whatever it tells of itself then: variables may hold parts of it. Undefined where the template fails on the data.
 */
export function specialise(about: Specialisation, data: GoValue, wasTouched: () => boolean): Specialised | undefined {
  let specialiser = new Specialiser(about, newState(about.unit, data), wasTouched, () => true)
  try {
    specialiser.visit(about.nodes)
    if (!specialiser.isPure) {
      // What is run may change a value that was kept, so only those are that cannot be changed.
      specialiser = new Specialiser(about, newState(about.unit, data), wasTouched, canKeep)
      specialiser.visit(about.nodes)
    }
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
  return specialised(about.unit, data, specialiser.steps, specialiser.pending)
}

/** What was done between two parts that have to be run, or after the last. */
interface Settled {
  text: string
  steps: number
  work: number
  /** Variables that were set, by slot. */
  readonly writes: Map<number, GoValue>
}

interface Step {
  readonly before: Settled
  readonly run: Run
}

class Specialiser {
  readonly steps: Step[] = []
  pending: Settled = { text: '', steps: 0, work: 0, writes: new Map() }
  readonly #about: Specialisation
  readonly #state: ExecutionState
  readonly #wasTouched: () => boolean
  readonly #canKeep: (value: GoValue) => boolean
  /** The parts that have to be run only call functions that change nothing. */
  isPure = true
  /** Variables whose values depend on what differs. */
  readonly #tainted = new Set<number>()

  constructor(
    about: Specialisation,
    state: ExecutionState,
    wasTouched: () => boolean,
    canKeepValue: (value: GoValue) => boolean,
  ) {
    this.#canKeep = canKeepValue
    this.#about = about
    this.#state = state
    this.#wasTouched = wasTouched
  }

  visit(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const branch = node.kind === 'if' ? this.#branchOf(node) : undefined
      if (branch !== undefined) this.visit(branch)
      else if (!this.#runSettled(node)) this.#runAgain(node)
    }
  }

  /** The branch that an `if` takes for all such data; undefined where that depends on what differs. */
  #branchOf(node: BranchNode): readonly Node[] | undefined {
    const { facts, context } = this.#about
    if (!isSettledBy(facts.ofPipe(node.pipe), this.#tainted)) return undefined
    const evaluate: Evaluate = compilePipe(node.pipe, context)
    const state = this.#state
    const { steps, work } = state
    this.#wasTouched()
    const value = evaluate(state)
    const slots = node.pipe.decl.map(({ slot }) => slot)
    if (this.#wasTouched() || !this.#keep(slots)) return undefined
    this.#count(steps, work)
    return isTrue(value) ? node.body : (node.otherwise ?? [])
  }

  /** False for a node that has to be run each time; it may have been run then, which does no harm. */
  #runSettled(node: Node): boolean {
    const { reads, writes, isPure } = this.#about.facts.ofNode(node)
    // What sets a variable only sometimes leaves what was there, which may depend on anything.
    const isUnsure = node.kind !== 'action' && [...writes].some(slot => this.#tainted.has(slot))
    if (isUnsure || !isSettledBy({ reads, writes, isPure }, this.#tainted)) return false
    const state = this.#state
    const { steps, work } = state
    const before = [...writes].map(slot => [slot, state.variables[slot]] as const)
    this.#wasTouched()
    this.#run(node)
    if (this.#wasTouched() || !this.#keep(writes)) {
      for (const [slot, value] of before) state.variables[slot] = value
      this.#drop()
      return false
    }
    this.pending.text += state.texts.join('')
    this.#count(steps, work)
    this.#drop()
    return true
  }

  #runAgain(node: Node): void {
    this.#run(node)
    this.#drop()
    const { writes, isPure } = this.#about.facts.ofNode(node)
    if (!isPure) this.isPure = false
    for (const slot of writes) this.#tainted.add(slot)
    this.steps.push({ before: this.pending, run: this.#runOf(node) })
    this.pending = { text: '', steps: 0, work: 0, writes: new Map() }
  }

  #run(node: Node): void {
    this.#runOf(node)(this.#state)
  }

  #runOf(node: Node): Run {
    const { runs, context } = this.#about
    let run = runs.get(node)
    if (run === undefined) runs.set(node, (run = compileNode(node, context)))
    return run
  }

  /** Notes what variables hold now; false where that cannot be kept. */
  #keep(slots: Iterable<number>): boolean {
    const { variables } = this.#state
    for (const slot of slots) if (!this.#canKeep(variables[slot])) return false
    for (const slot of slots) {
      this.pending.writes.set(slot, variables[slot])
      this.#tainted.delete(slot)
    }
    return true
  }

  #count(steps: number, work: number): void {
    this.pending.steps += this.#state.steps - steps
    this.pending.work += this.#state.work - work
  }

  #drop(): void {
    this.#state.texts = []
    this.#state.values = []
  }
}

function specialised(unit: Unit, data: GoValue, steps: readonly Step[], last: Settled): Specialised {
  const settled = [...steps.map(({ before }) => before), last]
  const constants = settled.map(({ text }) => text)
  const total = settled.reduce((sum, part) => sum + part.text.length, 0)
  const [ownSteps, ownWork] = [sumOf(settled, 'steps'), sumOf(settled, 'work')]
  const prepared = steps.map(({ before, run }) => ({ run, writes: [...before.writes] }))
  return {
    execute() {
      const state = newState(unit, data)
      state.steps = ownSteps
      state.work = ownWork
      state.length = total
      const ends: number[] = []
      try {
        for (let i = 0; i < prepared.length; i++) {
          const { run, writes } = prepared[i]!
          for (let j = 0; j < writes.length; j++) state.variables[writes[j]![0]] = writes[j]![1]
          run(state)
          ends.push(state.texts.length)
        }
      } catch (error) {
        if (isFailure(error)) return undefined
        throw error
      }
      const isTooMuch = state.steps > MAX_STEPS || state.work > MAX_WORK || state.length > MAX_OUTPUT
      return isTooMuch ? undefined : { texts: state.texts, values: state.values, ends }
    },
    compose: dynamic => composed(constants, dynamic),
  }
}

function sumOf(parts: readonly Settled[], key: 'steps' | 'work'): number {
  return parts.reduce((sum, part) => sum + part[key], 0)
}

function composed(constants: readonly string[], { texts, values, ends }: DynamicParts) {
  const all: string[] = []
  const marked: number[] = []
  const isValue = new Set(values)
  let at = 0
  for (let i = 0; i < constants.length; i++) {
    if (constants[i] !== '') all.push(constants[i]!)
    for (const end = ends[i] ?? at; at < end; at++) {
      if (isValue.has(at)) marked.push(all.length)
      all.push(texts[at]!)
    }
  }
  return { texts: all, values: marked }
}

function isFailure(error: unknown): boolean {
  return error instanceof TemplateFailure || error instanceof FunctionError || error instanceof RangeError
}
