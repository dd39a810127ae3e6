import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isJsonObject, type Json } from '../../src/lang/json.js'
import { parseYaml, parseYamlStream } from '../../src/lang/yaml/index.js'
import { encode } from '../../src/proto/index.js'
import { ROOT, runInProcess } from '../kit/command.js'

// What somebody gets who has manifests and nothing else.

const folder = mkdtempSync(join(tmpdir(), 'pillion-builtin-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly resources?: Json
}

interface Workload {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: { readonly spec: Record<'containers' | 'initContainers', Container[] | undefined> }
  }
}

/** Other kinds of samples/hello have the same names. */
const WORKLOADS = ['Deployment', 'DaemonSet', 'Job']

const run = (...args: string[]) => runInProcess({ args: ['inject', ...args], cwd: ROOT })

async function containersOf(name: string, ...args: string[]): Promise<Container[]> {
  const { code, stdout, stderr } = await run(...args)
  if (code !== 0) throw new Error(stderr)
  const objects = parseYamlStream(stdout).map(({ value }): unknown => value)
  const isWanted = (object: unknown): object is Workload =>
    isJsonObject(object) &&
    WORKLOADS.includes(String(object['kind'])) &&
    (object as unknown as Workload).metadata.name === name
  const { containers, initContainers } = objects.find(isWanted)!.spec.template.spec
  return [...(initContainers ?? []), ...(containers ?? [])]
}

function fileWith(text: string): string {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, text)
  return file
}

describe('samples/hello without any file of configuration', () => {
  it.each([
    ['hello', ['istio-init', 'web', 'istio-proxy']],
    ['shop', ['istio-init', 'shop', 'istio-proxy']],
    ['ingress', ['istio-proxy']],
    ['plain', ['envoy', 'web']],
    ['migrate', ['migrate']],
    ['node-watch', ['watch']],
  ])('%s has %j', async (name, wanted) => {
    expect((await containersOf(name, '-f', 'samples/hello')).map(container => container.name)).toEqual(wanted)
  })

  it('says on standard error what is built in and what is skipped', async () => {
    const { stderr } = await run('-f', 'samples/hello')
    expect(stderr).toContain("Pillion's built-in injection configuration, values and mesh config")
    expect(stderr).toContain('Skipping injection because Job "migrate" has sidecar injection disabled')
    expect(stderr).toContain('Skipping injection because DaemonSet "node-watch" has host networking enabled')
  })

  it('sends probes and metrics of the application through the agent', async () => {
    const proxy = (await containersOf('shop', '-f', 'samples/hello')).find(({ name }) => name === 'istio-proxy')
    const env = new Map(proxy?.env?.map(({ name, value }) => [name, value]))
    expect(Object.keys(JSON.parse(env.get('ISTIO_KUBE_APP_PROBERS') ?? '{}'))).toEqual([
      '/app-health/shop/livez',
      '/app-health/shop/readyz',
    ])
    expect(JSON.parse(env.get('ISTIO_PROMETHEUS_ANNOTATIONS') ?? '{}')).toEqual({
      scrape: 'true',
      path: '/metrics',
      port: '9090',
    })
    expect(proxy?.resources).toEqual({ requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } })
  })
})

describe('values of the user over the built-in ones', () => {
  it('need only name what differs', async () => {
    const file = fileWith('global: {hub: example.org/mesh, tag: 1.30.0}')
    const proxy = (await containersOf('hello', '-f', 'samples/hello/app.yaml', '--valuesFile', file)).at(-1)
    expect(proxy?.image).toBe('example.org/mesh/proxyv2:1.30.0')
    expect(proxy?.args).toContain('--proxyLogLevel=warning')
  })

  it('of an IstioOperator too', async () => {
    const file = join(folder, 'operator.yaml')
    writeFileSync(
      file,
      'apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {values: {global: {hub: op.example}}}\n',
    )
    const proxy = (await containersOf('hello', '-f', 'samples/hello/app.yaml', '--operatorFileName', file)).at(-1)
    expect(proxy?.image).toBe('op.example/proxyv2:latest')
  })

  it('fail with a position when they have the wrong type', async () => {
    const file = fileWith('global:\n  proxy:\n    statusPort: high\n')
    const { code, stdout, stderr } = await run('-f', 'samples/hello/app.yaml', '--valuesFile', file)
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain(`${file}:3:5: expected a port from 0 to 65535, not "high"`)
  })

  it('warn of a key that nothing reads', async () => {
    const file = fileWith('global:\n  proxy: {loglevel: debug}\n')
    const { code, stderr } = await run('-f', 'samples/hello/app.yaml', '--valuesFile', file)
    expect(code).toBe(0)
    expect(stderr).toContain('did you mean global.proxy.logLevel?')
  })
})

describe('the bootstrap of a plain Envoy', () => {
  const bootstrapOf = async (...args: string[]): Promise<string> => {
    const envoy = (await containersOf('plain', '-f', 'samples/hello/plain-envoy.yaml', ...args)).find(
      ({ name }) => name === 'envoy',
    )
    return envoy?.args?.at(-1) ?? ''
  }

  it('is a Bootstrap of Envoy', async () => {
    const read = parseYaml(await bootstrapOf())
    if (!read.ok) throw new Error(read.error.message)
    expect(encode('envoy.config.bootstrap.v3.Bootstrap', read.value as object).length).toBeGreaterThan(500)
  })

  it.each([
    ['{}', 'istiod.istio-system.svc', 15010],
    ['{revision: canary, global: {istioNamespace: mesh}}', 'istiod-canary.mesh.svc', 15010],
    ['global: {proxy: {envoyXdsAddress: "pillion.example:1234"}}', 'pillion.example', 1234],
    ['global: {proxy: {envoyXdsAddress: "[2001:db8::1]:15010"}}', '2001:db8::1', 15010],
  ])('with %s asks %s', async (values, address, portValue) => {
    const { staticResources } = JSON.parse(await bootstrapOf('--valuesFile', fileWith(values)))
    const cluster = staticResources.clusters.find(({ name }: { name: string }) => name === 'xds-grpc')
    expect(cluster.loadAssignment.endpoints[0].lbEndpoints[0].endpoint.address).toEqual({
      socketAddress: { address, portValue },
    })
  })

  it('may be a file of the user', async () => {
    expect(await bootstrapOf('--valuesFile', fileWith('global: {proxy: {envoyBootstrap: mine}}'))).toBe(
      '/etc/envoy/bootstrap/envoy.yaml',
    )
  })
})
