import { type ProxyConfigResource, parseProxyConfigResource } from '../config/proxy-config.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { parseYamlStream, type YamlDocument } from '../lang/yaml/index.js'
import type { FileContent, FileSnapshot } from './snapshot.js'

/** The objects of the home cluster that injection may look at; all others in the files are left alone. */
export interface HomeObjects {
  readonly nodes: readonly { readonly name: string; readonly kubeletVersion: string }[]
  /** Annotations by name of the Namespace. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly proxyConfigs: readonly ProxyConfigResource[]
  /** Documents and objects that were left out, and files that could not be read. */
  readonly problems: readonly Problem[]
}

interface Found {
  readonly nodes: { readonly name: string; readonly kubeletVersion: string }[]
  readonly namespaces: Map<string, ReadonlyMap<string, string>>
  readonly proxyConfigs: ProxyConfigResource[]
  readonly problems: Problem[]
}

/**
 * Reads Node, Namespace and ProxyConfig objects, in `List`s too, out of every file. An unusable one is a problem and does not hide others.
 * `areChecked`: somebody else tells what is wrong with the files, so that those which cannot have such objects are not parsed.
 */
export function homeObjects(files: FileSnapshot, areChecked = false): HomeObjects {
  const all = nothingFound()
  for (const [file, content] of files) {
    const found = objectsOf(file, content, areChecked)
    all.nodes.push(...found.nodes)
    for (const [name, annotations] of found.namespaces) all.namespaces.set(name, annotations)
    all.proxyConfigs.push(...found.proxyConfigs)
    all.problems.push(...found.problems)
  }
  return all
}

/** Whether `homeObjects` finds anything in that file. */
export function hasHomeObjects(file: string, content: FileContent, areChecked = false): boolean {
  const { nodes, namespaces, proxyConfigs, problems } = objectsOf(file, content, areChecked)
  return nodes.length + namespaces.size + proxyConfigs.length + problems.length > 0
}

/** By content, which stays the same object for as long as the file does: see `Reading`. */
const known = new WeakMap<FileContent, { readonly file: string; readonly found: Found }>()

/** The kinds by their names, and what YAML can write these in: escapes, and base64 under a tag. */
const MAY_HAVE = /\b(Node|Namespace|ProxyConfig)\b|[\\!]/

function objectsOf(file: string, content: FileContent, areChecked: boolean): Found {
  if (areChecked && content.ok && !MAY_HAVE.test(content.value)) return nothingFound()
  const before = known.get(content)
  if (before?.file === file) return before.found
  const found = nothingFound()
  if (!content.ok) found.problems.push({ severity: 'error', code: 'unreadable', message: `${file}: ${content.error}` })
  else for (const document of parseYamlStream(content.value, { file })) readDocument(document, found)
  known.set(content, { file, found })
  return found
}

function nothingFound(): Found {
  return { nodes: [], namespaces: new Map(), proxyConfigs: [], problems: [] }
}

function readDocument(document: YamlDocument, found: Found): void {
  found.problems.push(...document.problems)
  readObject(document.value, [], document, found)
}

function readObject(value: Json, path: readonly (string | number)[], document: YamlDocument, found: Found): void {
  if (!isJsonObject(value)) return
  const kind = text(value, 'kind')
  const group = text(value, 'apiVersion').split('/').slice(0, -1).join('/')
  if (group === '' && kind.endsWith('List')) {
    for (const [index, item] of list(value, 'items').entries()) {
      readObject(item, [...path, 'items', index], document, found)
    }
  } else if (group === '' && kind === 'Node') readNode(value, found)
  else if (group === '' && kind === 'Namespace') readNamespace(value, found)
  else if (group === 'networking.istio.io' && kind === 'ProxyConfig') readProxyConfig(value, path, document, found)
}

function readNode(node: JsonObject, found: Found): void {
  const kubeletVersion = text(child(child(node, 'status'), 'nodeInfo'), 'kubeletVersion')
  found.nodes.push({ name: text(child(node, 'metadata'), 'name'), kubeletVersion })
}

function readNamespace(namespace: JsonObject, found: Found): void {
  const meta = child(namespace, 'metadata')
  const annotations = child(meta, 'annotations')
  found.namespaces.set(text(meta, 'name'), new Map(Object.keys(annotations).map(key => [key, text(annotations, key)])))
}

function readProxyConfig(
  resource: JsonObject,
  path: readonly (string | number)[],
  document: YamlDocument,
  found: Found,
): void {
  const meta = child(resource, 'metadata')
  const name = text(meta, 'name')
  const namespace = text(meta, 'namespace')
  const read = parseProxyConfigResource(
    { name, namespace: namespace === '' ? 'default' : namespace, creationTimestamp: text(meta, 'creationTimestamp') },
    Object.hasOwn(resource, 'spec') ? (resource['spec'] ?? null) : null,
  )
  if (read.ok) {
    found.proxyConfigs.push(read.value)
    return
  }
  const position = document.locate([...path, 'spec'])
  found.problems.push({
    severity: 'error',
    code: 'invalid-proxy-config',
    message: `ProxyConfig ${namespace}/${name}: ${read.error.message}`,
    ...(position === undefined ? {} : { position }),
  })
}

function child(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : {}
}

function list(object: JsonObject, key: string): readonly Json[] {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return Array.isArray(value) ? value : []
}

function text(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : ''
}
