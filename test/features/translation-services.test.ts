import { describe, expect, it } from 'vitest'
import { addressesOf, translated } from '../kit/translated.js'

const HOST = 'a.default.svc.cluster.local'

function service(fields: string, ports = '[{name: tcp, port: 90}]'): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec: {selector: {app: a}, ports: ${ports}, ${fields}}
---
`
}

function pod(name: string, ...ips: string[]): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: default, labels: {app: a}}
spec: {containers: []}
status:
  phase: Running
  podIP: "${ips[0]}"
  podIPs: [${ips.map(ip => `{ip: "${ip}"}`).join(', ')}]
  conditions: [{type: Ready, status: "True"}]
---
`
}

function slice(family: 'IPv4' | 'IPv6', address: string): string {
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: a-${family.toLowerCase()}, namespace: default, labels: {kubernetes.io/service-name: a}}
addressType: ${family}
endpoints: [{addresses: ["${address}"], targetRef: {kind: Pod, name: a-0, namespace: default}}]
ports: [{name: tcp, port: 9090}]
---
`
}

function alias(name: string, to: string): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {type: ExternalName, externalName: ${to}}
---
`
}

const ON = { proxyMetadata: { ISTIO_DUAL_STACK: 'true' } }
const V4 = '10.1.0.1'
const V6 = 'fd00:1::1'

describe('services of both IP families', () => {
  const objects = [
    service('clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, "fd00::1"], ipFamilies: [IPv4, IPv6]'),
    pod('a-0', V4, V6),
    slice('IPv4', V4),
    slice('IPv6', V6),
  ].join('')
  const cluster = `outbound|90||${HOST}`

  it.each([
    ['a client of IPv4', '10.9.9.9', '10.0.0.1_90', ['10.0.0.1:90'], 1],
    ['a client of IPv6', 'fd00::9', '[fd00::1]_90', ['fd00::1:90'], 1],
    ['a client of both that does not ask for it', '10.9.9.9,fd00::9', '10.0.0.1_90', ['10.0.0.1:90'], 1],
  ])('are called by %s at one address', (_, ips, name, addresses, listeners) => {
    const made = translated({ objects, proxy: { ips } })
    expect(addressesOf(made.listeners[name]).slice(0, 2)).toEqual(addresses)
    expect(Object.keys(made.listeners).filter(each => each.endsWith('_90'))).toHaveLength(listeners)
    expect(addressesOf(made.endpoints[cluster]).sort()).toEqual([`${V4}:9090`, `${V6}:9090`])
  })

  it('are called at both addresses, and a pod is one endpoint, where mesh and proxy ask for dual stack', () => {
    const proxy = { ips: '10.9.9.9,fd00::9', metadata: { PROXY_CONFIG: ON } }
    const made = translated({ objects, mesh: { defaultConfig: ON }, proxy })
    expect(addressesOf(made.listeners['10.0.0.1_90'])).toEqual(['10.0.0.1:90', 'fd00::1:90'])
    expect(addressesOf(made.listeners['virtualOutbound'])).toEqual(['0.0.0.0:15001', ':::15001'])
    expect(made.endpoints[cluster]?.['endpoints']).toMatchObject([
      { lbEndpoints: [{ endpoint: { additionalAddresses: [{ address: { socketAddress: { address: V6 } } }] } }] },
    ])
    expect(addressesOf(made.endpoints[cluster])).toEqual([`${V4}:9090`, `${V6}:9090`])
    expect(made.clusters['InboundPassthroughCluster']?.['upstreamBindConfig']).toMatchObject({
      sourceAddress: { address: '127.0.0.6' },
      extraSourceAddresses: [{ address: { address: '::6' } }],
    })
  })

  it('keep the pod of a service of one family at that address', () => {
    const made = translated({
      objects: [service('clusterIP: 10.0.0.1'), pod('a-0', V4, V6), slice('IPv4', V4)].join(''),
      mesh: { defaultConfig: ON },
    })
    expect(addressesOf(made.endpoints[cluster])).toEqual([`${V4}:9090`])
  })
})

describe('ExternalName', () => {
  const ports = '[{name: http, port: 80}]'
  const domainsOf = (objects: string, host: string): readonly unknown[] => {
    const hosts = translated({ objects }).routes['80']?.['virtualHosts'] as { name: string; domains: string[] }[]
    return hosts.find(({ name }) => name === `${host}:80`)?.domains ?? []
  }

  it('is another name of a Service, also by way of a further one', () => {
    const objects = service('clusterIP: 10.0.0.1', ports) + alias('b', HOST) + alias('c', 'b.default.svc.cluster.local')
    expect(domainsOf(objects, HOST)).toEqual(expect.arrayContaining(['b', 'c.default.svc.cluster.local']))
  })

  it('is another name of a host of a ServiceEntry', () => {
    const entry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: default}
spec: {hosts: [e.example], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}
---
`
    expect(domainsOf(entry + alias('b', 'e.example'), 'e.example')).toContain('b.default')
  })

  it('may lead in a circle, which is nothing', () => {
    const circle = alias('b', 'c.default.svc.cluster.local') + alias('c', 'b.default.svc.cluster.local')
    expect(domainsOf(service('clusterIP: 10.0.0.1', ports) + circle, HOST)).not.toContain('b')
  })
})

describe('ports', () => {
  it('of one number for TCP and UDP have target ports of their own', () => {
    const ports = `[{name: dns-tcp, port: 53, targetPort: 5300}, {name: dns, port: 53, protocol: UDP, targetPort: 5353}]`
    const made = translated({
      objects: service('clusterIP: 10.0.0.1', ports) + pod('a-0', V4),
      proxy: { name: 'a-0', ips: V4 },
    })
    expect(Object.keys(made.clusters)).toContain('inbound|5300||')
    expect(Object.keys(made.clusters)).not.toContain('inbound|5353||')
  })
})

describe('a headless Service', () => {
  const entry = (name: string, label: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: default, labels: {app: a${label}}}
spec: {containers: []}
status: {phase: Running, podIP: 10.1.1.${name.slice(2)}, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: default, labels: {kubernetes.io/service-name: a}}
addressType: IPv4
endpoints: [{addresses: [10.1.1.${name.slice(2)}], targetRef: {kind: Pod, name: ${name}, namespace: default}}]
ports: [{name: tcp, port: 90}]
---
`
  const mutual = ', security.istio.io/tlsMode: istio'

  it.each<[string, string, boolean]>([
    ['all its pods do', entry('a-1', mutual) + entry('a-2', mutual), true],
    ['one of them does not', entry('a-1', mutual) + entry('a-2', ''), false],
    ['it has none', '', false],
  ])('speaks mutual TLS or not: %s', (_, pods, expected) => {
    const made = translated({ objects: service('clusterIP: None') + pods })
    expect(made.clusters[`outbound|90||${HOST}`]).toMatchObject({ type: 'ORIGINAL_DST' })
    expect(Object.hasOwn(made.clusters[`outbound|90||${HOST}`] ?? {}, 'transportSocket')).toBe(expected)
  })
})

describe('interception NONE', () => {
  const objects = service('clusterIP: 10.0.0.1') + pod('a-0', V4)
  const proxy = { name: 'a-0', ips: V4, metadata: { INTERCEPTION_MODE: 'NONE' } }

  it('leaves what is inbound to the workload, unless a Sidecar says where it listens', () => {
    const made = translated({ objects, proxy })
    expect(Object.keys(made.clusters).filter(name => name.startsWith('inbound|'))).toEqual([])
    expect(Object.keys(made.listeners)).toEqual(['127.0.0.1_90'])
  })

  it('binds every outbound listener, whatever its captureMode', () => {
    const sidecar = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s, namespace: default}
spec: {egress: [{port: {number: 90, name: tcp, protocol: TCP}, captureMode: IPTABLES, hosts: ["./*"]}]}
`
    const made = translated({ objects: objects + sidecar, proxy })
    expect(addressesOf(made.listeners['127.0.0.1_90'])).toEqual(['127.0.0.1:90'])
    expect(made.listeners['127.0.0.1_90']).not.toHaveProperty('bindToPort')
  })
})

describe('workloads that a ServiceEntry or a Service selects', () => {
  const workloads = `
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm, namespace: default}
spec: {address: 10.7.0.1, labels: {app: a}, ports: {http: 7080, admin: 7090}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: default, labels: {app: a}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 6080}, {name: http, containerPort: 1}, {name: udp, containerPort: 6081, protocol: UDP}]}]}
status: {phase: Running, podIP: 10.1.0.5, conditions: [{type: Ready, status: "True"}]}
---
`
  const entry = (port: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: default}
spec:
  hosts: [e.example]
  location: MESH_INTERNAL
  resolution: STATIC
  workloadSelector: {labels: {app: a}}
  ports: [{number: 80, protocol: HTTP, ${port}}]
`
  const POD = '10.1.0.5'
  const VM = '10.7.0.1'

  it.each<[string, string, string[]]>([
    ['the port of that name', 'name: http', [`${POD}:6080`, `${VM}:7080`]],
    ['else the target port', 'name: other, targetPort: 9080', [`${POD}:9080`, `${VM}:9080`]],
    ['else the same number', 'name: udp', [`${POD}:80`, `${VM}:80`]],
  ])('serve a ServiceEntry at %s', (_, port, expected) => {
    const made = translated({ objects: workloads + entry(port) })
    expect(addressesOf(made.endpoints['outbound|80||e.example']).sort()).toEqual(expected)
  })

  it.each<[string, string, string[]]>([
    ['the port of that name, over a number', '{name: http, port: 80, targetPort: 1}', [`${VM}:7080`]],
    ['the port that the target names', '{name: http, port: 80, targetPort: admin}', [`${VM}:7090`]],
    ['nothing, where there is no port of the name that the target is', '{name: http, port: 80, targetPort: lost}', []],
  ])('as a WorkloadEntry serve a Service at %s', (_, port, expected) => {
    const made = translated({ objects: workloads + service('clusterIP: 10.0.0.1', `[${port}]`) })
    expect(addressesOf(made.endpoints[`outbound|80||${HOST}`])).toEqual(expected)
  })

  it('a pod is called where its own proxy listens', () => {
    const made = translated({ objects: workloads + entry('name: http'), proxy: { name: 'p', ips: POD } })
    expect(Object.keys(made.clusters)).toContain('inbound|6080||')
  })
})

describe('endpoints that are preferred by labels', () => {
  it('are preferred by a proxy, too, that has none of these labels', () => {
    const labelled = pod('a-1', '10.0.1.2').replace('{app: a}', '{app: a, topology.istio.io/network: far}')
    const slices = ['10.0.1.1', '10.0.1.2'].map((address, index) =>
      slice('IPv4', address)
        .replace('a-ipv4', `a-${index}`)
        .replace('name: a-0, namespace', `name: a-${index}, namespace`),
    )
    const made = translated({
      objects: [
        service('clusterIP: 10.96.0.1').replace(
          'name: a,',
          'name: a, annotations: {networking.istio.io/traffic-distribution: PreferClose},',
        ),
        pod('a-0', '10.0.1.1'),
        labelled,
        ...slices,
      ].join(''),
    })
    const groups = made.endpoints[`outbound|90||${HOST}`]?.['endpoints'] as { readonly priority?: number }[]
    expect(groups.map(({ priority }) => priority ?? 0)).toEqual([0, 1])
  })
})

describe('a port whose protocol is found out', () => {
  const ports = '[{name: what, port: 90}]'
  const routeNameOf = (objects: string, listener: string): unknown =>
    /"routeConfigName":"([^"]*)"/.exec(JSON.stringify(translated({ objects }).listeners[listener]))?.[1]

  it('has routes of its own where the address is the service alone', () => {
    expect(routeNameOf(service('clusterIP: 10.0.0.1', ports), '10.0.0.1_90')).toBe(`${HOST}:90`)
  })

  it('shares the routes of the port where only a host tells services apart', () => {
    const objects =
      service('type: ClusterIP', ports) + service('type: ClusterIP', ports).replace('name: a,', 'name: b,')
    expect(routeNameOf(objects, '0.0.0.0_90')).toBe('90')
    const hosts = translated({ objects }).routes['90']?.['virtualHosts'] as { name: string }[]
    expect(hosts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([`${HOST}:90`, `b.default.svc.cluster.local:90`]),
    )
  })
})
