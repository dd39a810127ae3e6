import type { Report } from '../finding.js'
import type { LuaConfig, TrafficExtension } from '../istio-types.generated.js'
import { checkTargets } from '../rules/sharing.js'
import { checkTraffic, checkWasm } from '../rules/wasm.js'
import { istioKind } from './kind.js'

/** Every proxy that it applies to keeps the script. */
const SCRIPT_BYTES = 64 * 1024

export const trafficExtensionKind = istioKind<TrafficExtension>({
  kind: 'TrafficExtension',
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  message: 'istio.extensions.v1alpha1.TrafficExtension',
  validate: ({ spec }, report) => {
    checkTargets(spec, report)
    checkTraffic(spec, report)
    if (spec.wasm !== undefined) checkWasm(spec.wasm, ['spec', 'wasm'], report)
    else if (spec.lua !== undefined) checkLua(spec.lua, report)
    else report.error(['spec'], 'there is no extension; expected wasm or lua')
  },
})

function checkLua({ inlineCode = '' }: LuaConfig, report: Report): void {
  const path = ['spec', 'lua', 'inlineCode']
  const size = Buffer.byteLength(inlineCode, 'utf8')
  if (size === 0) report.error(path, 'the script is missing')
  if (size > SCRIPT_BYTES) report.error(path, `the script has ${size} bytes; expected at most ${SCRIPT_BYTES}`)
}
