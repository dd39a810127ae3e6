import { type Findings, findingsOf } from '../xds/resources/findings.js'
import type { XdsGraph } from '../xds/resources/graph.js'

interface Known {
  readonly revision: number
  readonly findings: Findings
}

const known = new WeakMap<XdsGraph, Known>()

/** What is not as its author may think, at this revision: worked out once for all who ask. */
export function meshFindings(graph: XdsGraph): Findings {
  const { engine, tables } = graph
  const found = known.get(graph)
  if (found?.revision === engine.revision) return found.findings
  const findings = engine.read(read => findingsOf(read, tables))
  known.set(graph, { revision: engine.revision, findings })
  return findings
}
