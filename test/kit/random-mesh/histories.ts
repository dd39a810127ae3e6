import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import type { JsonObject } from '../../../src/lang/json.js'
import type { Problem } from '../../../src/lang/problem.js'
import { decode } from '../../../src/proto/index.js'
import type { MeshSource } from '../../../src/servers/mesh-source.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../../src/xds/delivery/index.js'
import { openSource, type ProxySource } from '../../../src/xds/resources/source.js'
import { MESH_PROXIES } from '../mesh-proxies.js'
import { unsharedOf } from '../unshared.js'
import { flawsOf } from '../xds-flaws.js'
import { applyEdit, type MeshEdit, meshEdit } from './edits.js'
import {
  afterReading,
  flawedFiles,
  type OpenMesh,
  openMesh,
  type RandomMesh,
  type Spot,
  snapshotInForce,
  snapshotOf,
} from './mesh.js'

const TYPES = [CDS, EDS, LDS, RDS, NDS]

interface Proxy {
  readonly name: string
  readonly source: ProxySource
  /** What it was given when it was looked at last. */
  last: readonly string[]
}

function openProxy(mesh: MeshSource, index: number): Proxy {
  const node = MESH_PROXIES[index] as (typeof MESH_PROXIES)[number]
  const proxy: Proxy = { name: node.instance, source: openSource(mesh.graph, node), last: [] }
  proxy.last = given(proxy)
  return proxy
}

/** `order` is that in which they ask: what one is given may not depend on who came before. */
function proxiesOf(mesh: MeshSource, order: 'first to last' | 'last to first' = 'first to last'): Proxy[] {
  const indexes = [...MESH_PROXIES.keys()]
  if (order === 'first to last') return indexes.map(index => openProxy(mesh, index))
  const proxies = indexes.reverse().map(index => openProxy(mesh, index))
  return proxies.reverse()
}

/** Every resource that the proxy is given, in order, as one line each. */
function given({ source }: Proxy): string[] {
  return TYPES.flatMap(type => [...source.list(type)].map(([key, { version }]) => `${shortOf(type)} ${key} ${version}`))
}

function shortOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}

function read(type: string, resource: { readonly bytes: Uint8Array } | undefined): JsonObject | undefined {
  if (resource === undefined) return undefined
  return decode(type.slice(type.indexOf('/') + 1), resource.bytes) as JsonObject
}

/** `told`: those whom the news were for, since each was looked at last. */
function expectNews(proxy: Proxy, told: Set<ProxySource>): void {
  const { name, source, last } = proxy
  proxy.last = given(proxy)
  if (!told.delete(source)) deepStrictEqual(proxy.last, last, `${name}: what it is given, without news`)
  source.told(source.revision())
}

/** The first resource that differs is shown as it reads. */
function expectSame(kept: Proxy, fresh: Proxy): void {
  if (given(kept).join('\n') !== given(fresh).join('\n')) {
    for (const type of TYPES) {
      const [a, b] = [kept.source.list(type), fresh.source.list(type)]
      for (const key of new Set([...a.keys(), ...b.keys()]))
        deepStrictEqual(
          read(type, a.get(key)),
          read(type, b.get(key)),
          `${kept.name}: ${shortOf(type)} ${key}, kept against fresh`,
        )
    }
    deepStrictEqual(given(kept), given(fresh), `${kept.name}: order or versions, kept against fresh`)
  }
  for (const type of TYPES)
    for (const [name, { bytes }] of fresh.source.list(type)) {
      const isSame = Buffer.compare(bytes, kept.source.get(type, name)?.bytes ?? Buffer.alloc(0)) === 0
      deepStrictEqual(isSame, true, `${kept.name}: bytes of ${shortOf(type)} ${name}, kept against fresh`)
    }
}

function expectSound({ name, source }: Proxy): void {
  const decoded = (type: string): ReadonlyMap<string, JsonObject> =>
    new Map([...source.list(type)].map(([key, resource]) => [key, read(type, resource) as JsonObject]))
  const flaws = flawsOf({
    clusters: decoded(CDS),
    endpoints: decoded(EDS),
    listeners: decoded(LDS),
    routes: decoded(RDS),
  })
  deepStrictEqual(flaws, [], `${name}: what it is given as a whole`)
}

/** What proxies share with each other changes nothing of what each is given. */
function expectUnshared({ graph }: MeshSource, { name, source }: Proxy): void {
  const node = MESH_PROXIES.find(({ instance }) => instance === name) as (typeof MESH_PROXIES)[number]
  for (const [type, unshared] of unsharedOf(graph, node)) {
    const shared = source.list(type)
    deepStrictEqual(
      [...shared.keys()].sort(),
      [...unshared.keys()].sort(),
      `${name}: names of ${shortOf(type)}, unshared`,
    )
    for (const [key, bytes] of unshared) {
      const found = shared.get(key)
      if (found !== undefined && Buffer.compare(found.bytes, bytes) !== 0)
        deepStrictEqual(
          read(type, found),
          read(type, { bytes }),
          `${name}: ${shortOf(type)} ${key}, shared against unshared`,
        )
    }
  }
}

/** Each of `kept` is given what a mesh is given that never was anything else, and that is sound. */
function expectAsFromScratch(kept: readonly Proxy[], mesh: RandomMesh): void {
  const fresh = openMesh()
  fresh.apply(snapshotInForce(mesh))
  const wanted = proxiesOf(fresh, 'last to first')
  for (const proxy of kept) {
    const same = wanted.find(({ name }) => name === proxy.name) as Proxy
    expectSame(proxy, same)
    expectSound(same)
    expectUnshared(fresh, same)
  }
  deepStrictEqual(fresh.bugs, [], 'steps that threw')
  close(wanted)
}

function close(proxies: readonly Proxy[]): void {
  for (const { source } of proxies) source[Symbol.dispose]()
}

/** Who looks after an edit: what nobody asks for is not computed. */
interface Look {
  readonly proxies: readonly number[]
  /** It goes, and comes again as another one. */
  readonly renewed: number | undefined
}

/** Edits; without a look at it the next one comes before anybody sees anything. */
export type History = readonly (readonly [edit: MeshEdit, look: Look | undefined])[]

const LONGEST = 16
const EVERYBODY = [...MESH_PROXIES.keys()]
const proxyIndex = fc.nat(MESH_PROXIES.length - 1)
const look: fc.Arbitrary<Look | undefined> = fc.option(
  fc.record({
    proxies: fc.oneof(fc.uniqueArray(proxyIndex, { maxLength: 3 }), fc.constant(EVERYBODY)),
    renewed: fc.option(proxyIndex, { nil: undefined, freq: 3 }),
  }),
  { nil: undefined, freq: 3 },
)
export const history: fc.Arbitrary<History> = fc.array(fc.tuple(meshEdit, look), {
  minLength: 1,
  maxLength: LONGEST,
  size: 'max',
})

/** Throws where what proxies are given depends on anything but what is in force, or a problem is not told. */
export function playHistory(begin: RandomMesh, edits: History): void {
  const kept = openMesh()
  let mesh = begin
  kept.apply(snapshotOf(mesh))
  const proxies = proxiesOf(kept)
  const told = new Set<ProxySource>()
  for (const [index, [edit, look]] of edits.entries()) {
    mesh = applyEdit(mesh, edit)
    const isLast = index === edits.length - 1
    if (look === undefined && !isLast) continue
    expectTold(kept, mesh)
    mesh = afterReading(mesh)
    for (const found of kept.graph.news.round()) for (const { source } of found) told.add(source)
    const lookers = (isLast ? EVERYBODY : (look?.proxies ?? [])).map(index => proxies[index] as Proxy)
    for (const proxy of lookers) expectNews(proxy, told)
    expectAsFromScratch(lookers, mesh)
    if (look?.renewed !== undefined) {
      close([proxies[look.renewed] as Proxy])
      proxies[look.renewed] = openProxy(kept, look.renewed)
    }
  }
  const { revision } = kept.graph.engine
  kept.apply(snapshotOf(mesh))
  deepStrictEqual(kept.graph.engine.revision, revision, 'revision after the same files once more')
  deepStrictEqual(kept.bugs, [], 'steps that threw')
  close(proxies)
}

/** Applies the files, and looks whether there are errors of those that are wrong, and of no other. */
function expectTold(kept: OpenMesh, mesh: RandomMesh): void {
  const problems = kept.apply(snapshotOf(mesh))
  deepStrictEqual(filesOf(problems), [...flawedFiles(mesh)].sort(), 'files with errors')
}

/** A delegate that cannot be had is no mistake of the file alone. */
function filesOf(problems: readonly Problem[]): string[] {
  const errors = problems.filter(({ severity, code }) => severity === 'error' && code !== 'delegate')
  const files = new Set(errors.map(({ position }) => position?.file ?? ''))
  return [...files].filter(file => file.startsWith('/mesh/')).sort()
}

/** Throws where it matters which file an object stands in, or behind which other. */
export function playArrangement(mesh: RandomMesh, spotOf: (id: string) => Spot): void {
  const other = openMesh()
  other.apply(snapshotInForce(mesh, spotOf))
  const proxies = proxiesOf(other)
  expectAsFromScratch(proxies, mesh)
  deepStrictEqual(other.bugs, [], 'steps that threw')
  close(proxies)
}

/** Some files, and any order in them. */
export const arrangement: fc.Arbitrary<(id: string) => Spot> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat(1000)))
  .map(([files, numbers]) => {
    const places = new Map<string, number>()
    return id => {
      const place = places.get(id) ?? (numbers.next().value as number)
      places.set(id, place)
      return { file: String(place % files), place }
    }
  })
