// Whatever happened to a mesh before, what its proxies are given is what they would be given had it been so from the start;
// and it does not matter which files the objects stand in. Seeded; PILLION_FUZZ_RUNS is the number of histories.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/proto/index.js'
import type { MeshSource } from '../../src/servers/mesh-source.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../src/xds/delivery/index.js'
import { openSource, type ProxySource } from '../../src/xds/resources/source.js'
import { MESH_PROXIES } from '../kit/mesh-proxies.js'
import { applyEdit, meshEdit, openMesh, type RandomMesh, randomMesh, snapshotOf } from '../kit/random-mesh.js'

const RUNS = Number(process.env['PILLION_FUZZ_RUNS'] ?? 12)
const SEED = Number(process.env['PILLION_FUZZ_SEED'] ?? 20260101)
const TYPES = [CDS, EDS, LDS, RDS, NDS]

interface Proxy {
  readonly name: string
  readonly source: ProxySource
}

/** `order` is that in which they ask: what one is given may not depend on who came before. */
function proxiesOf(mesh: MeshSource, order: 'first to last' | 'last to first' = 'first to last'): Proxy[] {
  const nodes = order === 'first to last' ? MESH_PROXIES : MESH_PROXIES.toReversed()
  const proxies = nodes.map(node => ({ name: node.instance, source: openSource(mesh.graph, node) }))
  given(proxies)
  return order === 'first to last' ? proxies : proxies.reverse()
}

/** Every resource that the proxies are given, in order, as one line each. */
function given(proxies: readonly Proxy[]): string[] {
  return proxies.flatMap(({ name, source }) =>
    TYPES.flatMap(type =>
      [...source.list(type)].map(([key, resource]) => `${name} ${shortOf(type)} ${key} ${resource.version}`),
    ),
  )
}

function shortOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}

/** The first resource that differs, readable. */
function firstDifference(left: readonly Proxy[], right: readonly Proxy[]): unknown {
  for (const [index, { name, source }] of left.entries()) {
    const other = right[index]?.source
    for (const type of TYPES)
      for (const key of new Set([...source.list(type).keys(), ...(other?.list(type).keys() ?? [])])) {
        const [a, b] = [source, other].map(each => each?.list(type).get(key))
        if (a?.version !== b?.version) return { proxy: name, type, key, left: read(type, a), right: read(type, b) }
      }
  }
  return 'the order'
}

function read(type: string, resource: { readonly bytes: Uint8Array } | undefined): unknown {
  return resource === undefined ? 'absent' : decode(type.slice(type.indexOf('/') + 1), resource.bytes)
}

function expectSame(kept: readonly Proxy[], right: MeshSource): void {
  const fresh = proxiesOf(right, 'last to first')
  try {
    const [now, wanted] = [given(kept), given(fresh)]
    if (now.join('\n') !== wanted.join('\n'))
      expect(firstDifference(kept, fresh), 'kept (left) against fresh (right)').toBe('the same')
    for (const [index, { source }] of kept.entries())
      for (const type of TYPES)
        for (const [name, { bytes }] of fresh[index]?.source.list(type) ?? [])
          expect(Buffer.compare(bytes, source.get(type, name)?.bytes ?? Buffer.alloc(0))).toBe(0)
  } finally {
    for (const { source } of fresh) source[Symbol.dispose]()
  }
}

function freshOf(mesh: RandomMesh): MeshSource {
  const fresh = openMesh()
  fresh.apply(snapshotOf(mesh))
  return fresh
}

/** Edits, and after which of them the proxies are looked at: what nobody asks for is not computed. */
const history = fc.array(fc.tuple(meshEdit, fc.boolean()), { minLength: 1, maxLength: 12, size: 'max' })

describe('a mesh that is edited', () => {
  it('is what it would be from scratch', () => {
    fc.assert(
      fc.property(randomMesh, history, (begin, edits) => {
        const kept = openMesh()
        let mesh = begin
        kept.apply(snapshotOf(mesh))
        const proxies = proxiesOf(kept)
        for (const [index, [edit, isLookedAt]] of edits.entries()) {
          mesh = applyEdit(mesh, edit)
          kept.apply(snapshotOf(mesh))
          if (isLookedAt || index === edits.length - 1) expectSame(proxies, freshOf(mesh))
        }
        const { revision } = kept.graph.engine
        kept.apply(snapshotOf(mesh))
        expect(kept.graph.engine.revision, 'the same files once more').toBe(revision)
        for (const { source } of proxies) source[Symbol.dispose]()
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })

  it('does not depend on which files objects stand in, and in what order', () => {
    const files = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat(1000)))
    fc.assert(
      fc.property(randomMesh, files, (mesh, [count, numbers]) => {
        const shuffled = [...mesh.objects.keys()]
          .map(id => [numbers.next().value as number, id] as const)
          .sort(([a], [b]) => a - b)
        const split = Array.from({ length: count }, (_, file) =>
          shuffled.filter(([number]) => number % count === file).map(([, id]) => id),
        )
        const other = openMesh()
        other.apply(snapshotOf(mesh, split))
        const proxies = proxiesOf(other)
        expectSame(proxies, freshOf(mesh))
        for (const { source } of proxies) source[Symbol.dispose]()
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})
