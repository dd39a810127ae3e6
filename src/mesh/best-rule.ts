import type { Labels } from '../config/object.js'
import { type Graph, isSameData, type Lookup, type Memo, type Table } from '../engine/index.js'
import { findBestRule, type RuleKey } from './destination-rules.js'
import { type Hostname, isWildcard } from './hostname.js'
import type { InterestTable } from './interests.js'
import type { ConsolidatedRule } from './rule.js'
import { type MeshSettings, rootNamespaceOf } from './settings.js'

/** Clients for which the same DestinationRules count. */
export interface RuleClient {
  /** Empty: a namespace of no special standing, which sees what is public. */
  readonly namespace: string
  /** Those that selectors of rules in its namespace ask about. */
  readonly labels: Labels
}

export interface RuleQuestion {
  readonly host: Hostname
  readonly serviceNamespace: string
  readonly client: RuleClient
}

export type RuleMemo = Memo<RuleQuestion, { readonly rule: ConsolidatedRule | undefined }>

type RuleTable = Table<RuleKey, readonly ConsolidatedRule[]>

/** Which rule applies for a client to a service: asked once for all clients that are alike, and only what could win is read. */
export function declareBestRule(graph: Graph, rule: RuleTable, settingsOf: (read: Lookup) => MeshSettings): RuleMemo {
  const wildcards = rule.index('wildcard', (rules, key) => {
    const slash = key.indexOf('/')
    return rules.length > 0 && isWildcard(key.slice(slash + 1)) ? [key.slice(0, slash)] : []
  })
  const NONE = { rule: undefined }
  return graph.memo(
    'bestRule',
    ({ host, serviceNamespace, client }: RuleQuestion) =>
      `${serviceNamespace}/${host}@${client.namespace}${labelsText(client.labels)}`,
    ({ host, serviceNamespace, client }, read) => {
      const wild = new Map<string, readonly (readonly ConsolidatedRule[])[]>()
      const wildIn = (namespace: string) => {
        const found = wild.get(namespace) ?? read.where(wildcards, namespace)
        wild.set(namespace, found)
        return found
      }
      const rulesOf = (key: RuleKey): readonly ConsolidatedRule[] | undefined => {
        const slash = key.indexOf('/')
        const pattern = key.slice(slash + 1)
        if (!isWildcard(pattern)) return read.one(rule, key)
        return wildIn(key.slice(0, slash)).find(rules => rules[0]?.host === pattern)
      }
      const rootNamespace = rootNamespaceOf(settingsOf(read))
      const found = findBestRule(host, serviceNamespace, { ...client, rootNamespace }, rulesOf)
      return found === undefined ? NONE : { rule: found }
    },
    { equals: isSameData },
  )
}

/** Values are what a proxy says of itself: none of them may look like another label. */
function labelsText(labels: Labels): string {
  const entries = Object.entries(labels)
  return entries.length === 0 ? '' : JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What of a client's namespace and labels rules ask about. */
export function ruleClientOf(
  read: Lookup,
  interest: InterestTable,
  { namespace, labels }: RuleClient,
  rootNamespace: string,
): RuleClient {
  const isAsked = (name: string): boolean => read.one(interest, name) !== undefined
  const isPlain = namespace !== rootNamespace && !isAsked(`ruleIn/${namespace}`) && !isAsked(`ruleTo/${namespace}`)
  if (isPlain) return { namespace: '', labels: {} }
  const asked = Object.entries(labels).filter(([key]) => isAsked(`ruleLabel/${namespace}/${key}`))
  return { namespace, labels: Object.fromEntries(asked.sort(([a], [b]) => (a < b ? -1 : 1))) }
}
