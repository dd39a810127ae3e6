import type { JsonObject } from '../lang/json.js'
import { labelOf, metadataOf, objectsIn, type Pod, textIn } from './pod.js'
import type { WorkloadIdentity } from './types.js'

/** Jobs that a CronJob made end in the minute or second they are due. */
const CRON_JOB = /^(.+)-\d{8,10}$/

/** The workload behind a pod, guessed from its controller as the reference does: `.TypeMeta` and `.DeploymentMeta`. */
export function workloadOf(pod: Pod): WorkloadIdentity {
  const metadata = metadataOf(pod)
  const name = textIn(metadata, 'name') ?? ''
  const namespace = textIn(metadata, 'namespace') ?? ''
  const controller = objectsIn(metadata, 'ownerReferences').find(owner => owner['controller'] === true)
  const isGenerated = (textIn(metadata, 'generateName') ?? '') !== ''
  const found = isGenerated && controller !== undefined ? ownerOf(pod, controller) : OWN
  return {
    type: { kind: found.kind, apiVersion: found.apiVersion },
    name: found.name === '' ? name : found.name,
    namespace,
  }
}

interface Owner {
  readonly kind: string
  readonly apiVersion: string
  readonly name: string
}

const OWN: Owner = { kind: 'Pod', apiVersion: 'v1', name: '' }

function ownerOf(pod: Pod, controller: JsonObject): Owner {
  const owner = {
    kind: textIn(controller, 'kind') ?? '',
    apiVersion: textIn(controller, 'apiVersion') ?? '',
    name: textIn(controller, 'name') ?? '',
  }
  switch (owner.kind) {
    case 'ReplicaSet':
      return ownerOfReplicaSet(pod, owner)
    case 'ReplicationController': {
      const config = labelOf(pod, 'deploymentconfig')
      return config === undefined ? owner : { ...owner, kind: 'DeploymentConfig', name: config }
    }
    case 'Job': {
      const cron = CRON_JOB.exec(owner.name)?.[1]
      return cron === undefined ? owner : { kind: 'CronJob', apiVersion: 'batch/v1', name: cron }
    }
    default:
      return owner
  }
}

function ownerOfReplicaSet(pod: Pod, owner: Owner): Owner {
  const rollout = labelOf(pod, 'rollouts-pod-template-hash')
  if (rollout !== undefined && owner.name.endsWith(rollout)) {
    return { kind: 'Rollout', apiVersion: 'v1alpha1', name: withoutHash(owner.name, rollout) }
  }
  const hash = labelOf(pod, 'pod-template-hash')
  if (hash === undefined || !owner.name.endsWith(hash)) return owner
  return { ...owner, kind: 'Deployment', name: withoutHash(owner.name, hash) }
}

function withoutHash(name: string, hash: string): string {
  return name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name
}
