import type { Sidecar } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { importOf, parseEgressHosts, type Service } from '../mesh/index.js'
import type { ConfigOrigin } from './resources.js'
import type { FieldOrigin, Tracer } from './resources-trace.js'

/** The Sidecar that applies; undefined: none. */
export function sidecarOf(tracer: Tracer): { readonly origin: ConfigOrigin; readonly spec: Sidecar } | undefined {
  const { sidecar } = tracer.context.scope
  if (sidecar === undefined) return undefined
  const origin = tracer.named('Sidecar', sidecar)
  const object = tracer.object(origin) as ConfigObject<Sidecar> | undefined
  return object === undefined ? undefined : { origin, spec: object.spec }
}

/** The egress host by which a service comes into the proxy's scope. */
export function importOrigin(tracer: Tracer, service: Service, field: string): FieldOrigin[] {
  const sidecar = sidecarOf(tracer)
  const { namespace } = tracer.context.scope
  for (const [index, { hosts = [] }] of (sidecar?.spec.egress ?? []).entries()) {
    const found = importOf(service, parseEgressHosts(hosts, namespace))
    const at = hosts.findIndex(text => {
      const [parsed] = parseEgressHosts([text], namespace).imports
      return parsed?.namespace === found?.namespace && parsed?.host === found?.host
    })
    if (sidecar !== undefined && found !== undefined && at !== -1)
      return [tracer.fieldOrigin(field, sidecar.origin, `spec.egress[${index}].hosts[${at}]`)]
  }
  return []
}

/** What decides about traffic to hosts that nobody knows: the Sidecar, else the mesh config, else nothing that is written. */
export function outboundPolicyOrigin(tracer: Tracer, field: string): FieldOrigin[] {
  const path = 'outboundTrafficPolicy'
  const sidecar = sidecarOf(tracer)
  if (sidecar?.spec.outboundTrafficPolicy !== undefined)
    return [tracer.fieldOrigin(field, sidecar.origin, `spec.${path}`)]
  const source = tracer.places.meshField(path)
  const mesh = { type: 'MeshConfig', cluster: '', namespace: '', name: '' }
  return source === undefined
    ? []
    : [{ field, origin: { ...mesh, source: tracer.places.sourceOf(mesh) }, path, source }]
}
