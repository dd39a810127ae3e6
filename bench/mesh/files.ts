// The mesh that bench/mesh.bench.ts measures, as files in the way users keep them: a folder for each namespace, a file for each
// application with its Service, its EndpointSlice and its Pods, and files of their own for policy.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface MeshShape {
  readonly services: number
  readonly proxies: number
  /** Whether each namespace has a Sidecar: itself, and the namespace that everybody uses. */
  readonly isScoped: boolean
}

/** One proxy that connects: a pod of the mesh. */
export interface ProxyPod {
  readonly name: string
  readonly namespace: string
  readonly ip: string
  readonly labels: Readonly<Record<string, string>>
  readonly serviceAccount: string
}

export interface MeshFiles {
  readonly folder: string
  readonly pods: readonly ProxyPod[]
  readonly files: number
  /** An application outside of the namespace that everybody uses, whose pods connect (if there are that many). */
  readonly own: App
}

const SERVICES_OF_NAMESPACE = 10
/** Real deployments have several. */
const MIN_PODS = 2

export interface App {
  readonly index: number
  readonly name: string
  readonly namespace: string
}

/** Namespace 0 is the one that everybody uses. */
export function namespaceOf(index: number): string {
  return `team-${Math.floor(index / SERVICES_OF_NAMESPACE)}`
}

export function appOf(index: number): App {
  return { index, name: `app-${index}`, namespace: namespaceOf(index) }
}

/** Writes the mesh below `folder`. Pods that connect are of as few applications as have that many. */
export function writeMesh(folder: string, shape: MeshShape): MeshFiles {
  const podsOf = Math.max(MIN_PODS, Math.ceil(shape.proxies / shape.services))
  const pods: ProxyPod[] = []
  let files = 0
  const write = (path: string, documents: readonly object[]): void => {
    writeDocuments(join(folder, path), documents)
    files++
  }
  for (let index = 0; index < shape.services; index++) {
    const app = appOf(index)
    if (index % SERVICES_OF_NAMESPACE === 0) {
      mkdirSync(join(folder, app.namespace), { recursive: true })
      const policy = shape.isScoped ? [sidecar(app.namespace, ['./*', `${namespaceOf(0)}/*`])] : []
      write(`${app.namespace}/namespace.yaml`, [namespace(app.namespace), ...policy])
    }
    const own = Array.from({ length: podsOf }, (_, i) => podOf(app, index * podsOf + i))
    pods.push(...own)
    write(appFile(app), appDocuments(app, own))
  }
  // Something to be changed that has nothing to do with any proxy.
  mkdirSync(join(folder, 'idle'), { recursive: true })
  write('idle/namespace.yaml', [namespace('idle')])
  write(IDLE_FILE, idleDocuments(0))
  const chosen = spread(pods, shape.proxies, podsOf)
  const outside = chosen.find(pod => pod.namespace !== namespaceOf(0)) ?? chosen[0]
  const own = appOf(Number(outside?.serviceAccount.slice('app-'.length) ?? 0))
  for (const app of [appOf(0), own]) write(routeFile(app), [virtualService(app, 90)])
  return { folder, pods: chosen, files, own }
}

/** All pods of applications that are evenly spread over the mesh. */
function spread(pods: readonly ProxyPod[], wanted: number, podsOf: number): ProxyPod[] {
  const apps = Math.ceil(wanted / podsOf)
  const step = Math.floor(pods.length / podsOf / apps)
  const chosen: ProxyPod[] = []
  for (let app = 0; app < apps; app++) {
    chosen.push(...pods.slice(app * step * podsOf, app * step * podsOf + podsOf))
  }
  return chosen.slice(0, wanted)
}

export const IDLE_FILE = 'idle/things.yaml'

export function appFile({ name, namespace }: App): string {
  return `${namespace}/${name}.yaml`
}

export function routeFile({ name, namespace }: App): string {
  return `${namespace}/${name}-route.yaml`
}

/** Each document is JSON, which is YAML: what is measured is no reader of a particular style. */
export function writeDocuments(path: string, documents: readonly object[]): void {
  writeFileSync(path, documents.map(document => `${yaml(document)}---\n`).join(''))
}

/** Block style, as people write it. */
function yaml(value: object, indent = ''): string {
  const lines: string[] = []
  for (const [key, item] of Object.entries(value)) {
    if (Array.isArray(item) && item.length > 0) {
      lines.push(`${indent}${key}:\n`)
      for (const each of item) lines.push(listItem(each, indent))
    } else if (typeof item === 'object' && item !== null && Object.keys(item).length > 0) {
      lines.push(`${indent}${key}:\n${yaml(item as object, `${indent}  `)}`)
    } else lines.push(`${indent}${key}: ${JSON.stringify(item)}\n`)
  }
  return lines.join('')
}

function listItem(item: unknown, indent: string): string {
  if (typeof item !== 'object' || item === null) return `${indent}- ${JSON.stringify(item)}\n`
  return `${indent}- ${yaml(item, `${indent}  `).slice(indent.length + 2)}`
}

function podOf({ name, namespace }: App, index: number): ProxyPod {
  const ip = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
  const suffix = index.toString(36).padStart(5, '0')
  const labels = {
    app: name,
    version: 'v1',
    'pod-template-hash': `${name.length}b4d8f`,
    'security.istio.io/tlsMode': 'istio',
  }
  return { name: `${name}-${name.length}b4d8f-${suffix}`, namespace, ip, labels, serviceAccount: name }
}

export interface AppEdit {
  /** How many of the endpoints are ready; default: all. */
  readonly ready?: number
  /** On the pods, where nothing selects by it. */
  readonly note?: string
}

export function appDocuments(app: App, pods: readonly ProxyPod[], { ready, note }: AppEdit = {}): object[] {
  return [
    service(app),
    endpointSlice(app, pods, ready ?? pods.length),
    ...pods.map(pod => podDocument(note === undefined ? pod : { ...pod, labels: { ...pod.labels, note } })),
  ]
}

export function allPods(app: App, { proxies, services }: MeshShape): ProxyPod[] {
  const podsOf = Math.max(MIN_PODS, Math.ceil(proxies / services))
  return Array.from({ length: podsOf }, (_, i) => podOf(app, app.index * podsOf + i))
}

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled' } } }
}

function service({ name, namespace, index }: App): object {
  const clusterIP = `10.${96 + ((index >> 16) & 15)}.${(index >> 8) & 255}.${index & 255}`
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      selector: { app: name },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
      type: 'ClusterIP',
    },
  }
}

function endpointSlice({ name, namespace }: App, pods: readonly ProxyPod[], ready: number): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-x7f2q`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: pods.map((pod, i) => ({
      addresses: [pod.ip],
      conditions: { ready: i < ready },
      targetRef: { kind: 'Pod', name: pod.name, namespace },
    })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  }
}

function podDocument({ name, namespace, ip, labels, serviceAccount }: ProxyPod): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      serviceAccountName: serviceAccount,
      nodeName: 'node-1',
      containers: [{ name: 'app', image: 'registry.example.com/app:1', ports: [{ containerPort: 8080 }] }],
    },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

export function virtualService({ name, namespace }: App, weight: number): object {
  const host = `${name}.${namespace}.svc.cluster.local`
  const other = `app-1.team-0.svc.cluster.local`
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace },
    spec: {
      hosts: [host],
      http: [
        { match: [{ headers: { 'x-canary': { exact: 'yes' } } }], route: [{ destination: { host: other } }] },
        {
          route: [
            { destination: { host }, weight },
            { destination: { host: other }, weight: 100 - weight },
          ],
          timeout: '5s',
        },
      ],
    },
  }
}

export function sidecar(namespace: string, hosts: readonly string[]): object {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'default', namespace },
    spec: { egress: [{ hosts }] },
  }
}

export function namespaceDocuments(name: string, hosts: readonly string[] | undefined): object[] {
  return [namespace(name), ...(hosts === undefined ? [] : [sidecar(name, hosts)])]
}

/** What no proxy reads: a ConfigMap, a Secret, and a service that its namespace, without any proxy, keeps to itself. */
export function idleDocuments(state: number): object[] {
  const metadata = { name: 'things', namespace: 'idle' }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { state: String(state) } },
    { apiVersion: 'v1', kind: 'Secret', metadata, data: { state: Buffer.from(String(state)).toString('base64') } },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata,
      spec: {
        hosts: ['things.example.com'],
        exportTo: ['.'],
        ports: [{ number: 443 + state, name: 'tls', protocol: 'TLS' }],
        resolution: 'DNS',
      },
    },
  ]
}
