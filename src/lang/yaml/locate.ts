import type { Document, Node, Pair } from 'yaml'
import { yamlPackage } from './package.js'
import { plainKey } from './scalars.js'

/** Offset of the key or list item at the end of the path, or of the nearest ancestor; undefined for an empty document. */
export function findOffset(document: Document | undefined, path: readonly (string | number)[]): number | undefined {
  if (document === undefined) return undefined
  let node = document.contents as Node | null
  let found = node?.range?.[0]
  for (const step of path) {
    const next = childAt(document, node, step)
    if (next === undefined) break
    found = next.offset ?? found
    node = next.node
  }
  return found
}

interface Child {
  readonly offset: number | undefined
  readonly node: Node | null
}

function childAt(document: Document, parent: Node | null, step: string | number): Child | undefined {
  const { isAlias, isMap, isSeq } = yamlPackage()
  const node = isAlias(parent) ? (parent.resolve(document) ?? null) : parent
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | null | undefined
    return item === undefined ? undefined : { offset: item?.range?.[0], node: item }
  }
  if (!isMap(node)) return undefined
  // Of equal keys the last one counts.
  const pair = (node.items as Pair<Node | null, Node | null>[]).findLast(({ key }) => textOf(key) === String(step))
  return pair === undefined ? undefined : { offset: pair.key?.range?.[0], node: pair.value }
}

function textOf(key: Node | null): string | undefined {
  const { isScalar } = yamlPackage()
  if (!isScalar(key)) return undefined
  const source = key.source ?? ''
  return key.type === 'PLAIN' && key.tag === undefined ? plainKey(source) : source
}
