import type { MeshLookup } from '../../src/mesh/index.js'

/** A mesh that knows nothing: what a test or a bench wants known is put in its place. */
export const emptyLookup: MeshLookup = {
  service: () => undefined,
  bestRule: () => undefined,
  endpoints: () => [],
  accounts: () => [],
  serviceMtls: () => 'PERMISSIVE',
  isMutualThroughout: () => false,
  endpointMtls: () => 'PERMISSIVE',
  gateways: () => [],
  weightScale: () => 1,
  headless: () => [],
  namespaceLabels: () => undefined,
}
