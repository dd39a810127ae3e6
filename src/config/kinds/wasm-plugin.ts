import type { WasmPlugin } from '../istio-types.generated.js'
import { checkTargets } from '../rules/sharing.js'
import { checkTraffic, checkWasm } from '../rules/wasm.js'
import { istioKind } from './kind.js'

export const wasmPluginKind = istioKind<WasmPlugin>({
  kind: 'WasmPlugin',
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  message: 'istio.extensions.v1alpha1.WasmPlugin',
  validate: ({ spec }, report) => {
    checkTargets(spec, report)
    checkWasm(spec, ['spec'], report)
    checkTraffic(spec, report)
  },
})
