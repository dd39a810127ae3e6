import type { ServiceEntry } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import type { Service } from '../mesh/index.js'
import { type NameTable, translateNames } from '../xds/resources/nametable.js'
import { recordReads } from './resources-reads.js'
import { importOrigin } from './resources-scope.js'
import { isWrittenIn } from './resources-services.js'
import type { FieldOrigin, ResourceOrigins, Tracer } from './resources-trace.js'

/** Of the name table: each name from the addresses of its service, a pod's own from its endpoint. */
export function traceNames(tracer: Tracer, { table = {} }: NameTable): ResourceOrigins {
  const recorder = recordReads(tracer.context)
  translateNames(recorder.context)
  const reads = recorder.take()
  const services = new Map(tracer.context.scope.services.map(service => [service.host, service]))
  const pods = new Map([...reads.endpoints].map(each => [`${each.hostname}.${each.subDomain}`, each]))
  const fields = Object.entries(table).flatMap(([name, { shortname = '' }]): FieldOrigin[] => {
    const field = `table[${JSON.stringify(name)}]`
    const service = services.get(name)
    if (service !== undefined)
      return [...addressFields(tracer, service, field), ...importOrigin(tracer, service, field)]
    const pod = pods.get(shortname)
    return pod === undefined
      ? []
      : tracer
          .ofEndpoint(pod)
          .filter(({ type }) => type === 'Pod')
          .map(origin => tracer.fieldOrigin(field, origin, ''))
  })
  return tracer.collect(reads, fields)
}

function addressFields(tracer: Tracer, service: Service, field: string): FieldOrigin[] {
  return tracer
    .ofService(service)
    .filter(origin => isWrittenIn(service, tracer.object(origin)))
    .map(origin => tracer.fieldOrigin(field, origin, addressPath(tracer.object(origin))))
}

function addressPath(object: ConfigObject | undefined): string {
  if (object?.type !== 'ServiceEntry') return 'spec.clusterIP'
  return ((object.spec as ServiceEntry).addresses ?? []).length > 0 ? 'spec.addresses' : 'spec.hosts'
}
