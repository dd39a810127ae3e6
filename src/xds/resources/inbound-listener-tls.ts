import { trustDomainOf } from '../../mesh/index.js'
import type { TransportSocket } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { CertificateFiles } from '../../proxy/metadata.js'
import { hasIstioExtension } from './filters.js'
import type { ListenerFacts } from './listener-facts.js'
import { recurring } from './recurring.js'
import { certificateFileSecret, MESH_ROOTS, rootFileSecret, WORKLOAD_CERTIFICATE } from './tls-secrets.js'

/** Forward secrecy and authenticated encryption only; TLS 1.3 has its own list. */
const CIPHER_SUITES = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
]
const HTTP_ALPN = ['h2', 'http/1.1']
/** Peers that agree on it send metadata ahead of the bytes, so who offers it has to read them. */
const PEER_EXCHANGE = 'istio-peer-exchange'

/** Mutual TLS with any workload of the trust domain or its aliases. */
export function inboundTransportSocket(facts: ListenerFacts, carries: 'http' | 'tcp'): TransportSocket {
  const { view, mesh } = facts
  const exchanges = carries === 'tcp' && hasIstioExtension(view, 'networkPeerMetadata')
  const { tlsServer } = view.meta
  const { meshMTLS } = mesh
  const domains = trustDomains(facts)
  return recurring(['inbound TLS', exchanges, tlsServer, meshMTLS, domains], () => {
    const [certificate, roots] = secretsOf(tlsServer)
    return {
      name: 'envoy.transport_sockets.tls',
      typedConfig: packAny('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        requireClientCertificate: true,
        commonTlsContext: {
          alpnProtocols: exchanges ? [PEER_EXCHANGE, ...HTTP_ALPN] : HTTP_ALPN,
          tlsCertificateSdsSecretConfigs: [certificate],
          combinedValidationContext: {
            defaultValidationContext: {
              matchSubjectAltNames: domains.map(td => ({ prefix: `spiffe://${td}/` })),
            },
            validationContextSdsSecretConfig: roots,
          },
          tlsParams: {
            cipherSuites: CIPHER_SUITES,
            tlsMinimumProtocolVersion: meshMTLS?.minProtocolVersion === 'TLSV1_3' ? 'TLSv1_3' : 'TLSv1_2',
            tlsMaximumProtocolVersion: 'TLSv1_3',
            ...curves(meshMTLS?.ecdhCurves ?? []),
          },
        },
      }),
    }
  })
}

function curves(ecdhCurves: readonly string[]) {
  return ecdhCurves.length === 0 ? {} : { ecdhCurves }
}

function trustDomains({ mesh }: ListenerFacts): readonly string[] {
  return [...new Set([trustDomainOf(mesh), ...(mesh.trustDomainAliases ?? [])])]
}

/** From the agent, or from files that metadata TLS_SERVER_* names. */
function secretsOf({ certChain, key, rootCert }: CertificateFiles) {
  return [
    certChain !== '' && key !== '' ? certificateFileSecret(certChain, key) : WORKLOAD_CERTIFICATE,
    rootCert !== '' ? rootFileSecret(rootCert) : MESH_ROOTS,
  ] as const
}
