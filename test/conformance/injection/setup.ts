import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataFolder } from '../data.js'

/** Paths below the area's folder, as rows name them. */
export interface ConfigPaths {
  readonly config: string
  readonly values: string
  readonly mesh: string
  readonly meshEffective: string
}

/** What surrounds an injector in a row: what a user would give `pillion` as flags, environment and `--configDir`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly nodeKubeletVersions?: readonly string[]
  readonly namespaces?: readonly string[]
  readonly proxyConfigs?: readonly { readonly Name: string; readonly Namespace: string; readonly Spec: string }[] | null
}

interface NamespaceObject {
  readonly metadata: { readonly name: string }
}

/**
 * Kubernetes objects of the home cluster as one file per kind below `scratch`, for `--configDir`; undefined when the row
 * has none. The same objects share a folder.
 */
export function writeConfigDir(data: DataFolder, scratch: string, around: Surroundings): string | undefined {
  const objects = [
    ...(around.nodeKubeletVersions ?? []).map(nodeObject),
    ...namespaceObjects(data, around.namespaces ?? []),
    ...(around.proxyConfigs ?? []).map(proxyConfigText),
  ]
  if (objects.length === 0) return undefined
  const text = objects.join('\n---\n')
  const folder = join(scratch, `objects-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'objects.yaml'), text)
  }
  return folder
}

function nodeObject(kubeletVersion: string, index: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
    status: { nodeInfo: { kubeletVersion } },
  })
}

function namespaceObjects(data: DataFolder, names: readonly string[]): string[] {
  if (names.length === 0) return []
  return data
    .json<NamespaceObject[]>('namespaces.json')
    .filter(({ metadata }) => names.includes(metadata.name))
    .map(object => JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', ...object }))
}

function proxyConfigText(resource: { Name: string; Namespace: string; Spec: string }): string {
  const spec = resource.Spec.split('\n').map(line => `  ${line}`)
  return [
    'apiVersion: networking.istio.io/v1beta1',
    'kind: ProxyConfig',
    'metadata:',
    `  name: ${JSON.stringify(resource.Name)}`,
    `  namespace: ${JSON.stringify(resource.Namespace)}`,
    'spec:',
    ...spec,
  ].join('\n')
}
