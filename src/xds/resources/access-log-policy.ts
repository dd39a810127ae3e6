import type { AccessLogging } from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'

/** As a client of others, or as the server of its own ports. */
export type TelemetryMode = 'CLIENT' | 'SERVER'

/** A provider of mesh config by its name, and how it logs. */
export interface LogChoice {
  readonly provider: string
  readonly isDisabled: boolean
  /** CEL: what it says true to is logged; empty: everything. */
  readonly expression: string
}

/**
 * Which providers log, sorted by name, of the levels that hold for a workload (widest first). Undefined: Telemetry says nothing
 * of it, so mesh config's `accessLogFile` holds. A level that names providers replaces those of wider levels; one that does not changes how
 * they log. https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging
 */
export function logChoices(
  levels: readonly TelemetryObject[],
  mesh: Pick<MeshSettings, 'defaultProviders'>,
  mode: TelemetryMode,
): readonly LogChoice[] | undefined {
  const defaults = mesh.defaultProviders?.accessLogging ?? []
  const entries = levels.map(({ spec }) => (spec.accessLogging ?? []).filter(entry => isFor(entry, mode)))
  if (levels.every(({ spec }) => (spec.accessLogging ?? []).length === 0) && defaults.length === 0) return undefined
  const used = new Set(entries.map(each => each.flatMap(namesOf)).findLast(names => names.length > 0) ?? defaults)
  const choices = new Map<string, LogChoice>(
    entries.every(each => each.length === 0) ? defaults.map(name => [name, choiceOf(name, {})]) : [],
  )
  let before: readonly string[] = defaults
  for (const entry of entries.flat()) {
    const own = namesOf(entry)
    if (own.length > 0) before = own
    for (const name of before) if (used.has(name)) choices.set(name, choiceOf(name, entry))
  }
  return [...choices.values()].sort((a, b) => (a.provider < b.provider ? -1 : 1))
}

function isFor({ match }: AccessLogging, mode: TelemetryMode): boolean {
  const wanted = match?.mode ?? 'CLIENT_AND_SERVER'
  return wanted === 'CLIENT_AND_SERVER' || wanted === mode
}

function namesOf({ providers = [] }: AccessLogging): string[] {
  return providers.flatMap(({ name = '' }) => (name === '' ? [] : [name]))
}

function choiceOf(provider: string, { disabled = false, filter }: AccessLogging): LogChoice {
  return { provider, isDisabled: disabled, expression: filter?.expression ?? '' }
}
