import { equalJson, type Json } from '../lang/json.js'
import type { Position } from '../lang/problem.js'

export type Labels = Readonly<Record<string, string>>

/**
 * One parsed object, of Istio or of Kubernetes: typed, canonical (proto3 JSON: camelCase, enum names, `"1.5s"`; what is not set
 * is absent) and valid. It is data: nothing in it refers to the document it came from, and nobody changes it.
 *
 * `Spec` of an Istio kind is its message; of a Kubernetes kind a narrow view, `status` included where the mesh reads it
 * (`kinds/kubernetes/*.ts`); of a kind that is only carried (Gateway API, Ingress) the document as it is.
 */
export interface ConfigObject<Spec = unknown> {
  /** Unique among kinds, the name of its table: `VirtualService`; with its group where two kinds share a name. */
  readonly type: string
  readonly kind: string
  /** Empty for the core group. */
  readonly group: string
  /** As written in the document; the spec is the same in all of them. */
  readonly version: string
  /** Empty for kinds that have none, such as Node. */
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  readonly annotations: Labels
  /** RFC 3339, or empty when the document does not say. Sorts as text, oldest first. */
  readonly creationTimestamp: string
  readonly spec: Spec
  /** What is read of the status of Istio's own objects; absent: nothing there that anybody asks about. */
  readonly status?: ObjectStatus
  /** Where the document begins. Not part of what the object is: see `isSameObject`. */
  readonly source: Position | undefined
}

/** Findings of controllers that change what proxies are sent. */
export interface ObjectStatus {
  /** Of a WorkloadEntry: the condition Healthy. */
  readonly isHealthy?: boolean
  /** Of a ServiceEntry: addresses that were given to its hosts. */
  readonly addresses?: readonly { readonly host: string; readonly value: string }[]
}

/** `<namespace>/<name>`, unique within a type and a cluster. */
export function objectKey(object: { readonly namespace: string; readonly name: string }): string {
  return `${object.namespace}/${object.name}`
}

/** `<type>/<namespace>/<name>`, unique within a cluster. */
export function objectId(object: { readonly type: string; readonly namespace: string; readonly name: string }): string {
  return `${object.type}/${object.namespace}/${object.name}`
}

/** Equal but for where they stand: a document that only moves in its file, or to another one, changes nothing. */
export function isSameObject(a: ConfigObject, b: ConfigObject): boolean {
  if (a === b) return true
  return (
    a.type === b.type &&
    a.version === b.version &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    a.creationTimestamp === b.creationTimestamp &&
    equalJson(a.labels, b.labels) &&
    equalJson(a.annotations, b.annotations) &&
    equalJson(a.spec as Json, b.spec as Json) &&
    equalJson((a.status ?? null) as Json, (b.status ?? null) as Json)
  )
}
