import { type Path, quote, type Report } from '../finding.js'
import type { ServerTLSSettings } from '../istio-types.generated.js'

/** What a listener presents and asks for. */
export function checkServerTls(tls: ServerTLSSettings | undefined, path: Path, report: Report): void {
  if (tls === undefined) return
  const mode = tls.mode ?? 'PASSTHROUGH'
  checkCiphers(tls, path, report)
  if (mode === 'ISTIO_MUTUAL') forbidFiles(tls, mode, path, report)
  else if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') {
    if (hasFiles(tls) && tls.mode !== undefined)
      report.warn(path, `mode ${mode} does not end TLS here: certificates are not used`)
  } else checkCertificates(tls, mode, path, report)
}

const FILES = ['serverCertificate', 'privateKey', 'caCertificates', 'credentialName'] as const

function hasFiles(tls: ServerTLSSettings): boolean {
  return FILES.some(field => (tls[field] ?? '') !== '')
}

function forbidFiles(tls: ServerTLSSettings, mode: string, path: Path, report: Report): void {
  for (const field of FILES) {
    if ((tls[field] ?? '') !== '')
      report.error([...path, field], `mode ${mode} uses the mesh's own certificates: ${field} may not be set`)
  }
}

function checkCertificates(tls: ServerTLSSettings, mode: string, path: Path, report: Report): void {
  const { credentialName = '', credentialNames = [], tlsCertificates = [], caCertificates = '' } = tls
  const ways = [credentialName !== '', credentialNames.length > 0, tlsCertificates.length > 0].filter(Boolean)
  if (ways.length > 1) report.error(path, 'only one of credentialName, credentialNames and tlsCertificates may be set')
  if (credentialNames.length > 2)
    report.error([...path, 'credentialNames'], `expected 1 or 2 names (RSA and ECDSA), not ${credentialNames.length}`)
  if (credentialName !== '' || credentialNames.length > 0) return
  if (tlsCertificates.length > 2)
    report.error(
      [...path, 'tlsCertificates'],
      `expected 1 or 2 certificates (RSA and ECDSA), not ${tlsCertificates.length}`,
    )
  const pairs = tlsCertificates.length > 0 ? tlsCertificates : [tls]
  for (const [index, pair] of pairs.entries()) {
    const here = tlsCertificates.length > 0 ? [...path, 'tlsCertificates', index] : path
    for (const field of ['serverCertificate', 'privateKey'] as const) {
      if ((pair[field] ?? '') === '')
        report.error([...here, field], `mode ${mode} needs a ${field} (or a credentialName)`)
    }
  }
  const needsCa = mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL'
  if (needsCa && caCertificates === '')
    report.error([...path, 'caCertificates'], `mode ${mode} needs caCertificates to check clients with`)
}

const CIPHERS = new Set(
  (
    'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ' +
    'ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 ECDHE-PSK-CHACHA20-POLY1305 ECDHE-ECDSA-AES128-SHA ' +
    'ECDHE-RSA-AES128-SHA ECDHE-PSK-AES128-CBC-SHA AES128-GCM-SHA256 AES128-SHA PSK-AES128-CBC-SHA ECDHE-ECDSA-AES256-SHA ' +
    'ECDHE-RSA-AES256-SHA ECDHE-PSK-AES256-CBC-SHA AES256-GCM-SHA384 AES256-SHA PSK-AES256-CBC-SHA DES-CBC3-SHA'
  ).split(' '),
)

function checkCiphers({ cipherSuites = [] }: ServerTLSSettings, path: Path, report: Report): void {
  for (const [index, suite] of cipherSuites.entries()) {
    const here = [...path, 'cipherSuites', index]
    if (!CIPHERS.has(suite)) report.warn(here, `${quote(suite)} is no cipher suite that proxies know; it is left out`)
    else if (cipherSuites.indexOf(suite) !== index) report.warn(here, `${quote(suite)} is named twice`)
  }
}
