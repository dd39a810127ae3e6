import { type Path, quote, type Report } from '../finding.js'
import type { Gateway, Server } from '../istio-types.generated.js'
import { isIp } from '../rules/addresses.js'
import { checkServerTls } from '../rules/server-tls.js'
import {
  isHttp,
  isPartialWildcard,
  isTls,
  isUnix,
  labelFlaw,
  partialWildcardText,
  portFlaw,
  protocolFlaw,
  require,
  unixFlaw,
  wildcardDomainFlaw,
} from '../rules/values.js'
import { istioKind } from './kind.js'

/** Gateways that were made from Gateway API objects say so, and may use `~` for their namespace. */
const SEMANTICS = 'internal.istio.io/gateway-semantics'

export const gatewayKind = istioKind<Gateway>({
  kind: 'Gateway',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.Gateway',
  validate: ({ spec, annotations }, report) => {
    const { servers = [] } = spec
    if (servers.length === 0) report.error(['spec', 'servers'], 'at least one server is needed')
    const names = new Set<string>()
    for (const [index, server] of servers.entries()) {
      const path = ['spec', 'servers', index]
      checkServer(server, path, annotations[SEMANTICS] === 'gateway', report)
      const name = server.port?.name ?? ''
      if (name !== '' && names.has(name))
        report.error([...path, 'port', 'name'], `the name ${quote(name)} is taken by an earlier server`)
      names.add(name)
    }
  },
})

function checkServer(server: Server, path: Path, isConverted: boolean, report: Report): void {
  const { hosts = [], port, tls, bind = '' } = server
  if (hosts.length === 0) report.error([...path, 'hosts'], 'at least one host is needed')
  for (const [index, host] of hosts.entries()) checkServerHost(host, [...path, 'hosts', index], isConverted, report)
  if (isUnix(bind)) require(report, [...path, 'bind'], unixFlaw(bind))
  else if (bind !== '' && !isIp(bind))
    report.error([...path, 'bind'], `${quote(bind)} is not an address; expected an IP address or unix://…`)
  checkServerTls(tls, [...path, 'tls'], report)
  if (port === undefined) report.error([...path, 'port'], 'the port is missing')
  else {
    require(report, [...path, 'port', 'protocol'], protocolFlaw(port.protocol))
    if (!isUnix(bind) || port.number !== undefined) require(report, [...path, 'port', 'number'], portFlaw(port.number))
    if ((port.name ?? '') === '') report.error([...path, 'port', 'name'], 'the name of the port is missing')
    checkProtocol(port.protocol ?? '', tls, path, report)
  }
}

function checkProtocol(protocol: string, tls: Server['tls'], path: Path, report: Report): void {
  if (isTls(protocol)) {
    if (tls === undefined) report.error([...path, 'tls'], `protocol ${protocol} needs tls settings`)
    else if (tls.httpsRedirect === true)
      report.warn([...path, 'tls', 'httpsRedirect'], 'httpsRedirect is for HTTP servers: here it does nothing')
  } else if (isHttp(protocol) && tls !== undefined && (tls.mode !== undefined || (tls.credentialName ?? '') !== '')) {
    report.error([...path, 'tls'], `protocol ${protocol} has no TLS; expected HTTPS, or httpsRedirect alone`)
  }
}

function checkServerHost(host: string, path: Path, isConverted: boolean, report: Report): void {
  const slash = host.indexOf('/')
  if (slash !== -1) {
    const namespace = host.slice(0, slash)
    const isWord = namespace === '*' || namespace === '.' || (namespace === '~' && isConverted)
    if (!isWord) require(report, path, labelFlaw(namespace, 'namespace'))
  }
  checkHostPattern(host.slice(slash + 1), path, report)
}

/** Also of a Sidecar's egress, which does not take addresses. */
export function checkHostPattern(host: string, path: Path, report: Report, allowsAddresses = true): void {
  if (allowsAddresses && isIp(host)) return
  require(report, path, wildcardDomainFlaw(host))
  if (isPartialWildcard(host)) report.error(path, partialWildcardText(host))
}
