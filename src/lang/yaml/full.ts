import type { Alias, CST, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { cloneJson, emptyObject, type Json, type JsonObject } from '../json.js'
import { MAX_ALIAS_NODES, MAX_DEPTH } from './limits.js'
import { yamlPackage } from './package.js'
import { plainKey, resolvePlain } from './scalars.js'

/** Why a document cannot be read. `offset` counts UTF-16 units from the start of the text. */
export interface YamlFailure {
  readonly code: 'yaml-syntax' | 'yaml-limit' | 'yaml-value' | 'yaml-duplicate-key'
  readonly message: string
  readonly offset: number
}

/** Leaves the recursion below; caught by `readFull` alone. */
class Failed extends Error {
  readonly failure: YamlFailure
  constructor(code: YamlFailure['code'], message: string, offset: number) {
    super(message)
    this.failure = { code, message, offset }
  }
}

export type FullRead =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly failure: YamlFailure }

/** Reads the first document of a text with all of YAML 1.1. Slow (about 5 MB/s) and complete. */
export function readFull(text: string, uniqueKeys: boolean): FullRead {
  try {
    const document = composeFirst(text)
    if (document === undefined) return { ok: true, value: null }
    return { ok: true, value: new Reader(text, uniqueKeys).read(document.contents as Node | null, 0) }
  } catch (error) {
    if (error instanceof Failed) return { ok: false, failure: error.failure }
    // The package itself recurses in places; the depth check below comes first, this is the net under it.
    if (error instanceof RangeError) return { ok: false, failure: { ...TOO_DEEP, offset: 0 } }
    throw error
  }
}

const TOO_DEEP = { code: 'yaml-limit', message: `nested more than ${MAX_DEPTH} levels deep` } as const

/** The first document as nodes with source ranges; undefined when the text holds none. */
export function composeFirst(text: string): Document | undefined {
  const { Composer } = yamlPackage()
  const tokens = tokensOf(text)
  for (const token of tokens) checkDepth(token)
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    merge: false,
    uniqueKeys: false,
    stringKeys: false,
  })
  for (const document of composer.compose(tokens)) {
    const error = document.errors[0]
    if (error !== undefined) throw new Failed('yaml-syntax', lowerFirst(error.message), error.pos[0])
    return document
  }
  return undefined
}

/** The parser is stopped as soon as it is too deep: a million open brackets would take half a gigabyte to the end. */
function tokensOf(text: string): CST.Token[] {
  const { Lexer, Parser } = yamlPackage()
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    // Beside collections there are the document and a scalar on the stack; `checkDepth` is exact.
    if (parser.stack.length > MAX_DEPTH + 8) throw new Failed(TOO_DEEP.code, TOO_DEEP.message, parser.offset)
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1)
}

interface Token {
  readonly offset?: number
  readonly value?: unknown
  readonly key?: unknown
  readonly items?: readonly Token[]
}

/** Walks tokens with a list of its own, because the call stack is what deep input attacks. */
function checkDepth(root: object): void {
  const open: [Token, number][] = [[root as Token, 0]]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [token, depth] = entry
    const inner = token.items === undefined ? depth : depth + 1
    if (inner > MAX_DEPTH) throw new Failed(TOO_DEEP.code, TOO_DEEP.message, token.offset ?? 0)
    for (const item of token.items ?? []) open.push([item, inner])
    if (typeof token.value === 'object' && token.value !== null) open.push([token.value as Token, inner])
    if (typeof token.key === 'object' && token.key !== null) open.push([token.key as Token, inner])
  }
}

interface Anchored {
  readonly value: Json
  readonly nodes: number
}

class Reader {
  readonly #text: string
  readonly #uniqueKeys: boolean
  readonly #anchors = new Map<string, Anchored | 'open'>()
  #nodes = 0
  #aliasNodes = 0

  constructor(text: string, uniqueKeys: boolean) {
    this.#text = text
    this.#uniqueKeys = uniqueKeys
  }

  read(node: Node | null, depth: number): Json {
    this.#nodes++
    if (node === null) return null
    const { isAlias, isMap, isSeq } = yamlPackage()
    if (depth > MAX_DEPTH) throw new Failed(TOO_DEEP.code, TOO_DEEP.message, offsetOf(node))
    if (isAlias(node)) return this.#alias(node)
    const anchor = (node as Scalar).anchor
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const before = this.#nodes
    const value = isMap(node)
      ? this.#map(node, depth)
      : isSeq(node)
        ? this.#list(node, depth)
        : readScalar(node as Scalar, this.#text)
    if (anchor !== undefined) this.#anchors.set(anchor, { value, nodes: this.#nodes - before + 1 })
    return value
  }

  #alias(node: Alias): Json {
    const anchored = this.#anchors.get(node.source)
    if (anchored === undefined) throw new Failed('yaml-value', `unknown anchor '${node.source}'`, offsetOf(node))
    if (anchored === 'open') throw new Failed('yaml-value', `anchor '${node.source}' contains itself`, offsetOf(node))
    this.#aliasNodes += anchored.nodes
    this.#nodes += anchored.nodes
    if (this.#aliasNodes > MAX_ALIAS_NODES) {
      throw new Failed('yaml-limit', `aliases add more than ${MAX_ALIAS_NODES} nodes`, offsetOf(node))
    }
    return cloneJson(anchored.value)
  }

  #list(node: YAMLSeq, depth: number): Json[] {
    return node.items.map(item => this.read(item as Node | null, depth + 1))
  }

  #map(node: YAMLMap, depth: number): JsonObject {
    const object = emptyObject()
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      if (isMergeKey(pair.key)) this.#merge(object, pair.value, depth)
      else {
        const key = this.#key(pair.key, depth)
        if (this.#uniqueKeys && key in object) {
          throw new Failed('yaml-duplicate-key', `key '${key}' is already set in this map`, offsetOf(pair.key))
        }
        object[key] = this.read(pair.value, depth + 1)
      }
    }
    return object
  }

  /** Keys of a merge overwrite those above it and are overwritten by those below it, as in the reference. */
  #merge(into: JsonObject, node: Node | null, depth: number): void {
    const value = this.read(node, depth + 1)
    const sources = Array.isArray(value) ? value.reverse() : [value]
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        throw new Failed('yaml-value', 'a merge key (<<) takes a map or a list of maps', offsetOf(node))
      }
      for (const key of Object.keys(source)) into[key] = source[key]!
    }
  }

  #key(node: Node | null, depth: number): string {
    const { isScalar } = yamlPackage()
    const isPlain = isScalar(node) && node.type === 'PLAIN' && node.tag === undefined && node.anchor === undefined
    const text = isPlain ? plainKey(node.source ?? '') : keyText(this.read(node, depth + 1))
    if (text === undefined) throw new Failed('yaml-value', 'a key must be a string, number or boolean', offsetOf(node))
    return text
  }
}

function isMergeKey(node: Node | null): boolean {
  const { isScalar } = yamlPackage()
  if (!isScalar(node) || node.source !== '<<') return false
  return node.tag === 'tag:yaml.org,2002:merge' || (node.type === 'PLAIN' && node.tag === undefined)
}

/** A key that came by an alias or with a tag. */
function keyText(key: Json): string | undefined {
  if (typeof key === 'object') return undefined
  return typeof key === 'string' ? key : plainKey(String(key))
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

const TAG_PREFIX = 'tag:yaml.org,2002:'

function readScalar(node: Scalar, text: string): Json {
  const source = sourceOf(node, text)
  const tag = node.tag
  if (tag === undefined) return node.type === 'PLAIN' ? finite(resolvePlain(source), node) : source
  if (!tag.startsWith(TAG_PREFIX)) return source
  return readTagged(tag.slice(TAG_PREFIX.length), source, node)
}

/** The package ends a block scalar with a newline even where the text stops without one. */
function sourceOf(node: Scalar, text: string): string {
  const source = node.source ?? ''
  const isCut = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? !text.endsWith('\n') : false
  return isCut && source.endsWith('\n') && node.range?.[1] === text.length ? source.slice(0, -1) : source
}

function finite(value: Json, node: Scalar): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Failed('yaml-value', `${node.source} is not a number that JSON has`, offsetOf(node))
  }
  return value
}

function readTagged(tag: string, source: string, node: Scalar): Json {
  const value = finite(resolvePlain(source), node)
  switch (tag) {
    case 'binary':
      return decodeBinary(source, node)
    case 'null':
      if (value === null) return null
      break
    case 'bool':
      if (typeof value === 'boolean') return value
      break
    case 'int':
      if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return value
      break
    case 'float':
      if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
      break
    default:
      return source
  }
  throw new Failed('yaml-value', `cannot read '${source}' as !!${tag}`, offsetOf(node))
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function decodeBinary(source: string, node: Scalar): string {
  const packed = source.replace(/[\r\n]/g, '')
  if (!BASE64.test(packed)) throw new Failed('yaml-value', '!!binary value is not base64', offsetOf(node))
  return new TextDecoder().decode(Uint8Array.from(atob(packed), char => char.charCodeAt(0)))
}
