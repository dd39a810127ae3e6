import type { CommandNode, Node, Operand, PipeNode } from './nodes.js'

/** What a part of a template may do besides looking at the data. */
export interface Facts {
  /** Variables that it may read, by slot. The data itself (`$`) does not count. */
  readonly reads: ReadonlySet<number>
  /** … and those that it may set. */
  readonly writes: ReadonlySet<number>
  /** It calls functions only that give the same for the same arguments. */
  readonly isPure: boolean
}

export interface NodeFacts {
  ofNode(node: Node): Facts
  ofPipe(pipe: PipeNode): Facts
}

/** Whether a part gives the same wherever the tainted variables alone differ. */
export function isSettledBy({ reads, isPure }: Facts, tainted: ReadonlySet<number>): boolean {
  if (!isPure) return false
  for (const slot of reads) if (tainted.has(slot)) return false
  return true
}

/** `treeOf` gives the nodes of a template by name, undefined for one that does not exist. */
export function nodeFacts(
  isPureFunction: (name: string) => boolean,
  treeOf: (name: string) => readonly Node[] | undefined,
): NodeFacts {
  const known = new WeakMap<Node | PipeNode, Facts>()
  const remember = (part: Node | PipeNode, walk: (finder: Finder) => void): Facts => {
    let facts = known.get(part)
    if (facts === undefined) {
      const finder = new Finder(isPureFunction, treeOf)
      walk(finder)
      known.set(part, (facts = finder))
    }
    return facts
  }
  return {
    ofNode: node => remember(node, finder => finder.node(node)),
    ofPipe: pipe => remember(pipe, finder => finder.pipe(pipe)),
  }
}

class Finder implements Facts {
  readonly reads = new Set<number>()
  readonly writes = new Set<number>()
  isPure = true
  readonly #isPureFunction: (name: string) => boolean
  readonly #treeOf: (name: string) => readonly Node[] | undefined
  readonly #called = new Set<string>()
  /** A template that is called has variables of its own. */
  #depth = 0

  constructor(isPureFunction: (name: string) => boolean, treeOf: (name: string) => readonly Node[] | undefined) {
    this.#isPureFunction = isPureFunction
    this.#treeOf = treeOf
  }

  node(node: Node): void {
    switch (node.kind) {
      case 'action':
        this.pipe(node.pipe)
        return
      case 'if':
      case 'with':
      case 'range':
        this.pipe(node.pipe)
        for (const inner of node.body) this.node(inner)
        for (const inner of node.otherwise ?? []) this.node(inner)
        return
      case 'template':
        if (node.pipe !== undefined) this.pipe(node.pipe)
        this.#call(node.name)
    }
  }

  pipe(pipe: PipeNode): void {
    for (const command of pipe.commands) this.#command(command)
    if (this.#depth === 0) for (const { slot } of pipe.decl) this.writes.add(slot)
  }

  #command({ args }: CommandNode): void {
    for (const operand of args) this.#operand(operand)
  }

  #operand(operand: Operand): void {
    switch (operand.kind) {
      case 'pipe':
        this.pipe(operand)
        return
      case 'chain':
        this.#operand(operand.of)
        return
      case 'identifier':
        if (!this.#isPureFunction(operand.name)) this.isPure = false
        return
      case 'variable':
        if (this.#depth === 0 && operand.slot !== 0) this.reads.add(operand.slot)
    }
  }

  #call(name: string): void {
    if (this.#called.has(name)) return
    this.#called.add(name)
    this.#depth++
    for (const inner of this.#treeOf(name) ?? []) this.node(inner)
    this.#depth--
  }
}
