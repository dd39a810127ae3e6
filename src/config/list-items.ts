import type { Position } from '../lang/problem.js'
import type { YamlDocument } from '../lang/yaml/index.js'

/**
 * Where the items of a `List` in block style begin, found by their dashes: asking the document for each place would read it
 * again each time, and a dump of a cluster has thousands. Undefined where the count does not come out (flow style, odd
 * layouts); then the document is asked.
 */
export function itemLines(document: YamlDocument, count: number, file: string | undefined): Position[] | undefined {
  const lines = document.text.split('\n')
  const start = lines.findIndex(line => /^items:\s*(?:#.*)?$/.test(line))
  if (start === -1) return undefined
  const first = lines.slice(start + 1).find(line => /^\s*-(?:\s|$)/.test(line))
  if (first === undefined) return undefined
  const indent = first.indexOf('-')
  const found: Position[] = []
  for (let i = start + 1; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (line.charAt(indent) === '-' && line.slice(0, indent).trim() === '' && /^-(?:\s|$)/.test(line.slice(indent))) {
      const position = { line: document.line + i, column: indent + 1 }
      found.push(file === undefined ? position : { file, ...position })
    } else if (/^[^\s#-]/.test(line)) break
  }
  return found.length === count ? found : undefined
}
