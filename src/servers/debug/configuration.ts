import type { ConfigObject } from '../../config/object.js'
import { ok } from '../../lang/result.js'
import type { DebugFacts, DebugPage } from './page.js'

/** What was read: objects, mesh configuration, networks. */
export const configurationPages: readonly DebugPage[] = [
  {
    name: 'configz',
    summary: 'every object in force, with the file and line where it stands',
    proxy: 'none',
    answer: ({ mesh }) => ok([...mesh.objects()].map(({ cluster, object }) => objectOf(object, cluster))),
  },
  {
    name: 'mesh',
    summary: 'the mesh configuration in force, defaults included',
    proxy: 'none',
    answer: facts => ok(one(facts, 'settings') ?? {}),
  },
  {
    name: 'networkz',
    summary: 'gateways of the networks, by network',
    proxy: 'none',
    answer: ({ mesh: { graph } }) => {
      const { tables, engine } = graph
      return ok({ networks: Object.fromEntries(engine.read(read => read.all(tables.gateways))) })
    },
  },
]

function one({ mesh: { graph } }: DebugFacts, input: 'settings' | 'networks'): unknown {
  return graph.engine.read(read => read.one<'mesh', unknown>(graph.tables.inputs[input], 'mesh'))
}

/** As the API would print it. A Secret's content is nobody's business. */
function objectOf(object: ConfigObject, cluster: string): object {
  const { kind, group, version, namespace, name, labels, annotations, creationTimestamp, spec, source } = object
  return {
    kind,
    apiVersion: group === '' ? version : `${group}/${version}`,
    metadata: {
      name,
      ...(namespace === '' ? {} : { namespace }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(creationTimestamp === '' ? {} : { creationTimestamp }),
    },
    spec: kind === 'Secret' ? '[redacted]' : spec,
    cluster,
    ...(source === undefined ? {} : { source: `${source.file ?? '-'}:${source.line}` }),
  }
}
