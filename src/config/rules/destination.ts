import { type Path, quote, type Report } from '../finding.js'
import type { Destination, Headers, StringMatch } from '../istio-types.generated.js'
import { domainFlaw, headerNameFlaw, labelFlaw, portFlaw, regexFlaw, require } from './values.js'

export function checkDestination(destination: Destination | undefined, path: Path, report: Report): void {
  if (destination === undefined) {
    report.error(path, 'the destination is missing; expected a host')
    return
  }
  const { host = '', subset, port } = destination
  require(report, [...path, 'host'], host === '*'
    ? 'the host of a destination may not be "*"; expected a name'
    : domainFlaw(host))
  if (subset !== undefined && subset !== '') require(report, [...path, 'subset'], labelFlaw(subset, 'name of a subset'))
  if (port !== undefined) require(report, [...path, 'port', 'number'], portFlaw(port.number))
}

interface Weighted {
  readonly weight?: number
  readonly destination?: Destination
}

/** Weights are shares of their sum, which must not be 0 when there is a choice. */
export function checkWeights(routes: readonly Weighted[], path: Path, report: Report): void {
  let sum = 0
  for (const [index, { destination, weight = 0 }] of routes.entries()) {
    checkDestination(destination, [...path, index, 'destination'], report)
    if (weight < 0) report.error([...path, index, 'weight'], `${weight} is negative; expected 0 or more`)
    sum += weight
  }
  if (routes.length > 1 && sum === 0) report.error(path, 'the weights add up to 0: no destination would get traffic')
}

/** An exact match, a prefix or a pattern; patterns are for RE2. */
export function checkStringMatch(match: StringMatch | undefined, path: Path, report: Report): void {
  if (match?.regex === undefined) return
  if (match.regex === '')
    report.error([...path, 'regex'], 'an empty regular expression matches nothing that anybody means')
  else require(report, [...path, 'regex'], regexFlaw(match.regex))
}

export function checkHeaderOperations(headers: Headers | undefined, path: Path, report: Report): void {
  for (const side of ['request', 'response'] as const) {
    const operations = headers?.[side]
    for (const field of ['set', 'add'] as const) {
      for (const name of Object.keys(operations?.[field] ?? {}))
        checkSettable(name, [...path, side, field, name], report)
    }
    for (const [index, name] of (operations?.remove ?? []).entries()) {
      checkSettable(name, [...path, side, 'remove', index], report)
    }
  }
}

function checkSettable(name: string, path: Path, report: Report): void {
  if (name.startsWith(':')) {
    if (name !== ':authority') report.error(path, `the pseudo-header ${quote(name)} may not be changed`)
  } else require(report, path, headerNameFlaw(name))
}
