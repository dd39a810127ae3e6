import type { ClientTLSSettings } from '../../config/istio-types.generated.js'
import { type MeshSettings, trustDomainOf } from '../../mesh/index.js'
import type {
  Any,
  Cluster,
  Cluster_TransportSocketMatch,
  CommonTlsContext,
  EnvoyTypeMatcherStringMatcher,
  SdsSecretConfig,
  TransportSocket,
  UpstreamTlsContext,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { CertificateFiles } from '../../proxy/metadata.js'
import {
  certificateFileSecret,
  credentialSecret,
  hasOwnCertificates,
  MESH_ROOTS,
  rootFileSecret,
  SYSTEM_ROOTS,
  WORKLOAD_CERTIFICATE,
} from './tls-secrets.js'

/** Facts that decide how a cluster speaks TLS. */
export interface TlsFacts {
  /** From the DestinationRule; undefined: it says nothing. */
  readonly tls: ClientTLSSettings | undefined
  /** Mutual TLS may be chosen where no rule speaks: it is on in the mesh, the service is of the mesh, no policy forbids it. */
  readonly mayBeMutual: boolean
  /** Names that peers may have, aliases expanded, sorted. */
  readonly peerNames: readonly string[]
  /** Names that a server outside of Kubernetes may have, where the rule gives none: those of its ServiceEntry. */
  readonly entryNames: readonly string[]
  /** Of mesh config, for TLS that is not of the mesh. */
  readonly defaults: MeshSettings['tlsDefaults']
  readonly sni: string
  readonly isHttp2: boolean
  /** Its connections are not balanced over endpoints, so no endpoint can say whether it speaks TLS. */
  readonly isOriginalDestination: boolean
  readonly exchangesMetadata: boolean
  readonly ownFiles: CertificateFiles
  /** Secrets by name are given to gateways, and to sidecars that a rule selects. */
  readonly mayUseCredentials: boolean
}

const TLS_VERSIONS = { tlsMinimumProtocolVersion: 'TLSv1_2', tlsMaximumProtocolVersion: 'TLSv1_3' } as const
const RAW_BUFFER: TransportSocket = {
  name: 'envoy.transport_sockets.raw_buffer',
  typedConfig: packAny('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
}
const PLAINTEXT_MATCH: Cluster_TransportSocketMatch = {
  name: 'tlsMode-disabled',
  match: {},
  transportSocket: RAW_BUFFER,
}

type Sockets = Pick<Cluster, 'transportSocket' | 'transportSocketMatches'>

/**
 * `transport_socket`, or `transport_socket_matches` where each endpoint says what it speaks (auto mutual TLS).
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export function upstreamSocketsOf(facts: TlsFacts): Sockets {
  if (facts.tls !== undefined) return explicitSocketOf(facts.tls, facts)
  if (!facts.mayBeMutual) return {}
  const transportSocket = tlsSocket(mutualContextOf(facts, facts.peerNames, facts.sni))
  if (facts.isOriginalDestination) return { transportSocket }
  return {
    transportSocketMatches: [{ name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket }, PLAINTEXT_MATCH],
  }
}

/** Whether the proxy starts TLS with settings of the rule's own, so that nothing of the mesh must be offered to the server. */
export function originatesTls(tls: ClientTLSSettings | undefined): boolean {
  return tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL'
}

function explicitSocketOf(tls: ClientTLSSettings, facts: TlsFacts): Sockets {
  const context = explicitContextOf(tls, facts)
  return context === undefined ? {} : { transportSocket: tlsSocket(context) }
}

function explicitContextOf(tls: ClientTLSSettings, facts: TlsFacts): UpstreamTlsContext | undefined {
  switch (tls.mode) {
    case 'ISTIO_MUTUAL':
      return mutualContextOf(facts, tls.subjectAltNames ?? facts.peerNames, tls.sni || facts.sni)
    case 'SIMPLE':
    case 'MUTUAL':
      return originatedContextOf(tls, facts)
    default:
      return undefined
  }
}

/** Between workloads of the mesh: own certificate, roots of the mesh, the ALPN by which the other side knows a peer. */
function mutualContextOf(facts: TlsFacts, names: readonly string[], sni: string): UpstreamTlsContext {
  const own = facts.ownFiles
  const isOwn = hasOwnCertificates(own)
  const alpnProtocols = [
    ...(facts.exchangesMetadata ? ['istio-peer-exchange'] : []),
    'istio',
    ...(facts.isHttp2 ? ['h2'] : []),
  ]
  return {
    commonTlsContext: {
      tlsParams: TLS_VERSIONS,
      tlsCertificateSdsSecretConfigs: [isOwn ? certificateFileSecret(own.certChain, own.key) : WORKLOAD_CERTIFICATE],
      ...validationBy(isOwn ? rootFileSecret(own.rootCert) : MESH_ROOTS, names),
      alpnProtocols,
    },
    sni,
  }
}

/** Towards others: undefined where the rule names a Secret that this proxy cannot have. */
function originatedContextOf(tls: ClientTLSSettings, facts: TlsFacts): UpstreamTlsContext | undefined {
  const isNamed = (tls.credentialName ?? '') !== ''
  if (isNamed && !facts.mayUseCredentials) return undefined
  const common: CommonTlsContext = {
    tlsParams: { ...TLS_VERSIONS, ...algorithmsOf(facts.defaults) },
    ...(tls.mode === 'MUTUAL' && { tlsCertificateSdsSecretConfigs: [clientCertificateOf(tls)] }),
    ...originatedValidationOf(tls, facts.entryNames),
    ...(facts.isHttp2 && { alpnProtocols: ['h2'] }),
  }
  return { commonTlsContext: common, ...(tls.sni && { sni: tls.sni }) }
}

function clientCertificateOf(tls: ClientTLSSettings): SdsSecretConfig {
  return tls.credentialName
    ? credentialSecret(tls.credentialName)
    : certificateFileSecret(tls.clientCertificate ?? '', tls.privateKey ?? '')
}

function algorithmsOf({ ecdhCurves = [], cipherSuites = [] }: NonNullable<TlsFacts['defaults']> = {}) {
  return {
    ...(ecdhCurves.length > 0 && { ecdhCurves }),
    ...(cipherSuites.length > 0 && { cipherSuites }),
  }
}

function originatedValidationOf(tls: ClientTLSSettings, entryNames: readonly string[]): CommonTlsContext {
  if (tls.insecureSkipVerify === true) return { validationContext: {} }
  const names = tls.subjectAltNames ?? entryNames
  if (tls.credentialName) return validationBy(credentialSecret(`${tls.credentialName}-cacert`), names)
  return validationBy(rootFileSecret(tls.caCertificates || SYSTEM_ROOTS), names, tls.caCrl)
}

function validationBy(roots: SdsSecretConfig, names: readonly string[], crl?: string | undefined): CommonTlsContext {
  const matchSubjectAltNames: EnvoyTypeMatcherStringMatcher[] = names.map(exact => ({ exact }))
  return {
    combinedValidationContext: {
      defaultValidationContext: {
        ...(names.length > 0 && { matchSubjectAltNames }),
        ...(crl && { crl: { filename: crl } }),
      },
      validationContextSdsSecretConfig: roots,
    },
  }
}

function tlsSocket(context: UpstreamTlsContext): TransportSocket {
  return {
    name: 'envoy.transport_sockets.tls',
    typedConfig: packAny('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', context),
  }
}

/**
 * SPIFFE ids that peers may have: each once for every trust domain that is an alias of its own, sorted. Ids of other domains stay.
 * https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
 */
export function expandTrustDomains(names: readonly string[], mesh: MeshSettings): readonly string[] {
  const aliases = mesh.trustDomainAliases ?? []
  if (aliases.length === 0) return names
  const domains = [trustDomainOf(mesh), ...aliases]
  const expanded = names.flatMap(name => {
    const domain = domains.find(known => name.startsWith(`spiffe://${known}/`))
    if (domain === undefined) return [name]
    const rest = name.slice(`spiffe://${domain}`.length)
    return domains.map(known => `spiffe://${known}${rest}`)
  })
  return [...new Set(expanded)].sort()
}

/** PROXY protocol before whatever the socket is. https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-ProxyProtocol */
export function withProxyProtocol(sockets: Sockets, version: 'V1' | 'V2'): Sockets {
  const wrap = (inner: TransportSocket): TransportSocket => ({
    name: 'envoy.transport_sockets.upstream_proxy_protocol',
    typedConfig: packAny('envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport', {
      config: { version },
      transportSocket: inner,
    }) as Any,
  })
  if (sockets.transportSocketMatches === undefined)
    return { transportSocket: wrap(sockets.transportSocket ?? RAW_BUFFER) }
  return {
    transportSocketMatches: sockets.transportSocketMatches.map(match => ({
      ...match,
      transportSocket: wrap(match.transportSocket ?? RAW_BUFFER),
    })),
  }
}
