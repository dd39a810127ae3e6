import type { Json } from './json.js'
import { keptTexts } from './shared-json.js'

/**
 * As JSON.stringify prints it, integers beyond 2^53 as the digits they are. The text of shared values is kept; a pod that was
 * injected consists of them for the most part.
 */
export function jsonText(value: Json): string {
  const pieces: string[] = []
  printInto(pieces, value)
  return pieces.length === 1 ? pieces[0]! : pieces.join('')
}

/** This printer's number (shared-json.ts). */
const KEPT = 0

/** Pieces instead of one growing text: V8 would have to put that together from as many parts in the end, one by one. */
function printInto(pieces: string[], value: Json): void {
  if (typeof value !== 'object' || value === null) {
    pieces.push(scalarText(value))
    return
  }
  const kept = keptTexts(value)
  if (kept === undefined) printParts(pieces, value)
  else pieces.push((kept[KEPT] ??= textOf(value)))
}

function textOf(value: object & Json): string {
  const pieces: string[] = []
  printParts(pieces, value)
  return pieces.join('')
}

function printParts(pieces: string[], value: object & Json): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      pieces.push(i === 0 ? '[' : ',')
      printInto(pieces, value[i]!)
    }
    pieces.push(value.length === 0 ? '[]' : ']')
    return
  }
  let start = '{'
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item === undefined) continue
    pieces.push(`${start}${quoted(key)}:`)
    start = ','
    printInto(pieces, item)
  }
  pieces.push(start === '{' ? '{}' : '}')
}

function scalarText(value: null | boolean | number | bigint | string): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}

/** Longest text that is looked through here; for longer ones JSON.stringify is faster. */
const SHORT = 64

function quoted(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // Quote and backslash; surrogates, which may be alone, lie above.
    if (code < 32 || code > 126 || code === 34 || code === 92) return JSON.stringify(text)
  }
  return `"${text}"`
}
