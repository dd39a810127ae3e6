import { hash } from 'node:crypto'
import { encode, type MessageOf } from '../../proto/index.js'

/** A resource as delivery takes it: see `EncodedResource` of src/xds/delivery. */
export interface GraphResource {
  readonly name: string
  readonly version: string
  readonly bytes: Uint8Array
  readonly pieces?: { readonly size: number; readonly list: readonly Uint8Array[] }
  readonly needs?: readonly string[]
  /** Answers who asks for a name that there is nothing of. */
  readonly isFiller?: boolean
  /** There is none, though others have one: only ever in a table that goes before theirs. */
  readonly isAbsent?: boolean
}

/**
 * `SHELL`: route configurations whose virtual hosts are resources of their own, `VHDS`; `NEAR`: those that a namespace has otherwise,
 * which go before them.
 */
export type GraphType = 'CDS' | 'EDS' | 'LDS' | 'RDS' | 'SHELL' | 'VHDS' | 'NEAR' | 'NDS'

export const MESSAGES = {
  CDS: 'envoy.config.cluster.v3.Cluster',
  EDS: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  LDS: 'envoy.config.listener.v3.Listener',
  RDS: 'envoy.config.route.v3.RouteConfiguration',
  SHELL: 'envoy.config.route.v3.RouteConfiguration',
  VHDS: 'envoy.config.route.v3.VirtualHost',
  NEAR: 'envoy.config.route.v3.VirtualHost',
  NDS: 'istio.networking.nds.v1.NameTable',
} as const satisfies Record<GraphType, string>

type Message<T extends GraphType> = MessageOf<(typeof MESSAGES)[T]>

/** Resources that were made together. */
export type Batch = readonly GraphResource[]

export const SAME_RESOURCE = { equals: isSame }
export const SAME_BATCH = { equals: isSameBatch }

function isSame(a: GraphResource, b: GraphResource): boolean {
  return a === b || (a.version === b.version && a.name === b.name)
}

export function isSameBatch(a: Batch, b: Batch): boolean {
  return a.length === b.length && a.every((row, index) => isSame(row, b[index]!))
}

/** Rows of a table of resources. */
export function byName(batch: Batch): readonly (readonly [string, GraphResource])[] {
  return batch.map(row => [row.name, row])
}

export function encodeClusters(rows: readonly Message<'CDS'>[]): Batch {
  return rows.map(row => encoded('CDS', row.name ?? '', row, clusterNeeds(row)))
}

export function encodeAssignments(rows: readonly Message<'EDS'>[]): Batch {
  return rows.map(row => encoded('EDS', row.clusterName ?? '', row))
}

export function encodeListeners(rows: readonly Message<'LDS'>[]): Batch {
  return rows.map(row => encoded('LDS', row.name ?? '', row))
}

export function encoded<T extends GraphType>(
  type: T,
  name: string,
  row: Message<T>,
  needs?: readonly string[],
): GraphResource {
  const bytes = encode(MESSAGES[type], row)
  return { name, version: versionOf(bytes), bytes, ...(needs === undefined ? {} : { needs }) }
}

/** Long enough that two states of one resource never share it. */
const VERSION_LENGTH = 16

/** Of bytes, or of all that they are made of. In one call, which takes half the time of several for what is short. */
export function versionOf(...parts: readonly (Uint8Array | string)[]): string {
  const [only, another] = parts
  const isOne = only !== undefined && another === undefined
  const whole = isOne ? only : Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
  return hash('sha256', whole, 'base64url').slice(0, VERSION_LENGTH)
}

interface EdsCluster {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly edsClusterConfig?: { readonly serviceName?: string | undefined } | undefined
}

function clusterNeeds({ name = '', type, edsClusterConfig }: EdsCluster): readonly string[] | undefined {
  return type === 'EDS' ? [edsClusterConfig?.serviceName || name] : undefined
}
