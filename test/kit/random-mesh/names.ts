import fc from 'fast-check'

// Few names, so that objects meet, and edits hit what is there.

/** A Kubernetes or Istio object as its document says it. */
export interface MeshDocument {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly creationTimestamp?: string
  }
  readonly [field: string]: unknown
}

/** A document, and the cluster whose files have it. */
export interface MeshObject {
  readonly cluster: Cluster
  readonly document: MeshDocument
}

export type Cluster = (typeof CLUSTERS)[number]

export const HOME = 'Kubernetes'
export const CLUSTERS = [HOME, 'remote'] as const
export const NAMESPACES = ['istio-system', 'shop', 'bank'] as const
export const APPS = ['web', 'api', 'sql'] as const
export const VERSIONS = ['v1', 'v2'] as const
export const ACCOUNTS = ['default', 'web', 'sql'] as const
export const NETWORKS = ['net-1', 'net-2'] as const
/** Ties are as likely as not. */
export const AGES = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'] as const
export const EXTERNAL = ['ext.example.com', '*.example.com', 'a.example.com'] as const

/** Labels that objects are given and lose in edits. */
export const LABELS: readonly (readonly [string, readonly string[]])[] = [
  ['app', APPS],
  ['version', VERSIONS],
  ['tier', ['front', 'back']],
  ['topology.istio.io/network', NETWORKS],
  ['security.istio.io/tlsMode', ['istio', 'disabled']],
  ['topology.kubernetes.io/zone', ['z1', 'z2']],
  ['istio-discovery', ['enabled', 'disabled']],
]

/** For the most part the home cluster. */
export const cluster: fc.Arbitrary<Cluster> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(HOME) },
  { weight: 2, arbitrary: fc.constant('remote' as const) },
)
export const namespace = fc.oneof(
  { weight: 5, arbitrary: fc.constant('shop' as const) },
  { weight: 3, arbitrary: fc.constant('bank' as const) },
  { weight: 1, arbitrary: fc.constant('istio-system' as const) },
)
export const app = fc.constantFrom(...APPS)
export const version = fc.constantFrom(...VERSIONS)
const age = fc.constantFrom(...AGES)
/** Hosts as configuration names them: short, whole, of other namespaces, of nobody. */
export const kubernetesHost = fc.tuple(app, namespace).map(([name, ns]) => `${name}.${ns}.svc.cluster.local`)
export const host: fc.Arbitrary<string> = fc.oneof(app, kubernetesHost, fc.constantFrom(...EXTERNAL))
/** Of workloads, by labels that pods and proxies have or are given. */
export const workloadLabels: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 4, arbitrary: app.map(name => ({ app: name })) },
  { weight: 1, arbitrary: fc.constant({ tier: 'front' }) },
  { weight: 1, arbitrary: fc.tuple(app, version).map(([app, version]) => ({ app, version })) },
)

type Optional<T> = { readonly [K in keyof T]?: fc.Arbitrary<T[K]> }

/** A record whose fields are there or not. */
export function some<T extends Record<string, unknown>>(fields: Optional<T>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(fields as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
}

export function both(...parts: fc.Arbitrary<Record<string, unknown>>[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(...parts).map(values => Object.assign({}, ...values) as Record<string, unknown>)
}

export type Place = fc.Arbitrary<string>

export function document(
  apiVersion: string,
  kind: string,
  name: Place,
  namespace: Place,
  rest: (name: string, namespace: string) => fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<MeshDocument> {
  return fc.tuple(name, namespace, age).chain(([name, namespace, creationTimestamp]) =>
    rest(name, namespace).map(({ metadata, ...fields }) => ({
      apiVersion,
      kind,
      metadata: { name, namespace, creationTimestamp, ...(metadata as object | undefined) },
      ...fields,
    })),
  )
}

/** An object of Istio, some in the files of another cluster, where they are nothing. */
export function istio(
  group: string,
  kind: string,
  spec: fc.Arbitrary<Record<string, unknown>>,
  names: readonly string[] = ['one', 'two', 'default'],
): fc.Arbitrary<MeshObject> {
  const documents = document(`${group}.istio.io/v1`, kind, fc.constantFrom(...names), namespace, () =>
    spec.map(spec => ({ spec })),
  )
  const where = fc.oneof(
    { weight: 19, arbitrary: fc.constant(HOME) },
    { weight: 1, arbitrary: fc.constant('remote' as const) },
  )
  return fc.record({ cluster: where, document: documents })
}

/** What an object is known by in the files of all clusters. */
export function idOf({ cluster, document: { kind, metadata } }: MeshObject): string {
  return `${cluster}.${kind}.${metadata.namespace ?? ''}.${metadata.name}`
}
