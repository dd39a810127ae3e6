import fc from 'fast-check'
import {
  ACCOUNTS,
  APPS,
  app,
  both,
  type Cluster,
  cluster,
  document,
  HOME,
  type MeshDocument,
  type MeshObject,
  NAMESPACES,
  NETWORKS,
  namespace,
  type Place,
  some,
  version,
} from './names.js'

/** Numbers that differ between names and namespaces, for addresses. */
function numberOf(name: string, namespace: string): number {
  return 1 + NAMESPACES.indexOf(namespace as 'shop') * 16 + APPS.indexOf(name.slice(0, 3) as 'web') * 4
}

const SERVICE_PORTS = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'grpc', port: 7070, targetPort: 7070 },
  { name: 'tcp-data', port: 9000, targetPort: 9000 },
  { name: 'https', port: 443, targetPort: 8443 },
  { name: 'auto', port: 8000, targetPort: 8000 },
  { name: 'http-alt', port: 9000, targetPort: 9001 },
] as const

const serviceAt = (name: Place, namespace: Place) =>
  document('v1', 'Service', name, namespace, (name, namespace) =>
    fc.record({
      metadata: some({
        annotations: some({
          'networking.istio.io/exportTo': fc.constantFrom('.', '*', 'shop'),
          'networking.istio.io/traffic-distribution': fc.constantFrom('PreferClose'),
        }),
        labels: some({ tier: fc.constantFrom('front', 'back') }),
      }),
      spec: fc.oneof(
        { weight: 8, arbitrary: clusterService(name, namespace) },
        {
          weight: 1,
          arbitrary: fc.constant({ type: 'ExternalName', externalName: 'real.example.com', ports: [SERVICE_PORTS[0]] }),
        },
      ),
    }),
  )

function clusterService(name: string, namespace: string): fc.Arbitrary<Record<string, unknown>> {
  return both(
    fc.record({
      clusterIP: fc.constantFrom(
        `10.96.0.${numberOf(name, namespace)}`,
        `10.96.0.${numberOf(name, namespace)}`,
        'None',
      ),
      ports: fc.uniqueArray(fc.constantFrom(...SERVICE_PORTS), {
        minLength: 1,
        maxLength: 3,
        selector: port => port.port,
      }),
    }),
    some({
      selector: fc.constantFrom({ app: name }, { app: name, version: 'v1' }),
      publishNotReadyAddresses: fc.boolean(),
      internalTrafficPolicy: fc.constantFrom('Local', 'Cluster'),
      sessionAffinity: fc.constantFrom('ClientIP', 'None'),
    }),
  )
}

/** Gateways of networks, by a label or because MeshNetworks names them. */
const gatewayService: fc.Arbitrary<MeshDocument> = fc
  .tuple(
    some({ 'topology.istio.io/network': fc.constantFrom(...NETWORKS) }),
    fc.constantFrom('192.0.2.81', '192.0.2.82'),
  )
  .map(([labels, ip]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'eastwest', namespace: 'istio-system', labels: labels as Record<string, string> },
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.200', ports: [{ name: 'tls', port: 15443 }] },
    status: { loadBalancer: { ingress: [{ ip }] } },
  }))

const instance = fc.tuple(app, fc.nat(1)).map(([name, index]) => `${name}-${index}`)

function addressOf(name: string, namespace: string): string {
  return `10.1.0.${numberOf(name, namespace) + Number(name.at(-1))}`
}

const podAt = (name: Place, namespace: Place) =>
  document('v1', 'Pod', name, namespace, (name, namespace) =>
    fc.record({
      metadata: fc.record({
        labels: both(
          fc.record({ app: fc.constantFrom(name.slice(0, -2), name.slice(0, -2), 'sql'), version }),
          some({
            'security.istio.io/tlsMode': fc.constant('istio'),
            'topology.istio.io/network': fc.constant('net-1'),
            tier: fc.constantFrom('front', 'back'),
          }),
        ),
      }),
      spec: fc.record({
        serviceAccountName: fc.constantFrom(...ACCOUNTS),
        nodeName: fc.constantFrom('node-1', 'node-2'),
        containers: fc.constant([
          { name: 'app', image: 'i', ports: [{ containerPort: 8080 }, { containerPort: 9000 }] },
        ]),
      }),
      status: fc.boolean().map(isReady => ({
        phase: 'Running',
        podIP: addressOf(name, namespace),
        podIPs: [{ ip: addressOf(name, namespace) }],
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      })),
    }),
  )

const sliceAt = (name: Place, namespace: Place) =>
  document('discovery.k8s.io/v1', 'EndpointSlice', name, namespace, (name, namespace) => {
    const service = name.slice(0, 3)
    const endpoint = fc
      .tuple(fc.constantFrom(`${service}-0`, `${service}-1`), fc.boolean(), fc.boolean())
      .map(([pod, isReady, hasTarget]) => ({
        addresses: [addressOf(pod, namespace)],
        conditions: { ready: isReady },
        nodeName: 'node-1',
        ...(hasTarget ? { targetRef: { kind: 'Pod', name: pod, namespace } } : {}),
      }))
    return fc.record({
      metadata: fc.constant({ labels: { 'kubernetes.io/service-name': service } }),
      addressType: fc.constant('IPv4'),
      endpoints: fc.uniqueArray(endpoint, { maxLength: 2, selector: each => each.addresses[0] }),
      ports: fc.subarray(SERVICE_PORTS.map(({ name, targetPort: port }) => ({ name, port, protocol: 'TCP' }))),
    })
  })

const node: fc.Arbitrary<MeshDocument> = fc
  .tuple(fc.constantFrom('node-1', 'node-2'), fc.constantFrom('r1', 'r2'), fc.constantFrom('z1', 'z2'))
  .map(([name, region, zone]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone } },
  }))

const namespaceDocument: fc.Arbitrary<MeshDocument> = fc
  .tuple(
    namespace,
    some({
      'topology.istio.io/network': fc.constantFrom(...NETWORKS),
      'istio-discovery': fc.constantFrom('enabled', 'disabled'),
    }),
  )
  .map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: labels as Record<string, string> },
  }))

/** Pods of another cluster have addresses of their own: a proxy in none of several networks knows no other cluster's from its own. */
function placed(cluster: Cluster, document: MeshDocument): MeshObject {
  const text = JSON.stringify(document)
  return {
    cluster,
    document: cluster === HOME ? document : (JSON.parse(text.replaceAll('"10.1.', '"10.2.')) as MeshDocument),
  }
}

const kubernetesDocument: fc.Arbitrary<MeshDocument> = fc.oneof(
  { weight: 6, arbitrary: serviceAt(app, namespace) },
  { weight: 1, arbitrary: gatewayService },
  { weight: 5, arbitrary: podAt(instance, namespace) },
  {
    weight: 6,
    arbitrary: sliceAt(
      fc.tuple(app, fc.nat(1)).map(parts => parts.join('-s')),
      namespace,
    ),
  },
  { weight: 1, arbitrary: node },
  { weight: 2, arbitrary: namespaceDocument },
)

/** What clusters have of Kubernetes' own. */
export const kubernetesObject: fc.Arbitrary<MeshObject> = fc
  .tuple(cluster, kubernetesDocument)
  .map(([where, document]) => placed(where, document))

/** What an application is made of, in one cluster: a service, two pods of it, and their endpoints. */
export const meshApplication: fc.Arbitrary<readonly MeshObject[]> = fc
  .tuple(app, namespace, cluster)
  .chain(([name, ns, where]) => {
    const at = fc.constant(ns)
    const documents = fc.tuple(
      serviceAt(fc.constant(name), at),
      podAt(fc.constant(`${name}-0`), at),
      podAt(fc.constant(`${name}-1`), at),
      sliceAt(fc.constant(`${name}-s0`), at),
    )
    return documents.map(all => all.map(document => placed(where, document)))
  })
