import fc from 'fast-check'
import { both, istio, type MeshObject, some, workloadLabels } from './names.js'

const selector = some({ selector: workloadLabels.map(matchLabels => ({ matchLabels })) })

const mode = fc.constantFrom({ mode: 'STRICT' }, { mode: 'PERMISSIVE' }, { mode: 'DISABLE' })
/** Modes of single ports are for workloads, so those have a selector. */
const peerAuthentication = istio(
  'security',
  'PeerAuthentication',
  fc.oneof(
    both(fc.record({ mtls: mode }), selector),
    fc.record({
      mtls: mode,
      selector: workloadLabels.map(matchLabels => ({ matchLabels })),
      portLevelMtls: mode.map(mtls => ({ 8080: mtls })),
    }),
  ),
)

const source = fc.constantFrom(
  { principals: ['cluster.local/ns/shop/sa/web'] },
  { principals: ['old.example/ns/shop/*'], notNamespaces: ['bank'] },
  { namespaces: ['shop', 'bank'] },
  { requestPrincipals: ['*'] },
  { ipBlocks: ['10.1.0.0/16'], notRemoteIpBlocks: ['192.0.2.1'] },
  { serviceAccounts: ['shop/web', 'sql'] },
  { notPrincipals: ['*/sa/web'], notRequestPrincipals: ['one.example/*'] },
)
const operation = fc.constantFrom(
  { methods: ['GET'], paths: ['/a', '/b/*'] },
  { ports: ['8080'] },
  { hosts: ['web', '*.example.com'], notPaths: ['/private*'] },
)
const condition = fc.constantFrom(
  { key: 'request.headers[x-user]', values: ['me'] },
  { key: 'request.auth.claims[group]', values: ['admins'] },
  { key: 'destination.port', values: ['8080', '9000'] },
)
const rule = some({
  from: source.map(source => [{ source }]),
  to: operation.map(operation => [{ operation }]),
  when: condition.map(condition => [condition]),
})
const authorizationPolicy = istio(
  'security',
  'AuthorizationPolicy',
  both(
    fc.oneof(
      {
        weight: 5,
        arbitrary: both(
          some({ action: fc.constantFrom('ALLOW', 'DENY', 'AUDIT') }),
          fc.record({ rules: fc.array(rule, { minLength: 1, maxLength: 2 }) }),
        ),
      },
      { weight: 1, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.record({
          action: fc.constant('CUSTOM'),
          provider: fc.constantFrom({ name: 'authz' }, { name: 'web-authz' }, { name: 'nobody' }),
          rules: operation.map(operation => [{ to: [{ operation }] }]),
        }),
      },
    ),
    selector,
  ),
)

const JWKS = '{"keys":[{"kty":"oct","alg":"HS256","kid":"k","k":"c2VjcmV0"}]}'
const requestAuthentication = istio(
  'security',
  'RequestAuthentication',
  both(
    fc.record({
      jwtRules: fc.uniqueArray(
        both(
          fc.record({ issuer: fc.constantFrom('one.example', 'two.example'), jwks: fc.constant(JWKS) }),
          some({
            audiences: fc.constant(['shop']),
            fromHeaders: fc.constant([{ name: 'x-token', prefix: 'Token ' }]),
            forwardOriginalToken: fc.boolean(),
          }),
        ),
        { maxLength: 2, selector: each => each['issuer'] },
      ),
    }),
    selector,
  ),
)

const telemetry = istio(
  'telemetry',
  'Telemetry',
  both(
    some({
      tracing: fc.constantFrom(
        [{ randomSamplingPercentage: 10 }],
        [{ providers: [{ name: 'spans' }], customTags: { at: { literal: { value: 'x' } } } }],
        [{ providers: [{ name: 'zipkins' }] }],
        [{ disableSpanReporting: true }],
      ),
      metrics: fc.constantFrom(
        [{ providers: [{ name: 'prometheus' }] }],
        [{ providers: [{ name: 'prometheus' }], overrides: [{ match: { metric: 'REQUEST_COUNT' }, disabled: true }] }],
      ),
      accessLogging: fc.constantFrom(
        [{ providers: [{ name: 'envoy' }] }],
        [{ providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 400' } }],
        [{ providers: [{ name: 'lines' }, { name: 'calls' }], match: { mode: 'CLIENT' } }],
        [{ disabled: true }],
      ),
    }),
    selector,
  ),
)

const proxyConfig = istio(
  'networking',
  'ProxyConfig',
  both(some({ concurrency: fc.constantFrom(1, 2), environmentVariables: fc.constant({ A: 'b' }) }), selector),
).map(({ cluster, document }) => ({ cluster, document: { ...document, apiVersion: 'networking.istio.io/v1beta1' } }))

/** What holds for workloads, by namespace and selector. */
export const policyObject: fc.Arbitrary<MeshObject> = fc.oneof(
  { weight: 3, arbitrary: peerAuthentication },
  { weight: 4, arbitrary: authorizationPolicy },
  { weight: 3, arbitrary: requestAuthentication },
  { weight: 4, arbitrary: telemetry },
  { weight: 1, arbitrary: proxyConfig },
)
