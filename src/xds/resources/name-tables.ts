import type { Family, Graph } from '../../engine/index.js'
import { encoded, SAME_RESOURCE } from './encoded.js'
import { translateNames } from './nametable.js'
import { type PartFacts, type PartTables, partContext, wholeScope } from './part-tables.js'
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
          const context = partContext(read, parts, key.facts, { scope: () => wholeScope(read, parts.tables, scope) })
          return [['', encoded('NDS', '', translateNames(context))]]
        },
        SAME_RESOURCE,
      )
      return { resource: { NDS: table } }
    },
  )
}
