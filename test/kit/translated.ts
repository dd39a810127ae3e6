import { applyMeshConfig, DEFAULT_MESH_CONFIG } from '../../src/config/mesh-config.js'
import { parseConfigDocuments } from '../../src/config/parse.js'
import { createEngine } from '../../src/engine/index.js'
import { renderedOf } from '../../src/explain/proxy-resources.js'
import type { Json, JsonObject } from '../../src/lang/json.js'
import { parseYamlStream } from '../../src/lang/yaml/index.js'
import { DEFAULT_IDENTITY, type MeshSettings, putObject } from '../../src/mesh/index.js'
import { parseNode } from '../../src/proxy/node.js'
import { createXdsGraph } from '../../src/xds/resources/graph.js'
import { TRANSLATORS } from '../../src/xds/resources/translators.js'

/** A mesh in a few lines, and one proxy of it. */
export interface SmallMesh {
  /** Objects, as documents. Their validation must have no errors. */
  readonly objects: string
  readonly mesh?: JsonObject
  /** Of the proxy: `client.default` at 10.9.9.9 unless it says otherwise. */
  readonly proxy?: {
    readonly name?: string
    readonly ips?: string
    readonly metadata?: JsonObject
    /** Of its Envoy; default: it does not say, as istio-proxy. */
    readonly extensions?: readonly string[]
  }
  /** Objects of further clusters, by cluster id. */
  readonly clusters?: Readonly<Record<string, string>>
}

/** What a proxy would be sent, by kind and name, as proto3 JSON. */
export interface Translated {
  readonly clusters: Readonly<Record<string, JsonObject>>
  readonly endpoints: Readonly<Record<string, JsonObject>>
  readonly listeners: Readonly<Record<string, JsonObject>>
  readonly routes: Readonly<Record<string, JsonObject>>
}

/** Everything from configuration to resources, as `pillion render` does it, without files. Throws where something is invalid. */
export function translated({ objects, mesh = {}, proxy = {}, clusters = {} }: SmallMesh): Translated {
  const bugs: string[] = []
  const engine = createEngine({ onFault: ({ message }) => bugs.push(message) })
  const graph = createXdsGraph(engine, DEFAULT_IDENTITY, TRANSLATORS)
  const settings = applyMeshConfig(DEFAULT_MESH_CONFIG, mesh)
  if (!settings.ok) throw new Error(settings.error.message)
  engine.commit(tx => {
    const { inputs } = graph.tables
    tx.put(inputs.settings, 'mesh', settings.value as unknown as MeshSettings)
    for (const [cluster, text] of Object.entries({ [DEFAULT_IDENTITY.configCluster]: objects, ...clusters }))
      for (const object of objectsOf(text)) putObject(tx, inputs, object, cluster)
  })
  const node = parseNode(nodeOf(proxy))
  if (!node.ok) throw new Error(node.error)
  const made = renderedOf(graph, node.value)
  if (bugs.length > 0) throw new Error(bugs.join('\n'))
  return {
    clusters: byName(made.clusters),
    endpoints: byName(made.endpoints),
    listeners: byName(made.listeners),
    routes: byName(made.routes),
  }
}

function objectsOf(text: string) {
  const { objects, problems } = parseConfigDocuments(parseYamlStream(text))
  const wrong = problems.filter(({ severity }) => severity === 'error')
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'))
  return objects
}

export function nodeOf({
  name = 'client',
  ips = '10.9.9.9',
  metadata = {},
  extensions,
}: NonNullable<SmallMesh['proxy']>): JsonObject {
  return {
    id: `sidecar~${ips.split(',')[0]}~${name}.default~default.svc.cluster.local`,
    metadata: {
      NAMESPACE: 'default',
      INSTANCE_IPS: ips,
      CLUSTER_ID: DEFAULT_IDENTITY.configCluster,
      LABELS: { app: name },
      ...metadata,
    },
    ...(extensions === undefined ? {} : { extensions: extensions.map(each => ({ name: each })) }),
  }
}

function byName(list: readonly JsonObject[]): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(list.map(item => [String(item['name'] ?? item['clusterName'] ?? ''), item]))
}

/** `ip:port` of all endpoints of an assignment or cluster, weights and priorities left out. */
export function addressesOf(assignment: JsonObject | undefined): string[] {
  const found: string[] = []
  const walk = (value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value) walk(item)
    else if (typeof value === 'object' && value !== null) {
      const socket = value['socketAddress']
      if (typeof socket === 'object' && socket !== null && !Array.isArray(socket))
        found.push(`${String(socket['address'])}:${String(socket['portValue'] ?? 0)}`)
      else for (const item of Object.values(value)) walk(item)
    }
  }
  walk(assignment)
  return found
}
