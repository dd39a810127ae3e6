import type { JsonObject } from '../../lang/json.js'
import { type Path, quote, type Report } from '../finding.js'
import type { ServiceEntry } from '../istio-types.generated.js'
import type { ObjectStatus } from '../object.js'
import { isCidr, isIp } from '../rules/addresses.js'
import { checkExportTo, checkNetworkSelector } from '../rules/sharing.js'
import {
  cidrOrIpFlaw,
  domainFlaw,
  isHttp,
  isPartialWildcard,
  isTls,
  isUnix,
  labelFlaw,
  partialWildcardText,
  portFlaw,
  protocolFlaw,
  require,
  wildcardDomainFlaw,
} from '../rules/values.js'
import { istioKind } from './kind.js'
import { objectsAt, textAt } from './kubernetes/reader.js'
import { checkWorkloadEntry } from './workload-entry.js'

export const serviceEntryKind = istioKind<ServiceEntry>({
  kind: 'ServiceEntry',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.ServiceEntry',
  status: givenAddresses,
  validate: ({ spec, namespace }, report) => {
    checkHosts(spec, report)
    checkAddresses(spec, report)
    checkPorts(spec, report)
    checkSelection(spec, report)
    checkEndpoints(spec, report)
    RESOLUTION_RULES[resolutionOf(spec)]?.(spec, report)
    checkTcpAddresses(spec, report)
    checkExportTo(spec.exportTo, namespace, report, 'service')
  },
})

function givenAddresses(status: JsonObject): ObjectStatus | undefined {
  const addresses = objectsAt(status, 'addresses')
    .map(each => ({ host: textAt(each, 'host').toLowerCase(), value: textAt(each, 'value') }))
    .filter(({ host, value }) => host !== '' && isIp(value))
  return addresses.length === 0 ? undefined : { addresses }
}

function resolutionOf({ resolution }: ServiceEntry): string {
  return resolution ?? 'NONE'
}

function checkHosts({ hosts = [] }: ServiceEntry, report: Report): void {
  if (hosts.length === 0) report.error(['spec', 'hosts'], 'at least one host is needed')
  const names = new Map<string, string>()
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index]
    if (host === '*')
      report.error(path, 'the host "*" would be every service; expected a name, or a wildcard such as *.example.com')
    else {
      require(report, path, wildcardDomainFlaw(host))
      if (isPartialWildcard(host)) report.warn(path, partialWildcardText(host))
      const same = names.get(host.toLowerCase())
      if (same !== undefined) report.warn(path, `${quote(host)} and ${quote(same)} are one host; expected one of them`)
      names.set(host.toLowerCase(), host)
    }
  }
}

function checkAddresses(spec: ServiceEntry, report: Report): void {
  const allowsBlocks = ['NONE', 'STATIC'].includes(resolutionOf(spec))
  for (const [index, address] of (spec.addresses ?? []).entries()) {
    const path = ['spec', 'addresses', index]
    require(report, path, cidrOrIpFlaw(address))
    if (isCidr(address) && !allowsBlocks) {
      report.error(
        path,
        `${quote(address)} is a CIDR block; with resolution ${resolutionOf(spec)} expected an IP address`,
      )
    }
  }
}

function checkPorts({ ports = [] }: ServiceEntry, report: Report): void {
  const [names, numbers] = [new Set<string>(), new Set<number>()]
  for (const [index, { name = '', number = 0, protocol, targetPort }] of ports.entries()) {
    const path = ['spec', 'ports', index]
    if (names.has(name)) report.error([...path, 'name'], `the name ${quote(name)} is taken by an earlier port`)
    if (numbers.has(number)) report.error([...path, 'number'], `the port ${number} is named twice`)
    names.add(name)
    numbers.add(number)
    require(report, [...path, 'name'], labelFlaw(name, 'name of a port'))
    require(report, [...path, 'number'], portFlaw(number))
    require(report, [...path, 'protocol'], protocolFlaw(protocol))
    if (targetPort !== undefined) require(report, [...path, 'targetPort'], portFlaw(targetPort))
  }
}

function checkSelection(spec: ServiceEntry, report: Report): void {
  if (spec.workloadSelector === undefined) return
  const path = ['spec', 'workloadSelector']
  checkNetworkSelector(spec.workloadSelector, path, report)
  if ((spec.endpoints ?? []).length > 0) report.error(path, 'only one of workloadSelector and endpoints may be set')
  if (resolutionOf(spec) === 'NONE') {
    report.warn(path, 'with resolution NONE traffic keeps its address: the selected workloads are not used')
  }
}

function checkEndpoints(spec: ServiceEntry, report: Report): void {
  const ports = new Set((spec.ports ?? []).map(({ name = '' }) => name))
  const allowsNames = resolutionOf(spec).startsWith('DNS')
  for (const [index, endpoint] of (spec.endpoints ?? []).entries()) {
    const path: Path = ['spec', 'endpoints', index]
    checkWorkloadEntry(endpoint, path, report, { needsAddress: true, allowsNames })
    for (const name of Object.keys(endpoint.ports ?? {})) {
      if (ports.has(name)) continue
      const known = ports.size === 0 ? 'there are none' : `expected one of ${[...ports].join(', ')}`
      report.error([...path, 'ports', name], `the entry has no port named ${quote(name)}; ${known}`)
    }
    if (!isUnix(endpoint.address)) continue
    if (allowsNames)
      report.error(
        [...path, 'address'],
        `with resolution ${resolutionOf(spec)} an endpoint is an IP address or a host name`,
      )
    if (ports.size !== 1) report.error(['spec', 'ports'], `a unix socket serves one port; there are ${ports.size}`)
  }
}

const RESOLUTION_RULES: Readonly<Record<string, (spec: ServiceEntry, report: Report) => void>> = {
  NONE: ({ endpoints = [] }, report) => {
    if (endpoints.length > 0)
      report.error(['spec', 'endpoints'], 'with resolution NONE traffic keeps its address: endpoints may not be set')
  },
  DNS: checkDns,
  DNS_ROUND_ROBIN: (spec, report) => {
    const count = spec.endpoints?.length ?? 0
    checkDns(spec, report)
    if (count > 1)
      report.error(['spec', 'endpoints'], `resolution DNS_ROUND_ROBIN takes one endpoint at most; there are ${count}`)
  },
  DYNAMIC_DNS: checkDynamicDns,
}

/** Without endpoints the hosts themselves are looked up. */
function checkDns({ hosts = [], endpoints = [], workloadSelector }: ServiceEntry, report: Report): void {
  if (endpoints.length > 0 || workloadSelector !== undefined) return
  for (const [index, host] of hosts.entries()) {
    const flaw = domainFlaw(host)
    if (flaw !== undefined)
      report.error(['spec', 'hosts', index], `without endpoints the host is looked up by name, but ${flaw}`)
  }
}

function checkDynamicDns(
  { hosts = [], ports = [], endpoints = [], addresses = [] }: ServiceEntry,
  report: Report,
): void {
  if (hosts.length === 0) report.error(['spec', 'hosts'], 'resolution DYNAMIC_DNS needs a wildcard host')
  for (const [index, host] of hosts.entries()) {
    if (!host.startsWith('*'))
      report.error(['spec', 'hosts', index], `resolution DYNAMIC_DNS takes wildcard hosts, not ${quote(host)}`)
  }
  if (endpoints.length > 0)
    report.error(
      ['spec', 'endpoints'],
      'with resolution DYNAMIC_DNS the requested host is looked up: endpoints may not be set',
    )
  if (addresses.length > 0)
    report.error(['spec', 'addresses'], 'with resolution DYNAMIC_DNS services have no addresses')
  for (const [index, { protocol }] of ports.entries()) {
    if (isHttp(protocol) || isTls(protocol)) continue
    const message = `resolution DYNAMIC_DNS takes HTTP, HTTP2, GRPC, HTTPS and TLS ports, not ${quote(protocol ?? 'TCP')}`
    report.error(['spec', 'ports', index, 'protocol'], message)
  }
}

/** A TCP port without an address takes that port for every destination. */
function checkTcpAddresses(spec: ServiceEntry, report: Report): void {
  const { addresses = [], ports = [], hosts = [] } = spec
  const isTcp = ({ protocol }: { readonly protocol?: string }): boolean => !isHttp(protocol) && !isTls(protocol)
  if (addresses.length > 0 && hosts.length > 1 && resolutionOf(spec) !== 'NONE') {
    report.warn(['spec', 'hosts'], 'TCP traffic to the addresses cannot be told apart by host; expected one host')
  }
  if (addresses.length > 0 || resolutionOf(spec) !== 'NONE') return
  for (const [index, port] of ports.entries()) {
    if (!isTcp(port)) continue
    const message = `port ${port.number ?? 0} is TCP and there are no addresses: without automatic addresses it takes all traffic of that port`
    report.warn(['spec', 'ports', index], message)
  }
}
