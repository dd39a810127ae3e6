import { type Path, quote, type Report } from '../finding.js'
import type { IstioEgressListener, IstioIngressListener, ServerTLSSettings, Sidecar } from '../istio-types.generated.js'
import { isIp } from '../rules/addresses.js'
import { checkDestination } from '../rules/destination.js'
import { checkServerTls } from '../rules/server-tls.js'
import { checkNetworkSelector } from '../rules/sharing.js'
import { checkConnectionPool } from '../rules/traffic-policy.js'
import { isHttp, isTls, isUnix, labelFlaw, portFlaw, protocolFlaw, require, unixFlaw } from '../rules/values.js'
import { checkHostPattern } from './gateway.js'
import { istioKind } from './kind.js'

export const sidecarKind = istioKind<Sidecar>({
  kind: 'Sidecar',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.Sidecar',
  validate: ({ spec, namespace }, report) => {
    const { ingress = [], egress = [], inboundConnectionPool, outboundTrafficPolicy } = spec
    checkNetworkSelector(spec.workloadSelector, ['spec', 'workloadSelector'], report)
    if (
      ingress.length + egress.length === 0 &&
      inboundConnectionPool === undefined &&
      outboundTrafficPolicy === undefined
    ) {
      report.error(
        ['spec'],
        'it says nothing; expected one of ingress, egress, outboundTrafficPolicy and inboundConnectionPool',
      )
    }
    checkIngress(ingress, report)
    checkEgress(egress, namespace, report)
    checkConnectionPool(inboundConnectionPool, ['spec', 'inboundConnectionPool'], report)
    checkOutbound(spec, report)
  },
})

function checkIngress(listeners: readonly IstioIngressListener[], report: Report): void {
  const ports = new Set<number>()
  for (const [index, listener] of listeners.entries()) {
    const path = ['spec', 'ingress', index]
    const { port, bind = '', defaultEndpoint = '' } = listener
    if (port === undefined) report.error([...path, 'port'], 'an ingress listener needs a port')
    else {
      require(report, [...path, 'port', 'number'], portFlaw(port.number))
      require(report, [...path, 'port', 'protocol'], protocolFlaw(port.protocol))
      if (ports.has(port.number ?? 0))
        report.error([...path, 'port', 'number'], `port ${port.number} has a listener already`)
      ports.add(port.number ?? 0)
    }
    if (bind !== '' && !isIp(bind)) report.error([...path, 'bind'], `${quote(bind)} is not an IP address`)
    checkDefaultEndpoint(defaultEndpoint, [...path, 'defaultEndpoint'], report)
    checkIngressTls(listener.tls, port?.protocol, [...path, 'tls'], report)
    checkConnectionPool(listener.connectionPool, [...path, 'connectionPool'], report)
    const { protocol = '' } = port ?? {}
    if (listener.connectionPool?.http !== undefined && protocol !== '' && !isHttp(protocol)) {
      report.warn(
        [...path, 'connectionPool', 'http'],
        `the port is ${protocol}, not HTTP: only the tcp settings are used`,
      )
    }
  }
}

const LOCAL = ['127.0.0.1', '0.0.0.0', '[::1]', '[::]']

function checkDefaultEndpoint(endpoint: string, path: Path, report: Report): void {
  if (endpoint === '') return
  if (isUnix(endpoint)) {
    require(report, path, unixFlaw(endpoint))
    return
  }
  const colon = endpoint.lastIndexOf(':')
  const [address, port] = [endpoint.slice(0, colon), endpoint.slice(colon + 1)]
  if (colon === -1 || !LOCAL.includes(address)) {
    const expected = `expected ${LOCAL.map(local => `${local}:port`).join(', ')} or unix:///path`
    report.error(path, `${quote(endpoint)} is not an endpoint of this workload; ${expected}`)
  } else if (!/^\d{1,9}$/.test(port)) report.error(path, `${quote(port)} is not the number of a port`)
  else require(report, path, portFlaw(Number(port)))
}

const NOT_HERE = ['credentialName', 'credentialNames', 'tlsCertificates', 'subjectAltNames'] as const

function checkIngressTls(
  tls: ServerTLSSettings | undefined,
  protocol: string | undefined,
  path: Path,
  report: Report,
): void {
  if (tls === undefined) return
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH') {
    report.error([...path, 'mode'], `mode ${tls.mode} is not for ingress of a sidecar; expected SIMPLE or MUTUAL`)
  }
  if (tls.httpsRedirect === true) report.error([...path, 'httpsRedirect'], 'httpsRedirect is for gateways')
  for (const field of NOT_HERE) {
    if (tls[field] !== undefined)
      report.error([...path, field], `${field} is not supported for ingress of a sidecar; expected files`)
  }
  if (protocol === undefined || !isTls(protocol))
    report.error(path, `the port is ${protocol ?? 'of no protocol'}; tls needs HTTPS or TLS`)
  checkServerTls(tls, path, report)
}

function checkEgress(listeners: readonly IstioEgressListener[], namespace: string, report: Report): void {
  const taken = new Set<string>()
  for (const [index, listener] of listeners.entries()) {
    const path = ['spec', 'egress', index]
    const { hosts = [], port, bind = '' } = listener
    if (port === undefined) {
      if (index < listeners.length - 1)
        report.error(path, 'a listener without a port takes all that is left: it must be the last one')
      if (bind !== '') checkBind(bind, path, report)
    } else checkEgressPort(listener, taken, path, report)
    if (hosts.length === 0) report.error([...path, 'hosts'], 'an egress listener needs at least one host')
    for (const [i, host] of hosts.entries()) checkEgressHost(host, [...path, 'hosts', i], report)
    warnOfCoveredHosts(hosts, namespace, [...path, 'hosts'], report)
  }
}

function checkEgressPort(listener: IstioEgressListener, taken: Set<string>, path: Path, report: Report): void {
  const { port = {}, bind = '', captureMode = 'DEFAULT' } = listener
  const number = port.number ?? 0
  require(report, [...path, 'port', 'protocol'], protocolFlaw(port.protocol))
  if (number === 0) {
    if (!isUnix(bind))
      report.error([...path, 'port', 'number'], 'port 0 is for unix sockets; expected a port, or bind: unix://…')
    else if (captureMode !== 'DEFAULT' && captureMode !== 'NONE') {
      report.error([...path, 'captureMode'], `a unix socket has captureMode DEFAULT or NONE, not ${captureMode}`)
    }
  } else require(report, [...path, 'port', 'number'], portFlaw(number))
  if (bind !== '') checkBind(bind, path, report)
  const place = number === 0 ? bind : String(number)
  if (taken.has(place))
    report.error([...path, number === 0 ? 'bind' : 'port'], `${quote(place)} has a listener already`)
  taken.add(place)
}

function checkBind(bind: string, path: Path, report: Report): void {
  if (isUnix(bind)) require(report, [...path, 'bind'], unixFlaw(bind))
  else if (!isIp(bind))
    report.error([...path, 'bind'], `${quote(bind)} is not an address; expected an IP address or unix://…`)
}

function checkEgressHost(text: string, path: Path, report: Report): void {
  const slash = text.indexOf('/')
  if (slash === -1) {
    report.error(
      path,
      `${quote(text)} has no namespace; expected <namespace>/<host>, such as "./*" or "*/reviews.prod.svc.cluster.local"`,
    )
    return
  }
  const [namespace, host] = [text.slice(0, slash), text.slice(slash + 1)]
  // A ~ before the name leaves the namespace out.
  const name = namespace.startsWith('~') && namespace.length > 1 ? namespace.slice(1) : namespace
  if (!['*', '.', '~'].includes(name)) require(report, path, labelFlaw(name, 'namespace'))
  checkHostPattern(host, path, report, false)
  if (!host.includes('.') && host !== '*' && host !== '')
    report.error(
      path,
      `${quote(host)} is a short name; expected the whole one, such as "${host}.default.svc.cluster.local"`,
    )
}

/** `~` entries leave something out, and are no part of this. */
function warnOfCoveredHosts(hosts: readonly string[], own: string, path: Path, report: Report): void {
  const including = hosts.filter(host => !host.startsWith('~'))
  if (including.includes('*/*') && including.length > 1) {
    report.warn(path, '"*/*" is everything: the other hosts add nothing')
    return
  }
  const resolved = (host: string): string => (host.startsWith('./') ? `${own}/${host.slice(2)}` : host)
  const all = new Set(including.map(resolved))
  const seen = new Set<string>()
  for (const [index, host] of hosts.entries()) {
    if (host.startsWith('~')) continue
    const id = resolved(host)
    const whole = `${id.slice(0, id.indexOf('/'))}/*`
    if (seen.has(id) || (all.has(whole) && id !== whole))
      report.warn([...path, index], `${quote(host)} is among the other hosts already`)
    seen.add(id)
  }
}

function checkOutbound({ outboundTrafficPolicy: policy }: Sidecar, report: Report): void {
  if (policy === undefined) return
  const path = ['spec', 'outboundTrafficPolicy']
  const mode = policy.mode ?? 'REGISTRY_ONLY'
  if (typeof mode !== 'string')
    report.error(
      [...path, 'mode'],
      `mode ${String(mode)} is for the mesh config only; expected REGISTRY_ONLY or ALLOW_ANY`,
    )
  const { egressProxy } = policy
  if (egressProxy === undefined) return
  if (mode !== 'ALLOW_ANY') report.error([...path, 'egressProxy'], 'egressProxy needs mode ALLOW_ANY')
  if (egressProxy.port === undefined) report.error([...path, 'egressProxy', 'port'], 'the port of the proxy is missing')
  checkDestination(egressProxy, [...path, 'egressProxy'], report)
}
