import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Json, JsonObject } from '../../src/lang/json.js'
import { bootstrapOf } from '../../src/xds/resources/bootstrap.js'
import { ENVOY_PATH } from './envoy.js'

// What a proxy would be sent as one static file, for `envoy --mode validate`.

export interface Rendered {
  readonly clusters: readonly JsonObject[]
  readonly listeners: readonly JsonObject[]
  readonly routes: readonly (JsonObject & { readonly name: string })[]
}

/** The bootstrap of the proxy with its resources beside its own: routes stand in the listeners, endpoints come from ADS, which is not asked. */
export function staticOf(node: JsonObject, { clusters, listeners, routes }: Rendered): object {
  const at = { host: '127.0.0.1', port: 1 }
  const bootstrap = bootstrapOf({ node, xds: at, sds: at, admin: at, protocol: 'delta' }) as {
    readonly staticResources?: { readonly clusters?: readonly object[] }
  }
  const byName = new Map(routes.map(route => [route.name, route]))
  const own = bootstrap.staticResources?.clusters ?? []
  return {
    ...bootstrap,
    staticResources: withOwnSecrets({
      clusters: [...own, ...clusters],
      listeners: withRoutes(listeners as readonly Json[] as Json, byName),
    }),
  }
}

/** Secrets over ADS are asked for on a stream of their own: Envoy 1.40 crashes on a static cluster that asks ADS, which is not there yet. */
function withOwnSecrets(resources: object): object {
  const ownStream = {
    apiConfigSource: {
      apiType: 'GRPC',
      transportApiVersion: 'V3',
      grpcServices: [{ envoyGrpc: { clusterName: 'xds-grpc' } }],
    },
    resourceApiVersion: 'V3',
  }
  return JSON.parse(
    JSON.stringify(resources, (key, value: unknown) =>
      key === 'sdsConfig' && Object.hasOwn(value as object, 'ads') ? ownStream : value,
    ),
  ) as object
}

function withRoutes(value: Json, routes: ReadonlyMap<string, JsonObject>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(item => withRoutes(item, routes))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as JsonObject).map(([key, item]): [string, Json] => {
    const name = key === 'rds' ? (item as { readonly routeConfigName?: string }).routeConfigName : undefined
    const route = name === undefined ? undefined : routes.get(name)
    return route === undefined ? [key, withRoutes(item, routes)] : ['routeConfig', route]
  })
  return Object.fromEntries(entries)
}

/** What Envoy says of what it would take. */
export const ACCEPTED = /^configuration '.*' OK$/m
const run = promisify(execFile)
/** Through a pipe: /dev/stdout, which access logs name, cannot be opened where it is one of the sockets that Node gives its children. */
const PIPED = '"$0" --mode validate -c "$1" -l error 2>&1 | cat'

/** What Envoy says. */
export async function validate(file: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', PIPED, ENVOY_PATH, file])
  return stdout
}
