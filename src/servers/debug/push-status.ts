import { formatProblem } from '../../lang/problem.js'
import { ok } from '../../lang/result.js'
import type { Finding, FindingConfig } from '../../xds/resources/finding.js'
import { sortedFindings } from '../../xds/resources/findings.js'
import { meshFindings } from '../mesh-findings.js'
import { shortOf } from '../xds-types.js'
import { connectedProxies, type DebugFacts, type DebugPage } from './page.js'

/** What is not as its author meant it. */
export const pushStatusPages: readonly DebugPage[] = [
  {
    name: 'push_status',
    summary: 'what is wrong: invalid and conflicting configuration, and what proxies refused, with its cause',
    proxy: 'none',
    answer: facts =>
      ok({
        revision: facts.mesh.graph.engine.revision,
        ProxyStatus: {
          ...refusalsOf(facts),
          ...findingsOf(facts),
          pillion_sidecar_conflict: conflictsOf(facts),
          pillion_configuration_problem: Object.fromEntries(
            facts
              .problems()
              .map(problem => [formatProblem(problem), { severity: problem.severity, code: problem.code }]),
          ),
        },
      }),
  },
]

interface Entry {
  readonly proxy?: string
  readonly message: string
}

/** By the reference's metric of the type, then by connection. */
function refusalsOf(facts: DebugFacts): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const found: Record<string, Record<string, object>> = {}
  for (const { status, node } of connectedProxies(facts))
    for (const { type, nack } of status.types) {
      if (nack === undefined) continue
      const metric = `pilot_xds_${shortOf(type).toLowerCase()}_reject`
      found[metric] ??= {}
      found[metric][status.connection] = {
        proxy: node.instance,
        message: nack.message,
        resources: nack.resources,
        causes: facts.refusals.of(status.connection, type),
      }
    }
  return found
}

/** By the reference's metric; those with any. */
function findingsOf({ mesh }: DebugFacts): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const nameOf = ({ type, namespace, name }: FindingConfig): string => {
    const source = mesh.sourceOf({ type, cluster: '', namespace, name })
    const place = source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
    return `${type} ${namespace}/${name}${place}`
  }
  const entries = Object.entries(meshFindings(mesh.graph)) as [string, readonly Finding[]][]
  return Object.fromEntries(
    entries
      .filter(([, findings]) => findings.length > 0)
      .map(([metric, findings]) => [
        metric,
        Object.fromEntries(
          sortedFindings(findings).map(({ key, message, configs }) => [key, { message, configs: configs.map(nameOf) }]),
        ),
      ]),
  )
}

function conflictsOf({ mesh: { graph } }: DebugFacts): Readonly<Record<string, Entry>> {
  const reported = graph.engine.problems(graph.tables.sidecarConflict)
  return Object.fromEntries(
    reported.map(({ key, problem }) => [`${key}: ${problem.message}`, { message: formatProblem(problem) }]),
  )
}
