import { type Path, quote, type Report } from '../finding.js'
import type {
  ClientTLSSettings,
  ConnectionPoolSettings,
  LoadBalancerSettings,
  LocalityLoadBalancerSetting,
  LocalityLoadBalancerSetting_Failover,
  OutlierDetection,
  TrafficPolicy,
  TrafficPolicy_PortTrafficPolicy,
} from '../istio-types.generated.js'
import { domainFlaw, durationFlaw, percentFlaw, portFlaw, require } from './values.js'

const FIELDS = [
  'loadBalancer',
  'connectionPool',
  'outlierDetection',
  'tls',
  'portLevelSettings',
  'tunnel',
  'proxyProtocol',
  'retryBudget',
] as const

export function checkTrafficPolicy(policy: TrafficPolicy | undefined, path: Path, report: Report): void {
  if (policy === undefined) return
  if (FIELDS.every(field => policy[field] === undefined)) {
    report.error(path, `the policy is empty; expected one of ${FIELDS.join(', ')}`)
  }
  checkPortPolicy(policy, path, report)
  for (const [index, settings] of (policy.portLevelSettings ?? []).entries()) {
    const here = [...path, 'portLevelSettings', index]
    if (settings.port === undefined) report.error([...here, 'port'], 'the port is missing')
    else require(report, [...here, 'port', 'number'], portFlaw(settings.port.number))
    checkPortPolicy(settings, here, report)
  }
  if (policy.tunnel !== undefined) checkTunnel(policy.tunnel, [...path, 'tunnel'], report)
  require(report, [...path, 'retryBudget', 'percent'], percentFlaw(policy.retryBudget?.percent))
}

function checkPortPolicy(policy: TrafficPolicy | TrafficPolicy_PortTrafficPolicy, path: Path, report: Report): void {
  checkConnectionPool(policy.connectionPool, [...path, 'connectionPool'], report)
  checkLoadBalancer(policy.loadBalancer, policy.outlierDetection, [...path, 'loadBalancer'], report)
  checkOutliers(policy.outlierDetection, [...path, 'outlierDetection'], report)
  checkClientTls(policy.tls, [...path, 'tls'], report)
}

export function checkConnectionPool(pool: ConnectionPoolSettings | undefined, path: Path, report: Report): void {
  if (pool === undefined) return
  const { tcp, http } = pool
  if (tcp === undefined && http === undefined) report.error(path, 'the connection pool is empty; expected tcp or http')
  const counts: readonly (readonly [string, string, number | undefined])[] = [
    ['http', 'maxRetries', http?.maxRetries],
    ['http', 'http1MaxPendingRequests', http?.http1MaxPendingRequests],
    ['http', 'http2MaxRequests', http?.http2MaxRequests],
    ['http', 'maxRequestsPerConnection', http?.maxRequestsPerConnection],
    ['http', 'maxConcurrentStreams', http?.maxConcurrentStreams],
    ['tcp', 'maxConnections', tcp?.maxConnections],
  ]
  for (const [side, field, count = 0] of counts) {
    if (count < 0) report.error([...path, side, field], `${count} is negative; expected 0 or more`)
  }
  require(report, [...path, 'http', 'idleTimeout'], durationFlaw(http?.idleTimeout))
  require(report, [...path, 'tcp', 'connectTimeout'], durationFlaw(tcp?.connectTimeout))
  require(report, [...path, 'tcp', 'maxConnectionDuration'], durationFlaw(tcp?.maxConnectionDuration))
  if (http?.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true) {
    report.error(
      [...path, 'http', 'useClientProtocol'],
      'only one of useClientProtocol and h2UpgradePolicy UPGRADE may be set',
    )
  }
}

function checkLoadBalancer(
  balancer: LoadBalancerSettings | undefined,
  outliers: OutlierDetection | undefined,
  path: Path,
  report: Report,
): void {
  if (balancer === undefined) return
  const { consistentHash: hash, warmup } = balancer
  require(report, [...path, 'warmupDurationSecs'], durationFlaw(balancer.warmupDurationSecs))
  if (warmup !== undefined) {
    if (warmup.duration === undefined) report.error([...path, 'warmup', 'duration'], 'the duration is missing')
    require(report, [...path, 'warmup', 'duration'], durationFlaw(warmup.duration))
    require(report, [...path, 'warmup', 'minimumPercent'], percentFlaw(warmup.minimumPercent))
    const { aggression = 1 } = warmup
    if (aggression < 1)
      report.error([...path, 'warmup', 'aggression'], `${aggression} is too small; expected 1 or more`)
  }
  if (hash !== undefined) {
    const { httpCookie, minimumRingSize = 0 } = hash
    if (httpCookie !== undefined) {
      if ((httpCookie.name ?? '') === '')
        report.error([...path, 'consistentHash', 'httpCookie', 'name'], 'the name of the cookie is missing')
    }
    if (Number(minimumRingSize) !== 0 && (hash.ringHash !== undefined || hash.maglev !== undefined)) {
      report.error(
        [...path, 'consistentHash', 'minimumRingSize'],
        'only one of minimumRingSize and ringHash or maglev may be set',
      )
    }
    for (const field of ['httpHeaderName', 'httpQueryParameterName'] as const) {
      if (hash[field] === '') report.error([...path, 'consistentHash', field], 'a name is expected')
    }
  }
  checkLocality(balancer.localityLbSetting, outliers, [...path, 'localityLbSetting'], report)
  checkZones(balancer, path, report)
}

/** Where load is divided by zones Envoy does it: labels of places have no say. */
const PLACE_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']

function checkZones(
  { zoneAwareLbSetting: zones, localityLbSetting }: LoadBalancerSettings,
  path: Path,
  report: Report,
): void {
  if (zones === undefined) return
  const here: Path = [...path, 'zoneAwareLbSetting']
  if (localityLbSetting !== undefined)
    report.error(here, 'only one of localityLbSetting and zoneAwareLbSetting may be set')
  checkFailover(zones.failover ?? [], here, report)
  for (const [index, entry] of (zones.failoverPriority ?? []).entries()) {
    const label = entry.split('=')[0] ?? ''
    if (PLACE_LABELS.includes(label))
      report.error(
        [...here, 'failoverPriority', index],
        `${quote(label)} says where an endpoint is, which is looked at by itself; expected another label`,
      )
  }
}

function checkLocality(
  locality: LocalityLoadBalancerSetting | undefined,
  outliers: OutlierDetection | undefined,
  path: Path,
  report: Report,
): void {
  if (locality === undefined) return
  const { distribute = [], failover = [], failoverPriority = [] } = locality
  if (distribute.length > 0 && failover.length + failoverPriority.length > 0) {
    report.error(path, 'only one of distribute and failover (or failoverPriority) may be set')
  }
  const from = distribute.map(rule => rule.from ?? '')
  for (const [index, { from: source = '', to = {} }] of distribute.entries()) {
    const here = [...path, 'distribute', index]
    const same = from.slice(0, index).find(other => covers(other, source) || covers(source, other))
    if (same !== undefined)
      report.error([...here, 'from'], `${quote(source)} overlaps ${quote(same)} of an earlier entry`)
    let sum = 0
    for (const place of Object.keys(to)) {
      const weight = to[place] ?? 0
      if (weight < 1 || weight > 100)
        report.error([...here, 'to', place], `${weight} is not a share; expected 1 to 100`)
      sum += weight
    }
    if (sum !== 100) report.error([...here, 'to'], `the shares add up to ${sum}; expected 100`)
  }
  checkFailover(failover, path, report)
  if (failover.length + failoverPriority.length > 0 && outliers === undefined) {
    report.warn(path, 'failover needs outlierDetection: without it no endpoint is ever taken for unhealthy')
  }
}

function checkFailover(failover: readonly LocalityLoadBalancerSetting_Failover[], path: Path, report: Report): void {
  for (const [index, { from: source = '', to = '' }] of failover.entries()) {
    const here = [...path, 'failover', index]
    if (source === to) report.error(here, `${quote(source)} fails over to itself; expected another region`)
    for (const [field, region] of [
      ['from', source],
      ['to', to],
    ] as const) {
      if (region.includes('*')) report.error([...here, field], 'a region may not be a wildcard')
      else if (region.includes('/'))
        report.error([...here, field], `${quote(region)} has a zone; failover is between regions`)
    }
  }
}

function covers(pattern: string, place: string): boolean {
  return pattern === place || pattern === '*' || (pattern.endsWith('/*') && place.startsWith(pattern.slice(0, -1)))
}

function checkOutliers(outliers: OutlierDetection | undefined, path: Path, report: Report): void {
  if (outliers === undefined) return
  require(report, [...path, 'interval'], durationFlaw(outliers.interval))
  require(report, [...path, 'baseEjectionTime'], durationFlaw(outliers.baseEjectionTime))
  require(report, [...path, 'maxEjectionPercent'], percentFlaw(outliers.maxEjectionPercent))
  require(report, [...path, 'minHealthPercent'], percentFlaw(outliers.minHealthPercent))
  if (outliers.consecutiveErrors !== undefined) {
    report.warn(
      [...path, 'consecutiveErrors'],
      'consecutiveErrors is deprecated and does nothing; expected consecutive5xxErrors or consecutiveGatewayErrors',
      'deprecated',
    )
  }
  if (outliers.splitExternalLocalOriginErrors !== true && (outliers.consecutiveLocalOriginFailures ?? 0) > 0) {
    report.error([...path, 'consecutiveLocalOriginFailures'], 'needs splitExternalLocalOriginErrors: true')
  }
}

function checkClientTls(tls: ClientTLSSettings | undefined, path: Path, report: Report): void {
  if (tls === undefined) return
  const {
    credentialName = '',
    caCertificates = '',
    clientCertificate = '',
    privateKey = '',
    subjectAltNames = [],
  } = tls
  const isMutual = tls.mode === 'MUTUAL'
  if (tls.insecureSkipVerify === true && (tls.mode === 'SIMPLE' || isMutual)) {
    const verifies = caCertificates !== '' || subjectAltNames.length > 0 || (!isMutual && credentialName !== '')
    if (verifies)
      report.error(
        [...path, 'insecureSkipVerify'],
        'nothing is verified: what it would be verified with (certificates, credentialName, subjectAltNames) may not be set',
      )
  }
  if ((isMutual || tls.mode === 'SIMPLE') && credentialName !== '') {
    const files = [
      ['clientCertificate', clientCertificate],
      ['caCertificates', caCertificates],
      ['privateKey', privateKey],
    ] as const
    for (const [field, file] of files)
      if (file !== '') report.error([...path, field], 'only one of credentialName and files may be set')
  } else if (isMutual) {
    if (clientCertificate === '') report.error([...path, 'clientCertificate'], 'mode MUTUAL needs a client certificate')
    if (privateKey === '') report.error([...path, 'privateKey'], 'mode MUTUAL needs a private key')
  }
  for (const [index, name] of subjectAltNames.entries()) {
    if (name === '') report.error([...path, 'subjectAltNames', index], 'a name may not be empty')
  }
}

function checkTunnel(tunnel: NonNullable<TrafficPolicy['tunnel']>, path: Path, report: Report): void {
  const { protocol = '', targetHost = '' } = tunnel
  if (!['', 'CONNECT', 'POST'].includes(protocol))
    report.error([...path, 'protocol'], `unknown protocol ${quote(protocol)}; expected CONNECT or POST`)
  require(report, [...path, 'targetHost'], domainFlaw(targetHost))
  require(report, [...path, 'targetPort'], portFlaw(tunnel.targetPort))
}
