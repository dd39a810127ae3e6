import type { JsonObject } from '../../lang/json.js'
import { isLabelKey, isLabelValue } from '../../lang/selector.js'
import { type Path, quote, type Report } from '../finding.js'
import type { WorkloadEntry } from '../istio-types.generated.js'
import type { ConfigObject, ObjectStatus } from '../object.js'
import { isIp } from '../rules/addresses.js'
import { domainFlaw, isUnix, labelFlaw, portFlaw, require, unixFlaw } from '../rules/values.js'
import { istioKind } from './kind.js'
import { objectsAt } from './kubernetes/reader.js'

export const workloadEntryKind = istioKind<WorkloadEntry>({
  kind: 'WorkloadEntry',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.WorkloadEntry',
  status: healthOf,
  validate: (object, report) => {
    checkWorkloadEntry(object.spec, ['spec'], report, { needsAddress: true, allowsNames: true })
    if (isHealthChecked(object) && object.status?.isHealthy === undefined)
      report.warn(
        ['metadata', 'annotations', HEALTH_CHECKS],
        'health is checked, and no condition Healthy in status says that the workload is: it gets no traffic',
      )
  },
})

const HEALTH_CHECKS = 'proxy.istio.io/health-checks-enabled'

/** Whether a workload gets traffic only once its condition Healthy says so. */
export function isHealthChecked({ annotations }: Pick<ConfigObject, 'annotations'>): boolean {
  return /^(1|t|T|TRUE|true|True)$/.test(annotations[HEALTH_CHECKS] ?? '')
}

function healthOf(status: JsonObject): ObjectStatus | undefined {
  const condition = objectsAt(status, 'conditions').find(({ type }) => type === 'Healthy')
  const said = condition?.['status']
  return said === 'True' || said === 'False' ? { isHealthy: said === 'True' } : undefined
}

/** Also for the endpoints of a ServiceEntry, and (without an address) for the template of a WorkloadGroup. */
export function checkWorkloadEntry(
  entry: WorkloadEntry,
  path: Path,
  report: Report,
  rules: { readonly needsAddress: boolean; readonly allowsNames: boolean },
): void {
  const { address = '', network = '', ports = {} } = entry
  if (address === '') checkAbsentAddress(network, path, report, rules.needsAddress)
  else if (isUnix(address)) {
    require(report, [...path, 'address'], unixFlaw(address))
    if (Object.keys(ports).length > 0)
      report.error([...path, 'ports'], `the unix socket ${quote(address)} has no ports`)
  } else if (!isIp(address)) {
    const flaw = rules.allowsNames ? domainFlaw(address) : 'only IP addresses'
    const expected = rules.allowsNames
      ? 'an IP address, a host name or unix://…'
      : 'an IP address or unix://… (resolution STATIC)'
    if (flaw !== undefined)
      report.error([...path, 'address'], `${quote(address)} is not an address; expected ${expected}`)
  }
  for (const name of Object.keys(ports)) {
    require(report, [...path, 'ports', name], labelFlaw(name, 'name of a port'))
    require(report, [...path, 'ports', name], portFlaw(ports[name]))
  }
  checkLabels(entry.labels, [...path, 'labels'], report)
}

function checkAbsentAddress(network: string, path: Path, report: Report, isNeeded: boolean): void {
  if (network !== '')
    report.warn(
      [...path, 'network'],
      `there is no address, only the network ${quote(network)}: traffic goes to its gateway`,
    )
  else if (isNeeded)
    report.error([...path, 'address'], 'the address is missing; expected an IP address, a host name or unix://…')
}

export function checkLabels(labels: Readonly<Record<string, string>> | undefined, path: Path, report: Report): void {
  for (const key of Object.keys(labels ?? {})) {
    const value = labels?.[key] ?? ''
    if (!isLabelKey(key)) report.error([...path, key], `${quote(key)} is not a key of a label`)
    if (!isLabelValue(value)) report.error([...path, key], `${quote(value)} is not a value of a label`)
  }
}
