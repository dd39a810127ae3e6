import { WORKLOAD_KINDS } from '../inject/index.js'
import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { LocatedObject, Path, Subject } from './types.js'

/** What a controller does to the pods of a kind of workload. */
interface Controller {
  /** Path of the pod template in the workload. */
  readonly template: Path
  /** Account that creates the pods: match conditions may look at it. */
  readonly account: string
  /** Owner of the pods: a Deployment's are owned by a ReplicaSet, a CronJob's by a Job. */
  readonly owner: { readonly kind: string; readonly apiVersion: string; readonly suffix: string }
  /** Labels that the controller adds; `@` stands for the workload's name, `#` for the owner's, other values are made up. */
  readonly labels: Readonly<Record<string, string>>
}

/** A made-up value for what only a cluster can know. */
const HASH = '0000000000'
const POD_TEMPLATE: Path = ['spec', 'template']
const JOB_LABELS = {
  'batch.kubernetes.io/controller-uid': HASH,
  'batch.kubernetes.io/job-name': '#',
  'controller-uid': HASH,
  'job-name': '#',
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/ says which controller sets which label. */
const CONTROLLERS: ReadonlyMap<string, Controller> = new Map<string, Controller>([
  [
    'Deployment',
    controller('replicaset-controller', 'ReplicaSet', 'apps/v1', { 'pod-template-hash': HASH }, `-${HASH}`),
  ],
  ['ReplicaSet', controller('replicaset-controller', 'ReplicaSet', 'apps/v1', {})],
  [
    'StatefulSet',
    controller('statefulset-controller', 'StatefulSet', 'apps/v1', {
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': HASH,
      'statefulset.kubernetes.io/pod-name': '@-0',
    }),
  ],
  [
    'DaemonSet',
    controller('daemon-set-controller', 'DaemonSet', 'apps/v1', {
      'controller-revision-hash': HASH,
      'pod-template-generation': '1',
    }),
  ],
  ['Job', controller('job-controller', 'Job', 'batch/v1', JOB_LABELS)],
  // The time in a CronJob's Job name is one of ten digits or less, in minutes.
  [
    'CronJob',
    {
      ...controller('job-controller', 'Job', 'batch/v1', JOB_LABELS, '-00000000'),
      template: ['spec', 'jobTemplate', 'spec', 'template'],
    },
  ],
  ['ReplicationController', controller('replication-controller', 'ReplicationController', 'v1', {})],
  [
    'DeploymentConfig',
    controller(
      'replication-controller',
      'ReplicationController',
      'v1',
      { deployment: '#', deploymentconfig: '@' },
      '-1',
    ),
  ],
])

function controller(
  account: string,
  kind: string,
  apiVersion: string,
  labels: Controller['labels'],
  suffix = '',
): Controller {
  return { template: POD_TEMPLATE, account, owner: { kind, apiVersion, suffix }, labels }
}

/** The pod of an object of a kind that has one; `namespace` is used where the manifest names none. */
export function subjectOf(object: LocatedObject, namespace?: string): Subject | undefined {
  const kind = object.value['kind']
  if (typeof kind !== 'string' || !WORKLOAD_KINDS.has(kind)) return undefined
  const metadata = member(object.value, 'metadata')
  const named = { kind, name: textOf(metadata, 'name') || textOf(metadata, 'generateName') || '(no name)' }
  const base = { ...named, namespace: namespaceOf(object, namespace), position: object.position }
  const how = CONTROLLERS.get(kind)
  if (how === undefined) return { ...base, pod: object.value, controllerLabels: [], locate: object.locate }
  const { pod, added } = createdPod(object.value, how, named.name)
  const { kind: ownerKind, apiVersion, suffix } = how.owner
  return {
    ...base,
    pod,
    controller: {
      kind: ownerKind,
      apiVersion,
      name: `${named.name}${suffix}`,
      user: `system:serviceaccount:kube-system:${how.account}`,
    },
    controllerLabels: added,
    locate: path => object.locate([...how.template, ...path]),
  }
}

function namespaceOf({ value, locate }: LocatedObject, given: string | undefined): Subject['namespace'] {
  const own = textOf(member(value, 'metadata'), 'namespace')
  const position = locate(['metadata', 'namespace'])
  if (own !== '') return { name: own, from: 'manifest', ...(position === undefined ? {} : { position }) }
  return given === undefined || given === '' ? { name: 'default', from: 'default' } : { name: given, from: 'given' }
}

/** The template with the labels, the name and the owner that the controller gives its pods. */
function createdPod(
  workload: JsonObject,
  { template, labels, owner }: Controller,
  name: string,
): { pod: JsonObject; added: string[] } {
  const source = template.reduce<JsonObject>((parent, key) => member(parent, String(key)), workload)
  const metadata = copyOf(member(source, 'metadata'))
  const merged = copyOf(member(metadata, 'labels'))
  const added = Object.keys(labels).filter(key => !Object.hasOwn(merged, key))
  for (const key of added)
    merged[key] = labels[key]!.replace('@', () => name).replace('#', () => `${name}${owner.suffix}`)
  if (Object.keys(merged).length > 0) metadata['labels'] = merged
  const { kind, apiVersion, suffix } = owner
  delete metadata['name']
  metadata['generateName'] = `${name}${suffix}-`
  metadata['ownerReferences'] = [
    { apiVersion, kind, name: `${name}${suffix}`, uid: HASH, controller: true, blockOwnerDeletion: true },
  ]
  const pod = emptyObject()
  pod['apiVersion'] = 'v1'
  pod['kind'] = 'Pod'
  pod['metadata'] = metadata
  pod['spec'] = member(source, 'spec')
  return { pod, added }
}

function copyOf(object: JsonObject): JsonObject {
  const copy = emptyObject()
  for (const key of Object.keys(object)) copy[key] = object[key]!
  return copy
}

function member(object: JsonObject, key: string): JsonObject {
  const value: Json | undefined = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : emptyObject()
}

function textOf(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : ''
}
