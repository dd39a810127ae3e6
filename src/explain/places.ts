import { itemLines } from '../config/list-items.js'
import { isJsonObject } from '../lang/json.js'
import { pathSteps } from '../lang/path-steps.js'
import type { Position } from '../lang/problem.js'
import { parseYamlStream, type YamlDocument } from '../lang/yaml/index.js'
import { hasPath } from './objects.js'
import type { Path } from './types.js'

/**
 * Where `spec.egress[0].hosts[1]` of the object that begins at `source` stands: that key or item, else its nearest ancestor that
 * is there (`exact`: else undefined). Undefined where `source` is.
 */
export type FindPlace = (source: Position | undefined, path: string, how?: 'exact') => Position | undefined

/** Reads a file again when the first place in it is asked for, and keeps it. `textOf` gives a file as it was when it was parsed. */
export function openPlaces(textOf: (file: string) => string | undefined): FindPlace {
  const files = new Map<string, readonly YamlDocument[]>()
  const documentsOf = (file: string): readonly YamlDocument[] => {
    const known = files.get(file)
    if (known !== undefined) return known
    const documents = parseYamlStream(textOf(file) ?? '', { file })
    files.set(file, documents)
    return documents
  }
  return (source, path, how) => {
    if (source?.file === undefined || path === '') return source
    const document = documentsOf(source.file).findLast(({ line }) => line <= source.line)
    const steps = document === undefined ? [] : [...baseOf(document, source), ...pathSteps(path)]
    if (how === 'exact' && (document === undefined || !hasPath(document.value, steps))) return undefined
    return document?.locate(steps) ?? source
  }
}

/** Steps to the object within its document: none, but for items of a List. */
function baseOf(document: YamlDocument, { line, column }: Position): Path {
  const { value } = document
  const items = isJsonObject(value) && String(value['kind'] ?? '').endsWith('List') ? value['items'] : undefined
  if (!Array.isArray(items)) return []
  const dashes = itemLines(document, items.length, undefined)
  const places = items.map((_, i) => dashes?.[i] ?? document.locate(['items', i]))
  const exact = places.findIndex(place => place?.line === line && place.column === column)
  const index = exact === -1 ? places.findIndex(place => place?.line === line) : exact
  return index === -1 ? [] : ['items', index]
}
