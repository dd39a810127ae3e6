import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../../config/injection-config.js'
import { parseInjectionValues } from '../../config/injection-values.js'
import { loadMeshConfig } from '../../config/mesh-config.js'
import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import { inject } from '../inject.js'
import { injectionSetup } from '../setup.js'
import type { InjectionSetup } from '../types.js'

// The built-in templates are proof against what a user writes by construction: no text of annotations, labels, names or
// proxy metadata changes which containers, volumes and fields come out. The injector's own proof (proof.ts) must never
// have to step in, so a refusal fails here too.

const text = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

function setupWith(
  values: (text: string) => string,
  nativeSidecars: string,
  config: (text: string) => string = unchanged => unchanged,
): InjectionSetup {
  return value(
    injectionSetup({
      config: value(parseInjectionConfig(config(text('config.yaml')))),
      values: value(parseInjectionValues(values(text('values.yaml')))),
      mesh: value(loadMeshConfig('')),
      environment: { nativeSidecars },
    }),
  )
}

const SETUPS = {
  plain: setupWith(values => values, 'false'),
  'native with CNI': setupWith(
    values =>
      values.replace(
        'cni:\n    enabled: false\n    provider: default',
        'cni:\n    enabled: true\n    provider: multus',
      ),
    'true',
  ),
} as const

/** Read by a template and held to no form by the validation of annotations. */
const ANNOTATIONS = [
  'sidecar.istio.io/logLevel',
  'sidecar.istio.io/componentLogLevel',
  'sidecar.istio.io/agentLogLevel',
  'sidecar.istio.io/bootstrapOverride',
  'sidecar.istio.io/capNetBindService',
  'sidecar.istio.io/proxyImage',
  'traffic.sidecar.istio.io/includeOutboundPorts',
  'k8s.v1.cni.cncf.io/networks',
]
const LABELS = [
  'security.istio.io/tlsMode',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
  'service.istio.io/workload-name',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
  'app',
  'version',
]

interface Texts {
  readonly annotations: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly container: string
  readonly port: string
  readonly account: string
  readonly metadata: string
}

function podOf(template: string, texts: Texts): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'app-1',
      namespace: 'demo',
      labels: { ...texts.labels },
      annotations: {
        ...texts.annotations,
        'inject.istio.io/templates': template,
        'proxy.istio.io/config': JSON.stringify({ proxyMetadata: { FREE: texts.metadata } }),
      },
    },
    spec: {
      serviceAccountName: texts.account,
      containers: [{ name: texts.container, image: 'app', ports: [{ name: texts.port, containerPort: 80 }] }],
    },
  }
}

const PLAIN: Texts = {
  annotations: Object.fromEntries(ANNOTATIONS.map(name => [name, 'plain'])),
  labels: Object.fromEntries(LABELS.map(name => [name, 'plain'])),
  container: 'app',
  port: 'http',
  account: 'demo',
  metadata: 'plain',
}

const HOSTILE = [
  '"',
  "'",
  '\\',
  '\\"',
  '\n',
  '\r\n',
  '\n    - name: stolen\n      image: evil',
  '"\n  hostNetwork: true\n#',
  '{{ .Values }}',
  '}}',
  ': ',
  ' #',
  '- ',
  '}, evil: {a: b',
  '], [',
  '!!binary ',
  '!!python/object:os.system ',
  '&anchor ',
  '*alias',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '| \n',
  '> \n',
  '\t',
  '\u0000',
  '\u0085',
  '\u2028',
  '\u00a0',
  '\ud800',
  '$(POD_NAME)',
  '$$(POD_NAME)',
  '<no value>',
  'true',
  '0x10',
  '~',
  '`',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 1,
    maxLength: 4,
  })
  // An empty text means something of its own, and so does an image with a slash and the one word that grants.
  .map(parts => `x${parts.join('')}`)

const texts: fc.Arbitrary<Texts> = fc.record({
  annotations: fc.record(Object.fromEntries(ANNOTATIONS.map(name => [name, hostile]))),
  labels: fc.record(Object.fromEntries(LABELS.map(name => [name, hostile]))),
  container: hostile,
  port: hostile,
  account: hostile,
  metadata: hostile,
})

/** The form of a value: its keys, the lengths of its lists, and the kind of every scalar; names of things stay as they are. */
function formOf(item: Json, key = ''): Json {
  if (Array.isArray(item)) return item.map(one => formOf(one))
  if (isJsonObject(item)) {
    return Object.fromEntries(
      Object.keys(item)
        .sort()
        .map(name => [name, formOf(item[name]!, name)]),
    )
  }
  return key === 'name' || key === 'mountPath' || typeof item !== 'string' ? item : 'text'
}

function formOfInjected(setup: InjectionSetup, template: string, given: Texts): Json {
  const outcome = inject(setup, { pod: podOf(template, given), namespace: 'demo' })
  if (outcome.verdict !== 'injected') throw new Error(JSON.stringify(outcome))
  const { metadata, spec } = outcome.pod as unknown as { metadata: JsonObject; spec: JsonObject }
  // What the user called things is the user's: the same names everywhere, before the forms are compared.
  const containers = (spec['containers'] as JsonObject[]).map(container =>
    container['name'] === given.container ? { name: 'app' } : container,
  )
  const volumes = (spec['volumes'] as JsonObject[] | undefined)?.map(volume => {
    const map = volume['configMap']
    return isJsonObject(map) ? { ...volume, configMap: { ...map, name: 'map' } } : volume
  })
  return formOf({ metadata, spec: { ...spec, containers, ...(volumes === undefined ? {} : { volumes }) } })
}

describe.each(Object.entries(SETUPS))('built-in templates, %s', (_, setup) => {
  it.each(['sidecar', 'gateway', 'envoy'])('%s: no text becomes structure', template => {
    const wanted = formOfInjected(setup, template, PLAIN)
    fc.assert(
      fc.property(texts, given => {
        expect(formOfInjected(setup, template, given)).toEqual(wanted)
      }),
      { seed: 20261121, numRuns: 60 },
    )
  })
})

describe('the check itself', () => {
  it.each(['sidecar', 'gateway', 'envoy'])(
    '%s: notices a template that puts a text between quotes by hand',
    template => {
      const careless = setupWith(
        values => values,
        'false',
        config => config.replaceAll('- {{ quote . }}', '- "{{ . }}"'),
      )
      const given = {
        ...PLAIN,
        annotations: { ...PLAIN.annotations, 'sidecar.istio.io/logLevel': 'x"\n    - "--evil' },
      }
      expect(() => formOfInjected(careless, template, given)).toThrow('structure-changed')
    },
  )
})

describe('a text arrives as it is', () => {
  it.each(HOSTILE.filter(text => text !== '\ud800'))('%j', given => {
    const annotations = { 'sidecar.istio.io/logLevel': given, 'sidecar.istio.io/bootstrapOverride': given }
    const pod = podOf('sidecar', { ...PLAIN, annotations, account: given })
    const outcome = inject(SETUPS.plain, { pod, namespace: 'demo' })
    if (outcome.verdict !== 'injected') throw new Error(JSON.stringify(outcome))
    const spec = outcome.pod['spec'] as unknown as {
      containers: { name: string; args: string[] }[]
      volumes: { name: string; configMap?: { name: string } }[]
    }
    const { args } = spec.containers.find(({ name }) => name === 'istio-proxy')!
    expect(args).toContain(`--proxyLogLevel=${given}`)
    expect(spec.volumes.find(({ name }) => name === 'custom-bootstrap-volume')?.configMap?.name).toBe(given)
  })
})

describe('a plain Envoy', () => {
  it('is told a dollar of the user as a dollar, since the kubelet replaces $(NAME) in arguments', () => {
    const pod = podOf('envoy', { ...PLAIN, annotations: {}, labels: { app: 'a$(POD_NAME)$$(B)' } })
    const outcome = inject(SETUPS.plain, { pod, namespace: 'demo' })
    if (outcome.verdict !== 'injected') throw new Error(JSON.stringify(outcome))
    const { containers } = outcome.pod['spec'] as unknown as { containers: { name: string; args: string[] }[] }
    const bootstrap = containers.find(({ name }) => name === 'envoy')!.args.at(-1)!
    const expanded = bootstrap.replace(/\$\$|\$\((\w+)\)/g, (_, name?: string) =>
      name === undefined ? '$' : `<${name}>`,
    )
    const { metadata } = JSON.parse(expanded).node
    expect(metadata.LABELS.app).toBe('a$(POD_NAME)$$(B)')
    expect(metadata.NAME).toBe('<POD_NAME>')
  })
})
