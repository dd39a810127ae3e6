import type { ConfigObject } from '../../config/object.js'
import { err, ok } from '../../lang/result.js'
import type { LiveInjection } from '../injection-source.js'
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
    name: 'inject',
    summary: 'the injection configuration in use: policy, selectors, templates, values',
    proxy: 'none',
    answer: ({ injection }) => {
      const live = injection()
      return live === undefined
        ? err({ status: 404, message: 'injection has not started yet' })
        : ok(injectionOf(live.setup))
    },
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

/** With the keys of the ConfigMap `istio-sidecar-injector`. */
function injectionOf({ config, values, revision }: LiveInjection['setup']): object {
  const { policy, defaultTemplates, aliases, neverInjectSelector, alwaysInjectSelector, injectedAnnotations } = config
  return {
    revision,
    policy,
    defaultTemplates,
    aliases: Object.fromEntries(aliases),
    neverInjectSelector: neverInjectSelector.map(({ raw }) => raw),
    alwaysInjectSelector: alwaysInjectSelector.map(({ raw }) => raw),
    injectedAnnotations: Object.fromEntries(injectedAnnotations),
    templates: Object.fromEntries([...config.templates].map(([name, { text }]) => [name, text])),
    values: values.raw,
  }
}

const REDACTED = '[redacted]'
/** `kubectl apply` keeps the whole object here, content included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** As the API would print it. A Secret's content is nobody's business. */
function objectOf(object: ConfigObject, cluster: string): object {
  const { kind, group, version, namespace, name, labels, creationTimestamp, spec, source } = object
  const isSecret = kind === 'Secret'
  const isHidden = isSecret && Object.hasOwn(object.annotations, LAST_APPLIED)
  const annotations = isHidden ? { ...object.annotations, [LAST_APPLIED]: REDACTED } : object.annotations
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
    spec: isSecret ? REDACTED : spec,
    cluster,
    ...(source === undefined ? {} : { source: `${source.file ?? '-'}:${source.line}` }),
  }
}
