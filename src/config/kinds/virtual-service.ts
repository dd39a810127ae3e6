import { type Path, quote, type Report } from '../finding.js'
import type { TCPRoute, TLSRoute, VirtualService } from '../istio-types.generated.js'
import { isIp } from '../rules/addresses.js'
import { checkWeights } from '../rules/destination.js'
import { checkHttpRoute } from '../rules/http-route.js'
import { warnOfUnusedRules } from '../rules/reach.js'
import { checkExportTo } from '../rules/sharing.js'
import { cidrOrIpFlaw, domainFlaw, labelFlaw, portFlaw, require, wildcardDomainFlaw } from '../rules/values.js'
import { istioKind } from './kind.js'

export const virtualServiceKind = istioKind<VirtualService>({
  kind: 'VirtualService',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.VirtualService',
  validate: ({ spec, namespace }, report) => {
    const { hosts = [], gateways = [], http = [], tcp = [], tls = [] } = spec
    const isDelegate = hosts.length === 0
    if (isDelegate) checkDelegate(spec, report)
    checkHosts(spec, report)
    checkGateways(gateways, ['spec', 'gateways'], report)
    if (http.length + tcp.length + tls.length === 0)
      report.error(['spec'], 'there are no rules; expected http, tls or tcp')
    for (const [index, route] of http.entries())
      checkHttpRoute(route, ['spec', 'http', index], { isDelegate, gateways }, report)
    for (const [index, route] of tls.entries()) checkTls(route, ['spec', 'tls', index], hosts, report)
    for (const [index, route] of tcp.entries()) checkTcp(route, ['spec', 'tcp', index], report)
    warnOfUnusedRules(http, ['spec', 'http'], report)
    checkExportTo(spec.exportTo, namespace, report, 'rule')
  },
})

/** Without hosts it is rules for another VirtualService to include. */
function checkDelegate({ gateways = [], tcp = [], tls = [] }: VirtualService, report: Report): void {
  if (gateways.length > 0)
    report.error(['spec', 'gateways'], 'without hosts it is a delegate, which has no gateways of its own')
  if (tcp.length + tls.length > 0)
    report.error(['spec'], 'without hosts it is a delegate, which has http rules only; expected hosts')
}

function checkHosts({ hosts = [], gateways = [] }: VirtualService, report: Report): void {
  const names = new Set<string>()
  const wild: string[] = []
  const isForMesh = gateways.length === 0 || gateways.includes('mesh')
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index]
    if (host === '*') {
      if (isForMesh) report.error(path, 'the host "*" is for gateways only: in the mesh it would be every service')
    } else if (!isIp(host)) require(report, path, wildcardDomainFlaw(host))
    // Only wildcards can overlap what is written differently; there are few of them among many hosts.
    const same = names.has(host.toLowerCase())
      ? host
      : (host.startsWith('*') ? hosts.slice(0, index) : wild).find(other => overlap(other, host))
    names.add(host.toLowerCase())
    if (host.startsWith('*')) wild.push(host)
    if (same !== undefined)
      report.error(path, `${quote(host)} and ${quote(same)} are hosts of the same requests; expected one of them`)
  }
}

/** Some name is matched by both. */
function overlap(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()]
  const [isWild, isOtherWild] = [left.startsWith('*'), right.startsWith('*')]
  if (!isWild && !isOtherWild) return left === right
  const [x, y] = [left.replace('*', ''), right.replace('*', '')]
  if (isWild && isOtherWild) return x.endsWith(y) || y.endsWith(x)
  return isWild ? right.endsWith(x) && right.length >= x.length : left.endsWith(y)
}

function checkGateways(gateways: readonly string[], path: Path, report: Report): void {
  for (const [index, gateway] of gateways.entries()) {
    const here = [...path, index]
    if (gateway === 'mesh') continue
    const parts = gateway.split('/')
    const [namespace = '', name = ''] = parts
    if (parts.length > 2)
      report.error(here, `${quote(gateway)} is not a gateway; expected <namespace>/<name>, <name> or mesh`)
    else if (parts.length === 2) {
      if (namespace !== '.') require(report, here, labelFlaw(namespace, 'namespace'))
      require(report, here, domainFlaw(name))
    } else {
      require(report, here, domainFlaw(gateway))
      if (gateway.includes('.')) {
        const [first = '', second = ''] = gateway.split('.')
        report.warn(
          here,
          `${quote(gateway)} is a host name, an old form; expected ${quote(`${second}/${first}`)}`,
          'deprecated',
        )
      }
    }
  }
}

function checkTls(route: TLSRoute, path: Path, hosts: readonly string[], report: Report): void {
  if ((route.match ?? []).length === 0) report.error([...path, 'match'], 'a tls rule needs a match with sniHosts')
  for (const [index, match] of (route.match ?? []).entries()) {
    const here = [...path, 'match', index]
    if ((match.sniHosts ?? []).length === 0) report.error([...here, 'sniHosts'], 'at least one sniHost is needed')
    for (const [i, sni] of (match.sniHosts ?? []).entries()) checkSni(sni, hosts, [...here, 'sniHosts', i], report)
    checkL4(match, here, report)
  }
  if ((route.route ?? []).length === 0) report.error([...path, 'route'], 'the rule has no route')
  checkWeights(route.route ?? [], [...path, 'route'], report)
}

function checkSni(sni: string, hosts: readonly string[], path: Path, report: Report): void {
  const flaw = wildcardDomainFlaw(sni)
  if (isIp(sni))
    report.warn(path, `${quote(sni)} is an IP address, which clients do not send as SNI; expected a host name`)
  else if (flaw !== undefined) report.error(path, flaw)
  else if (!hosts.some(host => isWithin(sni, host))) {
    report.error(path, `${quote(sni)} is none of the hosts (${hosts.join(', ')}), nor within one of them`)
  }
}

function isWithin(name: string, host: string): boolean {
  if (name.toLowerCase() === host.toLowerCase() || host === '*') return true
  return host.startsWith('*') && name.toLowerCase().replace('*', '').endsWith(host.slice(1).toLowerCase())
}

function checkTcp(route: TCPRoute, path: Path, report: Report): void {
  for (const [index, match] of (route.match ?? []).entries()) checkL4(match, [...path, 'match', index], report)
  if ((route.route ?? []).length === 0) report.error([...path, 'route'], 'the rule has no route')
  checkWeights(route.route ?? [], [...path, 'route'], report)
}

interface L4Match {
  readonly destinationSubnets?: readonly string[]
  readonly port?: number
  readonly gateways?: readonly string[]
  readonly sourceNamespace?: string
}

function checkL4(match: L4Match, path: Path, report: Report): void {
  for (const [index, subnet] of (match.destinationSubnets ?? []).entries()) {
    require(report, [...path, 'destinationSubnets', index], cidrOrIpFlaw(subnet))
  }
  if (match.port !== undefined && match.port !== 0) require(report, [...path, 'port'], portFlaw(match.port))
  checkGateways(match.gateways ?? [], [...path, 'gateways'], report)
}
