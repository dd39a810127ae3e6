import type { FieldChange } from './diff-json.js'
import { compareNames } from './reading-order.js'
import type { ConfigOrigin } from './resources.js'

/** What `proxy-config` calls them, in the order of a push. */
export const DIFF_KINDS = ['clusters', 'endpoints', 'listeners', 'routes', 'nameTable'] as const
export type DiffKind = (typeof DIFF_KINDS)[number]

/** A resource as it would be sent; equal versions are equal resources. */
export interface SentResource {
  readonly name: string
  readonly version: string
  readonly bytes: Uint8Array
  /** Names of the endpoints that a cluster needs again when it changes. */
  readonly needs?: readonly string[]
}

export type SentResources = Readonly<Record<DiffKind, ReadonlyMap<string, SentResource>>>

export interface ResourceChange {
  readonly kind: DiffKind
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Encoded, of the first proxy; of the newer side, of the older for what is gone. */
  readonly bytes: number
  /** Empty unless changed. */
  readonly fields: readonly FieldChange[]
  /** Objects that changed and have a part in it. */
  readonly causes: readonly ConfigOrigin[]
}

/** Bytes of resources, without the envelopes of messages. */
export interface PushSize {
  /** State of the world: clusters, listeners and the name table go out whole. */
  readonly sotw: number
  readonly delta: number
}

/** Proxies that change alike; what does not change may differ. */
export interface DiffGroup {
  readonly proxies: readonly string[]
  /** Of all of them. */
  readonly push: PushSize
  readonly changes: readonly ResourceChange[]
}

/** An object that one side has not, or has otherwise. */
export interface ObjectChange {
  readonly change: 'added' | 'removed' | 'changed'
  readonly object: ConfigOrigin
  /** Whether it is the cause of a change of some proxy. */
  readonly hasEffect: boolean
}

export interface ConfigDiff {
  /** Compared in all. */
  readonly proxies: number
  readonly changed: number
  /** On the newer side only, on the older side only: those are not compared. */
  readonly newProxies: readonly string[]
  readonly goneProxies: readonly string[]
  /** Of all that change. */
  readonly push: PushSize
  readonly objects: readonly ObjectChange[]
  readonly groups: readonly DiffGroup[]
}

/** What changes from one to the other, without saying how; keys are unique for a pair of versions. */
export interface NameChange {
  readonly key: string
  readonly kind: DiffKind
  readonly name: string
  readonly before: SentResource | undefined
  readonly after: SentResource | undefined
}

export function changedNames(before: SentResources, after: SentResources): readonly NameChange[] {
  return DIFF_KINDS.flatMap(kind => {
    const [was, is] = [before[kind], after[kind]]
    if (was === is) return []
    const names = new Set([...was.keys(), ...is.keys()])
    // Only what changed is put in order: there may be thousands of the rest, for each proxy.
    const changed = [...names].filter(name => was.get(name)?.version !== is.get(name)?.version)
    return changed.sort(compareNames).map(name => {
      const [old, now] = [was.get(name), is.get(name)]
      return { key: `${kind} ${name} ${old?.version ?? ''} ${now?.version ?? ''}`, kind, name, before: old, after: now }
    })
  })
}

const WHOLE: ReadonlySet<DiffKind> = new Set(['clusters', 'listeners', 'nameTable'])

/** What a proxy that has `before` is sent to have `after`. A cluster that changed needs its endpoints again. */
export function pushSize(changes: readonly NameChange[], after: SentResources): PushSize {
  const kinds = new Set(changes.map(({ kind }) => kind))
  const warmed = changes.flatMap(({ after: now }) => now?.needs ?? []).flatMap(name => after.endpoints.get(name) ?? [])
  const sent = new Set([...changes.flatMap(({ after: now }) => now ?? []), ...warmed])
  const rest = [...kinds].filter(kind => WHOLE.has(kind)).flatMap(kind => [...after[kind].values()])
  return { delta: sizeOf(sent), sotw: sizeOf(new Set([...sent, ...rest])) }
}

function sizeOf(resources: Iterable<SentResource>): number {
  let size = 0
  for (const { bytes } of resources) size += bytes.length
  return size
}
