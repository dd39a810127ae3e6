import type { Json } from '../json.js'
import type { Position, Problem } from '../problem.js'
import { err, ok, type Result } from '../result.js'
import { readFast } from './fast.js'
import { composeFirst, readFull, type YamlFailure } from './full.js'
import { MAX_DOCUMENT_LENGTH } from './limits.js'
import { findOffset } from './locate.js'
import { MAX_MEMO_DOCUMENT, type YamlMemo } from './memo.js'
import { splitYamlDocuments, type YamlSource } from './split.js'

export interface ParseYamlOptions {
  /** The name that positions carry. */
  readonly file?: string
  /** Line of the file on which the text begins, from 1. */
  readonly line?: number
  /** Equal keys of one map: the last one wins (default, as the reference reads manifests), or an error. */
  readonly duplicateKeys?: 'last' | 'error'
  /**
   * Blocks that were read before are looked up here instead of being read again. Parts of the value are frozen then, and are
   * the same objects in all values that have them. Not with `duplicateKeys: 'error'`.
   */
  readonly memo?: YamlMemo
}

/** A document of a stream. */
export interface YamlDocument {
  /** The source, byte for byte, comments included, without the separator line behind it. */
  readonly text: string
  /** Line of the stream on which `text` begins, from 1. */
  readonly line: number
  /** What it says; null for an empty document, and where `problems` has an error. */
  readonly value: Json
  readonly problems: readonly Problem[]
  /** Position of the key or list item that a path names, or of its nearest ancestor that exists. */
  locate(path: readonly (string | number)[]): Position | undefined
}

/** Reads one document (the first, where a text holds several). Nothing but comments is null. */
export function parseYaml(text: string, options: ParseYamlOptions = {}): Result<Json, Problem> {
  if (text.length > MAX_DOCUMENT_LENGTH) return err(problemOf('', TOO_LARGE, options))
  const source = withPlainBreaks(text)
  const isUnique = options.duplicateKeys === 'error'
  const memo = isUnique || source.length > MAX_MEMO_DOCUMENT ? undefined : options.memo
  // What templates print (the memo's texts) is not looked through: 14 µs of a request that has 500.
  const control = options.memo === undefined ? source.search(CONTROL_CHARACTER) : -1
  if (control !== -1) return err(problemOf(source, controlFailure(source, control), options))
  const fast = readFast(source, isUnique, memo)
  if (fast !== undefined) return ok(fast)
  const read = readFull(source, isUnique)
  return read.ok ? ok(read.value) : err(problemOf(source, read.failure, options))
}

/** To YAML 1.1 all of CR LF, CR and LF end a line, and count as LF in text. Lines and columns stay what they are. */
function withPlainBreaks(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

/** Reads every document of a stream, cut as `splitYamlDocuments` does; a document that fails does not hide the others. */
export function parseYamlStream(text: string, options: ParseYamlOptions = {}): YamlDocument[] {
  return [...readYamlStream(text, options)]
}

/** As `parseYamlStream`, one document after the other: each can be forgotten when the next one is asked for. */
export function* readYamlStream(text: string, options: ParseYamlOptions = {}): Generator<YamlDocument> {
  for (const source of splitYamlDocuments(text)) yield toDocument(source, options)
}

function toDocument(source: YamlSource, options: ParseYamlOptions): YamlDocument {
  const here = { ...options, line: source.line + (options.line ?? 1) - 1 }
  const result = readSource(source, here)
  return {
    text: source.text,
    line: here.line,
    value: result.ok ? result.value : null,
    problems: result.ok ? [] : [result.error],
    locate: locator(source.text, here),
  }
}

function readSource(source: YamlSource, options: ParseYamlOptions): Result<Json, Problem> {
  if (source.badSeparator === undefined) return parseYaml(source.text, options)
  const offset = source.text.lastIndexOf('---')
  const message = `invalid document separator: only a comment may follow ---, found '${source.badSeparator}'`
  return err(problemOf(source.text, { code: 'yaml-syntax', message, offset }, options))
}

/** What YAML 1.1 calls unprintable: such a file is binary, or damaged. */
const CONTROL_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/

function controlFailure(text: string, offset: number): YamlFailure {
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0')
  return { code: 'yaml-syntax', message: `control characters are not allowed: U+${code}`, offset }
}

const TOO_LARGE: YamlFailure = {
  code: 'yaml-limit',
  message: `document is longer than ${MAX_DOCUMENT_LENGTH / 1024 / 1024} Mi characters`,
  offset: 0,
}

function problemOf(text: string, failure: YamlFailure, options: ParseYamlOptions): Problem {
  return {
    severity: 'error',
    code: failure.code,
    message: failure.message,
    position: positionAt(text, failure.offset, options),
  }
}

function positionAt(text: string, offset: number, options: ParseYamlOptions): Position {
  let line = 0
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  const position = { line: line + (options.line ?? 1), column: offset - start + 1 }
  return options.file === undefined ? position : { file: options.file, ...position }
}

/** The document is composed at the first question and kept for the others: a list may have a finding on each of its items. */
function locator(source: string, options: ParseYamlOptions): YamlDocument['locate'] {
  let known: { readonly text: string; readonly document: ReturnType<typeof composeFirst> } | undefined
  return path => {
    try {
      if (known === undefined) {
        const text = withPlainBreaks(source)
        known = { text, document: composeFirst(text) }
      }
      const offset = findOffset(known.document, path)
      return offset === undefined ? undefined : positionAt(known.text, offset, options)
    } catch {
      return undefined // A document that cannot be read has no places; its problem says where it broke.
    }
  }
}
