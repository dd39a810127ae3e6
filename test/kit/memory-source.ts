import { createHash } from 'node:crypto'
import { encode } from '../../src/proto/index.js'
import type {
  EncodedResource,
  ResourceChanges,
  ResourceSource,
  SourceRevision,
  TypeUrl,
} from '../../src/xds/delivery/index.js'

/** A source of a test's own: resources are put and removed by hand. */
export interface MemorySource extends ResourceSource {
  /** As proto3 JSON, by name; undefined removes. All of it is one revision. */
  set(changes: Readonly<Record<TypeUrl, Readonly<Record<string, object | undefined>>>>): SourceRevision
  /** From now on `changes` cannot tell what happened before. */
  forgetHistory(): void
  /** How often `changes` found something: the work of a push. */
  readonly changesRead: number
}

export function encodeResource(type: TypeUrl, name: string, message: object): EncodedResource {
  const bytes = encode(type.slice(type.indexOf('/') + 1), message)
  const { edsClusterConfig } = message as { readonly edsClusterConfig?: object }
  const needs = edsClusterConfig === undefined ? {} : { needs: [name] }
  return { ...needs, name, version: createHash('sha256').update(bytes).digest('base64url').slice(0, 12), bytes }
}

export function createMemorySource(): MemorySource {
  const rows = new Map<TypeUrl, ReadonlyMap<string, EncodedResource>>()
  let log: { readonly type: TypeUrl; readonly name: string; readonly revision: SourceRevision }[] = []
  let revision = 1
  let oldest = 0
  let changesRead = 0
  const list = (type: TypeUrl): ReadonlyMap<string, EncodedResource> => {
    const found = rows.get(type) ?? new Map()
    rows.set(type, found)
    return found
  }
  return {
    revision: () => revision,
    list,
    get: (type, name) => rows.get(type)?.get(name),
    changes: (type, since): ResourceChanges => {
      if (since < oldest) return { kind: 'reset' }
      const names = [...new Set(log.filter(each => each.type === type && each.revision > since).map(each => each.name))]
      if (names.length > 0) changesRead++
      const now = list(type)
      return {
        kind: 'delta',
        changed: names.filter(name => now.has(name)),
        removed: names.filter(name => !now.has(name)),
      }
    },
    set: changes => {
      revision++
      for (const [type, resources] of Object.entries(changes)) {
        const next = new Map(list(type))
        for (const [name, message] of Object.entries(resources)) {
          log.push({ type, name, revision })
          if (message === undefined) next.delete(name)
          else next.set(name, encodeResource(type, name, message))
        }
        rows.set(type, next)
      }
      return revision
    },
    forgetHistory: () => {
      log = []
      oldest = revision
    },
    get changesRead() {
      return changesRead
    },
  }
}
