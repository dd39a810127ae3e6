import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { renderedOf } from '../../src/explain/proxy-resources.js'
import type { JsonObject } from '../../src/lang/json.js'
import { type ProxyNode, parseNode } from '../../src/proxy/node.js'
import { MESH_NODES } from '../kit/mesh-proxies.js'
import { randomMesh } from '../kit/random-mesh/edits.js'
import { openMesh, snapshotOf } from '../kit/random-mesh/mesh.js'
import { ACCEPTED, type Rendered, staticOf, validate } from '../kit/static-envoy.js'

// Whatever valid configuration says, and whichever meets whichever, a stock Envoy takes what its proxies are given.
// Seeded; PILLION_FUZZ_RUNS is the number of meshes.

const numRuns = Number(process.env['PILLION_FUZZ_RUNS'] ?? 4)
const seed = Number(process.env['PILLION_FUZZ_SEED'] ?? 20260101)
const scratch = mkdtempSync(join(tmpdir(), 'pillion-random-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** As an Envoy says that is not istio-proxy: any list without Istio's filters. */
const STOCK = { extensions: [{ name: 'envoy.filters.http.router', category: 'envoy.filters.http' }] }
const nodes: readonly JsonObject[] = MESH_NODES.filter(({ id }) => String(id).startsWith('sidecar~')).map(node => ({
  ...node,
  ...STOCK,
}))

function parsed(node: JsonObject): ProxyNode {
  const read = parseNode(node)
  if (!read.ok) throw new Error(read.error)
  return read.value
}

const meshes = fc.sample(randomMesh, { numRuns, seed })

it.concurrent.each(meshes.map((mesh, index) => ({ mesh, index })))('mesh %$', async ({ mesh, index }) => {
  const { apply, graph } = openMesh()
  apply(snapshotOf(mesh))
  for (const node of nodes) {
    const file = join(scratch, `${index}-${String(node['cluster'])}.json`)
    writeFileSync(file, JSON.stringify(staticOf(node, renderedOf(graph, parsed(node)) as unknown as Rendered)))
    expect(await validate(file), String(node['cluster'])).toMatch(ACCEPTED)
  }
})
