import { isWide, narrow } from '../narrow.js'

/** One document of a stream, before it is parsed. */
export interface YamlSource {
  /** Exactly as in the stream, without the separator line that ended it. */
  readonly text: string
  /** Line of the stream on which `text` begins, from 1. */
  readonly line: number
  /** Set on a document cut off by a separator line that carries more than a comment: what stood behind `---`. */
  readonly badSeparator?: string
}

/**
 * Cuts a stream as the reader of k8s.io/apimachinery does, which knows nothing of YAML but lines that begin with `---`:
 * such a line ends the document before it; where nothing precedes it, it belongs to the document that follows. Text in a
 * block scalar that begins with `---` in column 1 cuts, too. A separator with anything but a comment behind it is an
 * error there; the document is marked.
 */
export function splitYamlDocuments(stream: string): YamlSource[] {
  const documents: YamlSource[] = []
  const cut = isWide(stream)
    ? (from: number, to: number): string => narrow(stream.slice(from, to))
    : (from: number, to: number): string => stream.slice(from, to)
  let start = 0
  let startLine = 1
  let line = 1
  let offset = 0
  while (offset < stream.length) {
    const newline = stream.indexOf('\n', offset)
    const next = newline === -1 ? stream.length : newline + 1
    if (stream.startsWith('---', offset)) {
      const rest = stream.slice(offset + 3, next).trim()
      const isBad = rest !== '' && !rest.startsWith('#')
      if (isBad || offset > start) {
        const text = cut(start, isBad ? next : offset)
        documents.push({ text, line: startLine, ...(isBad ? { badSeparator: rest } : {}) })
        start = next
        startLine = line + 1
      }
    }
    offset = next
    line++
  }
  if (start < stream.length) documents.push({ text: cut(start, stream.length), line: startLine })
  return documents
}
