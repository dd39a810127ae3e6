import type { CorsPolicy } from '../../config/istio-types.generated.js'
import { parseProtoDuration } from '../../lang/duration.js'
import type { Any, EnvoyTypeMatcherStringMatcher } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { stringMatcher } from './route-string-match.js'

export const CORS_FILTER = 'envoy.filters.http.cors'
const NANOSECONDS = 1_000_000_000n

/** Of the CORS filter for one route. https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy */
export function corsConfig(policy: CorsPolicy): Any {
  const { allowMethods = [], allowHeaders = [], exposeHeaders = [], maxAge, allowCredentials } = policy
  const origins = originsOf(policy)
  return packAny('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    ...(origins.length === 0 ? {} : { allowOriginStringMatch: origins }),
    ...joined('allowMethods', allowMethods),
    ...joined('allowHeaders', allowHeaders),
    ...joined('exposeHeaders', exposeHeaders),
    ...(maxAge === undefined ? {} : { maxAge: seconds(maxAge) }),
    ...(allowCredentials === undefined ? {} : { allowCredentials }),
    filterEnabled: { defaultValue: { numerator: 100 } },
    // Preflight requests that no origin matches go on to the workload unless this is refused.
    forwardNotMatchingPreflights: policy.unmatchedPreflights !== 'IGNORE',
  })
}

function originsOf({ allowOrigins = [], allowOrigin = [] }: CorsPolicy): EnvoyTypeMatcherStringMatcher[] {
  if (allowOrigins.length === 0) return allowOrigin.map(exact => ({ exact }))
  return allowOrigins.flatMap(origin => stringMatcher(origin) ?? [])
}

function joined<K extends string>(field: K, list: readonly string[]): { readonly [k in K]?: string } {
  return list.length === 0 ? {} : ({ [field]: list.join(',') } as { readonly [k in K]?: string })
}

function seconds(duration: string): string {
  const parsed = parseProtoDuration(duration)
  return parsed.ok ? String(parsed.value / NANOSECONDS) : '0'
}
