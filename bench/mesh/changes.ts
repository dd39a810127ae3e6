// What is changed in a mesh that all proxies have, as files.
import { join } from 'node:path'
import {
  allPods,
  appDocuments,
  appFile,
  appOf,
  IDLE_FILE,
  idleDocuments,
  type MeshFiles,
  type MeshShape,
  namespaceDocuments,
  namespaceOf,
  routeFile,
  virtualService,
} from './files.js'

export interface Change {
  readonly what: string
  readonly path: string
  readonly documents: readonly object[]
  readonly like?: 'endpoint' | 'route'
}

/** Of a service that all proxies use. The first of each kind warms the compiler up as well: what comes after is what a server that runs for days would take. */
export function sharedChanges(shape: MeshShape, { folder }: MeshFiles): readonly Change[] {
  const shared = appOf(0)
  const pods = allPods(shared, shape)
  const everywhere = shape.isScoped ? 'a service that all use' : 'a service'
  return [
    ...[1, 2, 1].map((ready, i) => ({
      what: `one endpoint of ${everywhere} (${i + 1})`,
      path: join(folder, appFile(shared)),
      documents: appDocuments(shared, pods, { ready }),
      like: 'endpoint' as const,
    })),
    ...[80, 70, 60].map((weight, i) => ({
      what: `VirtualService of ${everywhere} (${i + 1})`,
      path: join(folder, routeFile(shared)),
      documents: [virtualService(shared, weight)],
      like: 'route' as const,
    })),
  ]
}

/** Of one namespace, or of nothing that a proxy has. */
export function otherChanges(shape: MeshShape, { folder, own }: MeshFiles): readonly Change[] {
  const shared = appOf(0)
  const file = (path: string): string => join(folder, path)
  const app = (which: typeof shared, edit: Parameters<typeof appDocuments>[2]): readonly object[] =>
    appDocuments(which, allPods(which, shape), edit)
  const scope = ['./*', `${namespaceOf(0)}/*`, `${namespaceOf(shape.services - 1)}/*`]
  return [
    { what: 'one endpoint of one namespace', path: file(appFile(own)), documents: app(own, { ready: 1 }) },
    { what: 'VirtualService of one namespace', path: file(routeFile(own)), documents: [virtualService(own, 80)] },
    {
      what: 'one Sidecar',
      path: file(`${own.namespace}/namespace.yaml`),
      documents: namespaceDocuments(own.namespace, scope),
    },
    { what: 'a label of a pod', path: file(appFile(shared)), documents: app(shared, { ready: 1, note: 'new' }) },
    { what: 'ConfigMap, Secret, private service', path: file(IDLE_FILE), documents: idleDocuments(1) },
    {
      what: 'one new Service',
      path: file(`${own.namespace}/new.yaml`),
      documents: app({ ...own, index: shape.services, name: 'app-new' }, {}),
    },
  ]
}
