import { withPure } from '../../template/function.js'
import { type FunctionMap, fn, sprigFunctions, type TemplateHost } from '../../template/index.js'
import { MULTUS } from './multus.js'
import { otelResourceAttributes } from './otel.js'
import { PORTS } from './ports.js'
import { protoToJson } from './proto-json.js'
import { TEXT, textFunctions } from './text.js'
import { VALUE_FUNCTIONS } from './values.js'

/** All but `env`, and `appendMultusNetwork`, which only few templates call. */
const PURE =
  'contains directory excludeInterfaces kubevirtInterfaces toLower indent formatDuration includeInboundPorts ' +
  'applicationPorts excludeInboundPort annotation isset valueOrDefault toYaml toJSON toJsonMap structToJSON fromJSON ' +
  'strdict mergeMaps omit omitNil protoToJSON otelResourceAttributes'

/**
 * The functions that the reference injector gives to its templates on top of sprig's; `contains`, `env`, `indent` and `omit`
 * hide those of sprig. They take the types that they take in Go: a decoded JSON object is no map[string]string.
 */
export function istioFunctions(host: TemplateHost = {}): FunctionMap {
  const functions: FunctionMap = {
    ...TEXT,
    ...textFunctions(host),
    ...MULTUS,
    ...PORTS,
    ...VALUE_FUNCTIONS,
    protoToJSON: fn('protoreflect.ProtoMessage', protoToJson),
    otelResourceAttributes: fn('*v1alpha1.MeshConfig strmap strmap string []v1.Container', otelResourceAttributes),
  }
  return withPure(functions, PURE)
}

/** Everything that an injection template can call, besides Go's builtins. Make it once. */
export function injectionFunctions(host: TemplateHost = {}): FunctionMap {
  return { ...sprigFunctions(host), ...istioFunctions(host) }
}
