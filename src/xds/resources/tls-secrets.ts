import type { ConfigSource, SdsSecretConfig } from '../../proto/envoy-types.generated.js'
import type { CertificateFiles } from '../../proxy/metadata.js'
import { SDS_CLUSTER } from './names.js'

/** What a rule says in place of a path for the roots of the operating system. */
export const SYSTEM_ROOTS = 'system'

const SDS: ConfigSource = {
  apiConfigSource: {
    apiType: 'GRPC',
    transportApiVersion: 'V3',
    setNodeOnFirstMessageOnly: true,
    grpcServices: [{ envoyGrpc: { clusterName: SDS_CLUSTER } }],
  },
  resourceApiVersion: 'V3',
}
/** The workload's own certificate is worth waiting for, without an end: nothing works without it. */
const AWAITED_SDS: ConfigSource = { ...SDS, initialFetchTimeout: '0s' }

/** The workload's certificate, from its agent. */
export const WORKLOAD_CERTIFICATE: SdsSecretConfig = { name: 'default', sdsConfig: AWAITED_SDS }
/** The roots of the mesh, from its agent. */
export const MESH_ROOTS: SdsSecretConfig = { name: 'ROOTCA', sdsConfig: AWAITED_SDS }

/** Files in the proxy's own container, served by its agent so that new versions of them are picked up. */
export function certificateFileSecret(cert: string, key: string): SdsSecretConfig {
  return { name: `file-cert:${cert}~${key}`, sdsConfig: SDS }
}

export function rootFileSecret(path: string): SdsSecretConfig {
  return { name: `file-root:${path}`, sdsConfig: SDS }
}

/** A Secret of the proxy's namespace, or one named with its scheme, over the proxy's own xDS connection. */
export function credentialSecret(name: string): SdsSecretConfig {
  return {
    name: name.includes('://') ? name : `kubernetes://${name}`,
    sdsConfig: { ads: {}, resourceApiVersion: 'V3' },
  }
}

/** Certificates that an old proxy brings itself (node metadata TLS_CLIENT_*). */
export function hasOwnCertificates(files: CertificateFiles): boolean {
  return files.certChain !== '' && files.key !== '' && files.rootCert !== ''
}
