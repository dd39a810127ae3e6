import { isSameData, type Lookup } from '../engine/index.js'
import type { Discovery } from './discovery.js'
import type { MeshInputs } from './inputs.js'
import type { MeshIdentity, MeshSettings } from './settings.js'

/** What the tables of the mesh are declared with. */
export interface Places {
  readonly inputs: MeshInputs
  readonly identity: MeshIdentity
  readonly settingsOf: (read: Lookup) => MeshSettings
  readonly discovery: Discovery
  readonly networkOf: (read: Lookup, cluster: string) => (address: string) => string
}

/** Most rows are data. */
export const SAME = { equals: isSameData }

/** For merges, which have a claim at least. */
export function firstOf<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('a claim without a row')
  return row
}
