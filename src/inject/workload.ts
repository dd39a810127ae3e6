import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { workloadOf } from './deploy-meta.js'
import { metadataOf, objectIn, type Pod, textIn, withFields } from './pod.js'
import type { InjectionRequest } from './types.js'

/** Kinds that hold a pod, by name alone: their apiVersion is not looked at, and stays as it is. */
export interface WorkloadKind {
  /** Key of the Go struct table. */
  readonly type: string
  /** Where the pod's metadata and spec stand. */
  readonly metadata: readonly string[]
  readonly spec: readonly string[]
  /** The holder may lack its template altogether, which is an error. */
  readonly requiresTemplate?: boolean
}

const TEMPLATE = { metadata: ['spec', 'template', 'metadata'], spec: ['spec', 'template', 'spec'] } as const

export const WORKLOAD_KINDS: ReadonlyMap<string, WorkloadKind> = new Map<string, WorkloadKind>([
  ['Pod', { type: 'v1.Pod', metadata: ['metadata'], spec: ['spec'] }],
  ['ReplicationController', { type: 'v1.ReplicationController', ...TEMPLATE, requiresTemplate: true }],
  ['Deployment', { type: 'apps/v1.Deployment', ...TEMPLATE }],
  ['DaemonSet', { type: 'apps/v1.DaemonSet', ...TEMPLATE }],
  ['ReplicaSet', { type: 'apps/v1.ReplicaSet', ...TEMPLATE }],
  ['StatefulSet', { type: 'apps/v1.StatefulSet', ...TEMPLATE }],
  ['Job', { type: 'batch/v1.Job', ...TEMPLATE }],
  [
    'CronJob',
    {
      type: 'batch/v1.CronJob',
      metadata: ['spec', 'jobTemplate', 'metadata'],
      spec: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
    },
  ],
  ['DeploymentConfig', { type: 'apps.openshift.io/v1.DeploymentConfig', ...TEMPLATE, requiresTemplate: true }],
])

export interface FoundKind {
  readonly name: string
  readonly kind: WorkloadKind
}

/** The kind of an object, if it holds a pod. */
export function workloadKindOf(value: Json): FoundKind | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, 'kind')) return undefined
  const name = value['kind']
  const kind = typeof name === 'string' ? WORKLOAD_KINDS.get(name) : undefined
  return kind === undefined ? undefined : { name: name as string, kind }
}

/** The pod inside a workload, as a Pod object. */
export function podOf(object: JsonObject, kind: WorkloadKind): Pod {
  if (kind.type === 'v1.Pod') return object
  const pod = emptyObject()
  pod['metadata'] = objectAt(object, kind.metadata)
  pod['spec'] = objectAt(object, kind.spec)
  return pod
}

/** A path in the pod, such as `spec.containers[0]`, as a path in the workload. */
export function pathInWorkload(path: string, { metadata, spec }: WorkloadKind): string {
  const [, part, rest] = /^(metadata|spec)\b(.*)$/s.exec(path) ?? []
  return part === undefined ? path : `${(part === 'spec' ? spec : metadata).join('.')}${rest}`
}

/** The workload with another pod inside. */
export function withPod(object: JsonObject, kind: WorkloadKind, pod: Pod): JsonObject {
  if (kind.type === 'v1.Pod') return pod
  const withMetadata = replacedAt(object, kind.metadata, objectIn(pod, 'metadata'))
  return replacedAt(withMetadata, kind.spec, objectIn(pod, 'spec'))
}

/** Whether the object has the template that its kind must have. */
export function hasTemplate(object: JsonObject, kind: WorkloadKind): boolean {
  return kind.requiresTemplate !== true || isJsonObject(objectAt(object, ['spec'])['template'])
}

function objectAt(object: JsonObject, path: readonly string[]): JsonObject {
  return path.reduce((parent, key) => objectIn(parent, key), object)
}

function replacedAt(object: JsonObject, path: readonly string[], value: JsonObject): JsonObject {
  const [key, ...rest] = path
  if (key === undefined) return value
  return withFields(object, { [key]: replacedAt(objectIn(object, key), rest, value) })
}

/** The pod stands alone: no request, no namespace of its own but what its template says. */
export function requestFor(object: JsonObject, kindName: string, kind: WorkloadKind): InjectionRequest {
  const pod = podOf(object, kind)
  const metadata = objectIn(object, 'metadata')
  const workload =
    kind.type === 'v1.Pod'
      ? workloadOf(pod)
      : {
          type: { kind: kindName, apiVersion: textIn(object, 'apiVersion') ?? '' },
          name: textIn(metadata, 'name') ?? '',
          namespace: textIn(metadata, 'namespace') ?? '',
        }
  return { pod, namespace: '', mode: 'manifest', workload }
}

/** `namespace/name`, or the name alone: the pod's own, else the workload's. */
export function fullName(object: JsonObject, pod: Pod): string {
  const [own, outer] = [metadataOf(pod), objectIn(object, 'metadata')]
  const pick = (key: string): string => (textIn(own, key) || textIn(outer, key)) ?? ''
  return pick('namespace') === '' ? pick('name') : `${pick('namespace')}/${pick('name')}`
}
