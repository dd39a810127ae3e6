import type { Family, Graph } from '../../engine/index.js'
import { encoded, SAME_RESOURCE } from './encoded.js'
import { translateNames } from './nametable.js'
import { listOf, type PartFacts, type PartTables, partContext, SAME_LIST, wholeScope } from './part-tables.js'
import type { NamesKey } from './proxy-parts.js'

/** The table of names: one resource for all hosts of a scope. */
export function declareNames(graph: Graph, parts: PartFacts): Family<NamesKey, PartTables> {
  return graph.family(
    'names',
    ({ key }) => key,
    (key, inner) => {
      const scope = inner.member(parts.scopes, key.scope)
      const table = inner.derive(
        'names',
        parts.tables.once,
        (_, __, read) => {
          const context = partContext(read, parts, key.facts, { scope: () => wholeScope(read, scope) })
          return [['', encoded('NDS', '', translateNames(context))]]
        },
        SAME_RESOURCE,
      )
      const list = inner.derive('list/NDS', table, row => [['mesh' as const, listOf([row])]], SAME_LIST)
      return { resource: { NDS: table }, list: { NDS: list } }
    },
  )
}
