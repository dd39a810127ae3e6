import { isJsonObject, type Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { collectFindings, toProblem } from './finding.js'
import { normalise } from './normalise.js'
import { protoFields } from './proto-json.js'

const MESH_CONFIG = 'istio.mesh.v1alpha1.MeshConfig'
/** Documents with one of these are objects of a cluster, or were meant to be. */
const OF_OBJECTS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'items'])

/**
 * Which of the two documents that are no objects of a cluster this is: a mesh config, by the fields of one (a misspelt one among
 * them does not make it another thing), or a networks file, which has one field. Undefined: neither.
 */
export function settingsKind(json: Json): 'mesh' | 'networks' | undefined {
  if (!isJsonObject(json)) return undefined
  const keys = Object.keys(json)
  if (keys.some(key => OF_OBJECTS.has(key))) return undefined
  if (keys.length === 1 && keys[0] === 'networks') return 'networks'
  const known = new Set(protoFields(MESH_CONFIG).flatMap(({ name, json: other }) => [name, other]))
  const fields = keys.filter(key => known.has(key)).length
  return fields > 0 && fields >= keys.length - fields ? 'mesh' : undefined
}

/** Warnings on fields of a mesh config that there are not: the reference reads over them, and so would nobody notice a misspelt one. */
export function unknownMeshFields(text: string, options: { readonly file?: string } = {}): readonly Problem[] {
  const [document] = parseYamlStream(text, options)
  if (!isJsonObject(document?.value) || document.problems.length > 0) return []
  const findings = collectFindings()
  normalise(MESH_CONFIG, document.value, [], findings)
  return findings.list
    .filter(({ code }) => code === 'unknown-field')
    .map(finding => toProblem({ ...finding, severity: 'warning' }, path => document.locate(path)))
}
