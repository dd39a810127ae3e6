import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences } from '../../../test/kit/scenario.js'
import { parseConfigDocuments } from '../../config/parse.js'
import type { Json } from '../../lang/json.js'
import { parseYaml, parseYamlStream } from '../../lang/yaml/index.js'
import { type AuthorizationObject, policiesOfWorkload } from '../../mesh/index.js'
import { type AuthorizationFacts, authorizationFilters } from './rbac.js'
import type { Traffic } from './rbac-permission.js'

const DATA = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/conformance'),
  'authz',
)
const HAS_DATA = existsSync(DATA)
const WORKLOAD = { app: 'httpbin', version: 'v1' }

/** The record leaves out what its mesh was; it follows from what came out. */
const SERVICE = { service: 'my-custom-ext-authz.foo.svc.cluster.local', port: 9000, failOpen: true }
const STATUS = { statusOnError: '403' }
const HEADERS = ['x-prefix-*', '*-suffix']
type Mesh = AuthorizationFacts['mesh']
const MESHES: Readonly<Record<string, Mesh>> = {
  'custom-grpc-provider': {
    extensionProviders: [
      {
        name: 'default',
        envoyExtAuthzGrpc: {
          ...SERVICE,
          ...STATUS,
          timeout: '0.002s',
          includeRequestBodyInCheck: { allowPartialMessage: true, maxRequestBytes: 4096 },
        },
      },
    ],
  },
  'custom-grpc-provider-no-namespace': {
    extensionProviders: [{ name: 'default', envoyExtAuthzGrpc: { ...SERVICE, ...STATUS } }],
  },
  'custom-http-provider': {
    extensionProviders: [
      {
        name: 'default',
        envoyExtAuthzHttp: {
          ...SERVICE,
          ...STATUS,
          timeout: '10s',
          pathPrefix: '/check',
          includeRequestBodyInCheck: { allowPartialMessage: true, maxRequestBytes: 2048, packAsBytes: true },
          includeRequestHeadersInCheck: ['x-custom-id', ...HEADERS],
          includeAdditionalHeadersInCheck: { 'x-header-2': 'value-2', 'x-header-1': 'value-1' },
          headersToUpstreamOnAllow: ['Authorization', ...HEADERS],
          headersToDownstreamOnDeny: ['Set-cookie', ...HEADERS],
          headersToDownstreamOnAllow: ['Set-cookie', ...HEADERS],
        },
      },
    ],
  },
  'custom-both-http-tcp': {
    extensionProviders: [{ name: 'default', envoyExtAuthzGrpc: { ...SERVICE, timeout: '0.002s' } }],
  },
  'custom-only-http': { extensionProviders: [{ name: 'default', envoyExtAuthzHttp: SERVICE }] },
  'simple-policy-td-aliases': { trustDomain: 'td1', trustDomainAliases: ['cluster.local'] },
  'simple-policy-multiple-td-aliases': { trustDomain: 'td1', trustDomainAliases: ['cluster.local', 'some-td'] },
  'simple-policy-principal-with-wildcard': { trustDomain: 'td1', trustDomainAliases: ['foobar'] },
  'td-aliases-source-principal': { trustDomain: 'new-td', trustDomainAliases: ['old-td', 'some-trustdomain'] },
}
/** Several outputs of one input. */
const INPUTS: Readonly<Record<string, string>> = {
  'custom-bad': 'custom-simple-http',
  'custom-grpc-provider': 'custom-simple-http',
  'custom-grpc-provider-no-namespace': 'custom-simple-http',
  'custom-http-provider': 'custom-simple-http',
}

/** Output of versions before 1.11, which nobody asks for any more, and of waypoints. */
const NOT_OURS = /^extended-|^allow-host-before-111/

function casesOf(traffic: Traffic): string[] {
  if (!HAS_DATA) return []
  const files = readdirSync(join(DATA, traffic))
  const outputs = files.flatMap(file => /^(.*)-out1?\.yaml$/.exec(file)?.[1] ?? [])
  const silent = files
    .flatMap(file => /^(.*)-in\.yaml$/.exec(file)?.[1] ?? [])
    .filter(name => !files.some(file => file.startsWith(`${name}-out`)))
  return [...outputs, ...(traffic === 'tcp' ? silent : [])].filter(name => !NOT_OURS.test(name)).sort()
}

function policiesIn(file: string): AuthorizationObject[] {
  const documents = parseYamlStream(readFileSync(file, 'utf8'), { file })
  const { objects } = parseConfigDocuments(documents, { file })
  return objects as AuthorizationObject[]
}

function expected(traffic: Traffic, name: string): Json[] {
  const files = ['-out.yaml', '-out1.yaml', '-out2.yaml'].map(end => join(DATA, traffic, name + end))
  return files.filter(existsSync).map(file => {
    const parsed = parseYaml(readFileSync(file, 'utf8'), { file })
    if (!parsed.ok) throw new Error(parsed.error.message)
    return parsed.value
  })
}

/** Filters of one name may follow each other: compared by place. */
function numbered(filters: readonly unknown[]): Json[] {
  return filters.map((filter, index) => ({ name: `${index}`, filter: filter as Json }))
}

describe.skipIf(!HAS_DATA)('recorded filters of authorization policies', () => {
  const rows = (['http', 'tcp'] as const).flatMap(traffic => casesOf(traffic).map(name => [traffic, name] as const))

  test('there are some', () => expect(rows.length).toBeGreaterThan(20))

  test.each(rows)('%s %s', (traffic, name) => {
    const policies = policiesIn(join(DATA, traffic, `${INPUTS[name] ?? name}-in.yaml`))
    const filters = authorizationFilters({
      policies: policiesOfWorkload(policies, WORKLOAD),
      mesh: MESHES[name] ?? {},
      cluster: (service, port) => ({ name: `outbound|${port}||${service}`, host: service }),
    })
    expect(differences(numbered(filters[traffic]), numbered(expected(traffic, name)))).toEqual([])
  })
})
