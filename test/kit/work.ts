import { applyMeshConfig, DEFAULT_MESH_CONFIG } from '../../src/config/mesh-config.js'
import type { ConfigObject } from '../../src/config/object.js'
import { parseConfigDocuments } from '../../src/config/parse.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import type { JsonObject } from '../../src/lang/json.js'
import { parseYamlStream } from '../../src/lang/yaml/index.js'
import { DEFAULT_IDENTITY, type MeshSettings, putObject, removeObject } from '../../src/mesh/index.js'
import { type ProxyNode, parseNode } from '../../src/proxy/node.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../src/xds/delivery/index.js'
import { createXdsGraph, type XdsGraph } from '../../src/xds/resources/graph.js'
import { openSource, type ProxySource } from '../../src/xds/resources/source.js'
import { TRANSLATORS } from '../../src/xds/resources/translators.js'

const TYPES = { CDS, EDS, LDS, RDS, NDS } as const
export type ShortType = keyof typeof TYPES

export interface WorkProxy {
  readonly name: string
  readonly source: ProxySource
}

/** A mesh in memory that counts what translation does for a change, and for how many proxies. */
export interface WorkMesh {
  readonly engine: Engine
  readonly graph: XdsGraph
  /** In the order of coming. */
  readonly proxies: () => readonly WorkProxy[]
  /** A proxy that has everything it could be sent. */
  readonly connect: (name: string, options?: ProxyOptions) => WorkProxy
  /** Objects by YAML; `remove` by the same text. */
  readonly apply: (yaml: string, remove?: 'remove') => void
  readonly configure: (mesh: JsonObject) => void
  /** What came and went since the last time, `<proxy>: <type> +name -name`, for each proxy and type with any. */
  readonly told: () => Readonly<Record<string, readonly ShortType[]>>
  /** Names of one proxy and type that came or changed, and that went, in the last `told`. */
  readonly names: (proxy: string, type: ShortType) => readonly string[]
  /** Step runs since the last time, by table without the member's key. */
  readonly runs: () => Readonly<Record<string, number>>
}

export interface ProxyOptions {
  readonly ip?: string
  readonly zone?: string
}

export function createWorkMesh(yaml: string): WorkMesh {
  const counts = new Map<string, number>()
  const engine = createEngine({
    onRun: table => {
      const name = table.replace(/\(.*\)/, '')
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
  })
  const graph = createXdsGraph(engine, DEFAULT_IDENTITY, TRANSLATORS)
  const { inputs } = graph.tables
  const proxies: WorkProxy[] = []
  const since = new Map<WorkProxy, number>()
  let last = new Map<string, readonly string[]>()
  const configure = (mesh: JsonObject): void => {
    const applied = applyMeshConfig(DEFAULT_MESH_CONFIG, mesh)
    if (!applied.ok) throw new Error(applied.error.message)
    engine.commit(tx => tx.put(inputs.settings, 'mesh', applied.value as unknown as MeshSettings))
  }
  const apply: WorkMesh['apply'] = (text, remove) => {
    engine.commit(tx => {
      for (const object of objectsOf(text))
        remove === 'remove'
          ? removeObject(tx, inputs, object, 'Kubernetes')
          : putObject(tx, inputs, object, 'Kubernetes')
    })
  }
  const connect: WorkMesh['connect'] = (name, options = {}) => {
    const source = openSource(graph, nodeOf(name, options))
    warm(source)
    const proxy = { name, source }
    proxies.push(proxy)
    since.set(proxy, source.revision())
    return proxy
  }
  const told: WorkMesh['told'] = () => {
    last = new Map()
    const found: Record<string, ShortType[]> = {}
    for (const proxy of proxies) {
      const { name, source } = proxy
      for (const [type, url] of Object.entries(TYPES) as [ShortType, string][]) {
        const changes = source.changes(url, since.get(proxy) ?? 0)
        const names =
          changes.kind === 'reset' ? ['*'] : [...changes.changed, ...[...changes.removed].map(each => `-${each}`)]
        if (names.length === 0) continue
        found[name] = [...(found[name] ?? []), type]
        last.set(`${name} ${type}`, names)
      }
      since.set(proxy, source.revision())
      source.told(source.revision())
    }
    return found
  }
  configure({})
  apply(yaml)
  return {
    engine,
    graph,
    proxies: () => proxies,
    connect,
    apply,
    configure,
    told,
    names: (proxy, type) => last.get(`${proxy} ${type}`) ?? [],
    runs: () => {
      const found = Object.fromEntries(counts)
      counts.clear()
      return found
    },
  }
}

function warm(source: ProxySource): void {
  for (const type of Object.values(TYPES)) source.list(type)
}

function objectsOf(yaml: string): readonly ConfigObject[] {
  const { objects, problems } = parseConfigDocuments(parseYamlStream(yaml, {}))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  return objects
}

/** `name`: `<pod>.<namespace>`. */
function nodeOf(name: string, { ip = '10.9.9.9', zone }: ProxyOptions): ProxyNode {
  const [pod = '', namespace = ''] = name.split('.')
  const node = parseNode({
    id: `sidecar~${ip}~${name}~${namespace}.svc.cluster.local`,
    metadata: { NAME: pod, NAMESPACE: namespace, CLUSTER_ID: 'Kubernetes', INSTANCE_IPS: ip, DNS_CAPTURE: 'true' },
    ...(zone === undefined ? {} : { locality: { region: 'r', zone } }),
  })
  if (!node.ok) throw new Error(node.error)
  return node.value
}
