/** `type.googleapis.com/…`, as it stands in requests and responses. */
export type TypeUrl = string

/**
 * A point in the history of what may be sent: it only grows, and equal numbers mean that nothing changed in between. The
 * engine's revision, as a plain number, so that delivery also runs over a source of a test's own.
 */
export type SourceRevision = number

/** One resource as the wire carries it. Encoded once, shared by every stream that is sent it. */
export interface EncodedResource {
  readonly name: string
  /** Hash of the bytes: equal versions mean equal bytes. */
  readonly version: string
  /** The encoded message: what becomes `Any.value`. Never written to. */
  readonly bytes: Uint8Array
  /** The same, for those that do not stand in one piece: asking for `bytes` would put them together. */
  readonly pieces?: Pieces
  /**
   * What the client asks for once it has this, of the type that ours warms: an EDS cluster's service name. Absent: nothing is
   * waited for, and the resource of the same name is sent again, if it is subscribed.
   */
  readonly needs?: readonly string[]
  /** There is nothing of that name: this only answers who asks for it. It never takes the place of what the client has. */
  readonly isFiller?: boolean
}

/** Bytes one after the other, which others may share. Never written to. */
export interface Pieces {
  /** Of all, in bytes. */
  readonly size: number
  readonly list: readonly Uint8Array[]
}

/** In bytes. */
export function sizeOf(resource: EncodedResource): number {
  return resource.pieces?.size ?? resource.bytes.length
}

/** What happened to the resources of one type since a revision, net: a name stands here once. */
export type ResourceChanges =
  | {
      readonly kind: 'delta'
      /** Added or changed. May name too much (a resource that changed and changed back), never too little. */
      readonly changed: readonly string[]
      readonly removed: readonly string[]
    }
  /** The history does not reach back that far, or the view is another one now: compare everything. */
  | { readonly kind: 'reset' }

/**
 * Everything that one proxy may be told, at its newest state. Proxies of one view share the tables behind it. All methods are
 * synchronous reads; none may throw.
 */
export interface ResourceSource {
  /** The newest state. */
  revision(): SourceRevision
  /**
   * The resource of that name; absent: there is none. A source may answer names that `list` does not give, such as an empty
   * ClusterLoadAssignment for a cluster without endpoints.
   */
  get(type: TypeUrl, name: string): EncodedResource | undefined
  /**
   * What a wildcard subscription holds, by name, in the order to send it. The map does not change afterwards: streams keep it
   * as the record of what they were sent, so the same state should be the same map.
   */
  list(type: TypeUrl): ReadonlyMap<string, EncodedResource>
  /** Empty where nothing changed, at the cost of a comparison: delivery asks for every stream and type at every push. */
  changes(type: TypeUrl, since: SourceRevision): ResourceChanges
  /** Everything up to this revision is delivered: `changes` before it are not asked any more. */
  told?(revision: SourceRevision): void
  /** A client came back with what an earlier stream told it: name to version. Comes before any question about that type. */
  returns?(type: TypeUrl, versions: ReadonlyMap<string, string>): void
}

/** How resources of one type are delivered. */
export interface TypeRule {
  readonly url: TypeUrl
  /** For people: `CDS`. */
  readonly short: string
  /** Whether a subscription without names (or with `*`) means everything. Otherwise it means nothing. */
  readonly isWildcard: boolean
  /**
   * Of this type the client needs what ours names (`needs`) again after ours was sent, changed or not, if it is subscribed:
   * Envoy warms a changed cluster until its endpoints come.
   */
  readonly warms?: TypeUrl
  /**
   * Changes of this type are pushed only when the client has what was last sent of that type, and what it warms: a route to a
   * cluster that is still warming would answer 503. What is asked for does not wait.
   */
  readonly waitsFor?: TypeUrl
  /** What is gone is told only when the client has acknowledged the newest of these types: break after make. */
  readonly removesAfter?: readonly TypeUrl[]
  /** Names that are gone are never told (ECDS: Envoy keeps the last extension it had). */
  readonly isNeverRemoved?: boolean
  /**
   * Each resource belongs to one of that type: its name is the owner's, a slash, and more. A wildcard means those of the owners that
   * the client has. Over delta alone.
   */
  readonly within?: TypeUrl
  /**
   * A client that refuses one resource may leave out others of the same response: it stops at the first. They are sent again by
   * themselves; of a type within another, those of each owner.
   */
  readonly isRefusedWhole?: boolean
}

/** Of a name of a type within another, `<owner>/<rest>`: owners may have slashes in their names. */
export function ownerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}
