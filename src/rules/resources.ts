/** Plural resource names of the kinds whose strategic merge schema is known, and the Go type that describes it. */
const STRATEGIC_TYPES: Readonly<Record<string, string>> = {
  '/v1/pods': 'v1.Pod',
  '/v1/replicationcontrollers': 'v1.ReplicationController',
  'apps/v1/deployments': 'apps/v1.Deployment',
  'apps/v1/daemonsets': 'apps/v1.DaemonSet',
  'apps/v1/replicasets': 'apps/v1.ReplicaSet',
  'apps/v1/statefulsets': 'apps/v1.StatefulSet',
  'batch/v1/jobs': 'batch/v1.Job',
  'batch/v1/cronjobs': 'batch/v1.CronJob',
}

/** The key of the strategic merge schema of a resource, or undefined where only JSON merge makes sense (custom resources). */
export function strategicTypeOf(group: string, version: string, resource: string): string | undefined {
  const key = `${group}/${version}/${resource}`
  return Object.hasOwn(STRATEGIC_TYPES, key) ? STRATEGIC_TYPES[key] : undefined
}

/** Plural name of a kind, as Kubernetes' own names and most custom resources form it; for offline use, where no API is asked. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase()
  if (IRREGULAR[lower] !== undefined) return IRREGULAR[lower]
  if (/(s|x|ch|sh)$/.test(lower)) return `${lower}es`
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`
  return `${lower}s`
}

const IRREGULAR: Readonly<Record<string, string>> = { endpoints: 'endpoints', gateway: 'gateways' }

/** Kinds without a namespace, of those that come with Kubernetes; offline there is no API to ask. */
export const CLUSTER_SCOPED_KINDS: ReadonlySet<string> = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterTrustBundle',
  'CSIDriver',
  'CSINode',
  'CustomResourceDefinition',
  'FlowSchema',
  'GatewayClass',
  'IngressClass',
  'MutatingAdmissionPolicy',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
])
