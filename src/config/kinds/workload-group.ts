import { quote, type Report } from '../finding.js'
import type { ReadinessProbe, WorkloadGroup } from '../istio-types.generated.js'
import { plainHeaderNameFlaw, portFlaw, require } from '../rules/values.js'
import { istioKind } from './kind.js'
import { checkLabels, checkWorkloadEntry } from './workload-entry.js'

export const workloadGroupKind = istioKind<WorkloadGroup>({
  kind: 'WorkloadGroup',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.WorkloadGroup',
  validate: ({ spec }, report) => {
    checkLabels(spec.metadata?.labels, ['spec', 'metadata', 'labels'], report)
    if (spec.template === undefined) report.error(['spec', 'template'], 'the template is missing')
    else checkTemplate(spec.template, report)
    if (spec.probe !== undefined) checkProbe(spec.probe, report)
  },
})

/** Addresses come with each workload that registers. */
function checkTemplate(template: NonNullable<WorkloadGroup['template']>, report: Report): void {
  checkWorkloadEntry({ ...template, network: '' }, ['spec', 'template'], report, {
    needsAddress: false,
    allowsNames: true,
  })
}

function checkProbe(probe: ReadinessProbe, report: Report): void {
  const path = ['spec', 'probe']
  for (const field of [
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
    'timeoutSeconds',
    'initialDelaySeconds',
  ] as const) {
    const value = probe[field] ?? 0
    if (value < 0) report.error([...path, field], `${value} is negative; expected 0 or more`)
  }
  const { httpGet, tcpSocket, exec, grpc } = probe
  if (httpGet !== undefined) checkHttp(httpGet, report)
  else if (tcpSocket !== undefined) require(report, [...path, 'tcpSocket', 'port'], portFlaw(tcpSocket.port))
  else if (grpc !== undefined) require(report, [...path, 'grpc', 'port'], portFlaw(grpc.port))
  else if (exec === undefined)
    report.error(path, 'the probe has no method; expected one of httpGet, tcpSocket, exec and grpc')
  else if ((exec.command ?? []).length === 0) report.error([...path, 'exec', 'command'], 'the command is missing')
}

function checkHttp(probe: NonNullable<ReadinessProbe['httpGet']>, report: Report): void {
  const path = ['spec', 'probe', 'httpGet']
  const { scheme = '', path: url = '' } = probe
  require(report, [...path, 'port'], portFlaw(probe.port))
  if (!['', 'HTTP', 'HTTPS'].includes(scheme)) {
    report.error([...path, 'scheme'], `unknown scheme ${quote(scheme)}; expected HTTP or HTTPS`)
  }
  if (url !== '' && !url.startsWith('/')) report.error([...path, 'path'], `${quote(url)} does not begin with /`)
  for (const [index, { name = '' }] of (probe.httpHeaders ?? []).entries()) {
    require(report, [...path, 'httpHeaders', index, 'name'], plainHeaderNameFlaw(name))
  }
}
