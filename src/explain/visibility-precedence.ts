import { importOf, isPublic, isWildcard, parseEgressHosts, type Service } from '../mesh/index.js'
import type { VisibilityFacts } from './visibility.js'

/** Why one of two services of a host goes before the other; the reference's rules in the order in which they count. */
export type Precedence =
  | 'named-in-full'
  | 'own-namespace'
  | 'kubernetes-before-others'
  | 'private-before-exported'
  | 'exported-by-name-before-public'
  | 'older'

/** `winner` is the one that the scope has. */
export function precedenceOf(winner: Service, loser: Service, facts: VisibilityFacts): Precedence {
  const client = facts.scope.namespace
  const [won, lost] = [isNamed(winner, facts), isNamed(loser, facts)]
  if (won && !lost) return 'named-in-full'
  if (winner.namespace === client && loser.namespace !== client && hasEgress(facts)) return 'own-namespace'
  if (winner.registry !== loser.registry && winner.registry === 'Kubernetes') return 'kubernetes-before-others'
  const [first, second] = [standing(winner, client), standing(loser, client)]
  if (first === second) return 'older'
  return first === 0 ? 'private-before-exported' : 'exported-by-name-before-public'
}

function hasEgress({ sidecar }: VisibilityFacts): boolean {
  return (sidecar?.spec.egress ?? []).length > 0
}

/** By an egress host that has both the namespace and the whole name. */
function isNamed(service: Service, { sidecar, scope }: VisibilityFacts): boolean {
  return (sidecar?.spec.egress ?? []).some(({ hosts = [] }) => {
    const found = importOf(service, parseEgressHosts(hosts, scope.namespace))
    return found !== undefined && found.namespace !== '*' && !isWildcard(found.host)
  })
}

/** Private to the client's namespace, exported to it by name, public. */
function standing({ exportTo }: Service, client: string): 0 | 1 | 2 {
  if (isPublic(exportTo)) return 2
  return exportTo.length === 1 && exportTo[0] === client ? 0 : 1
}
