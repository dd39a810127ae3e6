import { quote, type Report } from '../finding.js'
import type { DestinationRule } from '../istio-types.generated.js'
import { checkExportTo, checkSelector } from '../rules/sharing.js'
import { checkTrafficPolicy } from '../rules/traffic-policy.js'
import { labelFlaw, require, wildcardDomainFlaw } from '../rules/values.js'
import { istioKind } from './kind.js'
import { checkLabels } from './workload-entry.js'

export const destinationRuleKind = istioKind<DestinationRule>({
  kind: 'DestinationRule',
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  message: 'istio.networking.v1alpha3.DestinationRule',
  validate: ({ spec, namespace }, report) => {
    require(report, ['spec', 'host'], wildcardDomainFlaw(spec.host ?? ''))
    checkTrafficPolicy(spec.trafficPolicy, ['spec', 'trafficPolicy'], report)
    checkSubsets(spec, report)
    checkSelector(spec.workloadSelector, ['spec', 'workloadSelector'], report)
    const hasSelector = Object.keys(spec.workloadSelector?.matchLabels ?? {}).length > 0
    checkExportTo(spec.exportTo, namespace, report, hasSelector ? 'rule with selector' : 'rule')
  },
})

function checkSubsets({ subsets = [] }: DestinationRule, report: Report): void {
  const names = new Set<string>()
  for (const [index, { name = '', labels, trafficPolicy }] of subsets.entries()) {
    const path = ['spec', 'subsets', index]
    if (name === '') report.error([...path, 'name'], 'the name of the subset is missing')
    else require(report, [...path, 'name'], labelFlaw(name, 'name of a subset'))
    if (names.has(name)) report.error([...path, 'name'], `the name ${quote(name)} is taken by an earlier subset`)
    names.add(name)
    checkLabels(labels, [...path, 'labels'], report)
    checkTrafficPolicy(trafficPolicy, [...path, 'trafficPolicy'], report)
  }
}
