import type { Json, JsonObject } from '../lang/json.js'
import { selectorToJson } from '../lang/selector.js'
import type { Rule } from './rule.js'

/** How the API server reaches the webhook. */
export type ClientConfig =
  | { readonly kind: 'service'; readonly name: string; readonly namespace: string; readonly port: number }
  | { readonly kind: 'url'; readonly url: string }

export interface ManifestOptions {
  /** Name of the MutatingWebhookConfiguration; also the domain under which entries are named. */
  readonly name: string
  readonly client: ClientConfig
  /** PEM of the certificate authority that signed the serving certificate. */
  readonly caBundle: string
  /**
   * Addresses of a server outside the cluster, for a Service without selector and its EndpointSlice; empty when the Service
   * selects pods and is somebody else's.
   */
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[]
}

/** Entry names must be fully qualified: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
const ENTRY_DOMAIN = 'rules.pillion.dev'

/** The objects that make an API server send to Pillion what the rules ask for: one webhook entry a rule. */
export function webhookManifests(rules: readonly Rule[], options: ManifestOptions): JsonObject[] {
  const configuration: JsonObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: options.name, labels: { 'app.kubernetes.io/managed-by': 'pillion' } },
    webhooks: rules.map(rule => webhookEntry(rule, options)),
  }
  const { client, endpoints } = options
  if (client.kind === 'url' || endpoints.length === 0) return [configuration]
  return [serviceManifest(client, endpoints), ...endpointSliceManifests(client, endpoints), configuration]
}

function webhookEntry(rule: Rule, { client, caBundle }: ManifestOptions): JsonObject {
  const entry: JsonObject = {
    name: `${rule.name}.${ENTRY_DOMAIN}`,
    admissionReviewVersions: ['v1', 'v1beta1'],
    clientConfig: { ...clientConfig(client, `/mutate/${rule.name}`), caBundle: btoa(caBundle) },
    failurePolicy: rule.failurePolicy,
    matchPolicy: 'Equivalent',
    reinvocationPolicy: rule.reinvocationPolicy,
    rules: rule.resources.map(resource => ({
      apiGroups: [...resource.apiGroups],
      apiVersions: [...resource.apiVersions],
      operations: [...resource.operations],
      resources: [...resource.resources],
      scope: resource.scope,
    })),
    sideEffects: 'None',
    timeoutSeconds: rule.timeoutSeconds,
  }
  if (rule.namespaceSelector !== undefined) entry['namespaceSelector'] = selectorToJson(rule.namespaceSelector)
  if (rule.objectSelector !== undefined) entry['objectSelector'] = selectorToJson(rule.objectSelector)
  if (rule.matchConditions.length > 0) {
    entry['matchConditions'] = rule.matchConditions.map(({ name, expression }): Json => ({ name, expression }))
  }
  return entry
}

function clientConfig(client: ClientConfig, path: string): JsonObject {
  if (client.kind === 'url') return { url: `${client.url.replace(/\/+$/, '')}${path}` }
  return { service: { name: client.name, namespace: client.namespace, port: client.port, path } }
}

type ServiceClient = Extract<ClientConfig, { kind: 'service' }>
type Endpoints = ManifestOptions['endpoints']

function serviceManifest(client: ServiceClient, endpoints: Endpoints): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: client.name, namespace: client.namespace },
    spec: {
      ...familiesOf(endpoints),
      ports: [{ name: 'https', port: client.port, protocol: 'TCP', targetPort: endpoints[0]?.port ?? client.port }],
    },
  }
}

/** A Service has the cluster's own family unless it asks, and ignores the endpoints of the other. */
function familiesOf(endpoints: Endpoints): JsonObject {
  const isIpv6 = endpoints.map(({ ip }) => ip.includes(':'))
  if (!isIpv6.includes(true)) return {}
  return isIpv6.includes(false) ? { ipFamilyPolicy: 'PreferDualStack' } : { ipFamilies: ['IPv6'] }
}

/** One slice a combination of address family and port: a slice has one address type and one list of ports. */
function endpointSliceManifests(client: ServiceClient, endpoints: Endpoints): JsonObject[] {
  return [...groupBy(endpoints)].map(([key, members], i) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${client.name}-${i + 1}`,
      namespace: client.namespace,
      labels: { 'kubernetes.io/service-name': client.name, 'endpointslice.kubernetes.io/managed-by': 'pillion' },
    },
    addressType: key.startsWith('IPv6') ? 'IPv6' : 'IPv4',
    // One address each: kube-proxy looks at the first alone.
    endpoints: members.map(({ ip }) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'https', port: members[0]!.port, protocol: 'TCP' }],
  }))
}

function groupBy(endpoints: Endpoints): Map<string, Endpoints[number][]> {
  const groups = new Map<string, Endpoints[number][]>()
  for (const endpoint of endpoints) {
    const key = `${endpoint.ip.includes(':') ? 'IPv6' : 'IPv4'} ${endpoint.port}`
    groups.set(key, [...(groups.get(key) ?? []), endpoint])
  }
  return groups
}
