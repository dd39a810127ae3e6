import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { compileRegex } from '../lang/regex.js'

/** A request as its sender means it. */
export interface SimulatedRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

/** Undefined: it has a condition that is not understood here. */
export type Verdict = boolean | undefined

/** Whether a route's `match` takes the request (envoy.config.route.v3.RouteMatch). */
export function routeTakes(match: JsonObject, request: SimulatedRequest): Verdict {
  const verdicts = Object.entries(match).map(([field, value]) => {
    const judge = Object.hasOwn(CONDITIONS, field) ? CONDITIONS[field] : undefined
    return judge === undefined ? undefined : judge(value, request, match)
  })
  return all(verdicts)
}

type Condition = (value: Json, request: SimulatedRequest, match: JsonObject) => Verdict

const CONDITIONS: Readonly<Record<string, Condition>> = {
  caseSensitive: () => true,
  prefix: (value, request, match) => folded(pathOf(request), match).startsWith(folded(String(value), match)),
  path: (value, request, match) => folded(pathOf(request), match) === folded(String(value), match),
  pathSeparatedPrefix: (value, request, match) => {
    const [path, prefix] = [folded(pathOf(request), match), folded(String(value), match)]
    return path === prefix || path.startsWith(`${prefix}/`)
  },
  safeRegex: (value, request) => regexTakes(value, pathOf(request)),
  headers: (value, request) => all(objects(value).map(item => headerTakes(item, request))),
  queryParameters: (value, request) => all(objects(value).map(item => parameterTakes(item, request))),
}

/** Without query and fragment. */
export function pathOf({ path }: SimulatedRequest): string {
  return path.split(/[?#]/)[0] ?? ''
}

function folded(text: string, { caseSensitive }: JsonObject): string {
  return caseSensitive === false ? text.toLowerCase() : text
}

function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false
  return verdicts.includes(undefined) ? undefined : true
}

function objects(value: Json): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** envoy.config.route.v3.HeaderMatcher */
export function headerTakes(item: JsonObject, request: SimulatedRequest): Verdict {
  const found = headerOf(String(item['name'] ?? '').toLowerCase(), request)
  const verdict = valueTakes(item, item['treatMissingHeaderAsEmpty'] === true ? (found ?? '') : found)
  return item['invertMatch'] === true && verdict !== undefined ? !verdict : verdict
}

/** A header by its name in lower case, `:method`, `:scheme`, `:path` and `:authority` included. */
export function headerOf(
  name: string,
  { method, scheme, host, port, path, headers }: SimulatedRequest,
): string | undefined {
  const isUsual = port === (scheme === 'http' ? 80 : 443)
  const pseudo: Readonly<Record<string, string>> = {
    ':method': method,
    ':scheme': scheme,
    ':path': path,
    ':authority': headers.get('host') ?? (isUsual ? host : `${host}:${port}`),
  }
  return Object.hasOwn(pseudo, name) ? pseudo[name] : headers.get(name)
}

function parameterTakes(item: JsonObject, { path }: SimulatedRequest): Verdict {
  const query = new URLSearchParams(path.includes('?') ? path.slice(path.indexOf('?') + 1) : '')
  return valueTakes(item, query.get(String(item['name'] ?? '')) ?? undefined)
}

/** Of a header or parameter: is it there, and is it what it should be. */
function valueTakes(item: JsonObject, value: string | undefined): Verdict {
  if (item['presentMatch'] !== undefined) return (value !== undefined) === item['presentMatch']
  const wanted = item['stringMatch']
  if (wanted === undefined)
    return Object.keys(item).every(key => key === 'name' || key === 'invertMatch') ? value !== undefined : undefined
  return value === undefined ? false : textTakes(wanted, value)
}

/** envoy.type.matcher.v3.StringMatcher */
export function textTakes(matcher: Json, value: string): Verdict {
  if (!isJsonObject(matcher)) return undefined
  const fold = (text: string): string => (matcher['ignoreCase'] === true ? text.toLowerCase() : text)
  const { exact, prefix, suffix, contains, safeRegex } = matcher
  const text = fold(value)
  if (typeof exact === 'string') return text === fold(exact)
  if (typeof prefix === 'string') return text.startsWith(fold(prefix))
  if (typeof suffix === 'string') return text.endsWith(fold(suffix))
  if (typeof contains === 'string') return text.includes(fold(contains))
  return safeRegex === undefined ? undefined : regexTakes(safeRegex, value)
}

/** The whole text, as Envoy does it. */
function regexTakes(value: Json, text: string): Verdict {
  const pattern = isJsonObject(value) ? value['regex'] : undefined
  const regex = typeof pattern === 'string' ? compileRegex(pattern) : undefined
  return regex?.ok === true ? regex.value.matchesWhole(text) : undefined
}

/** The virtual host that Envoy takes for a host: its name, else the longest `*.suffix`, else the longest `prefix.*`, else `*`. */
export function hostFor(hosts: readonly JsonObject[], authority: string): number {
  const wanted = authority.toLowerCase()
  const domains = hosts.flatMap(({ domains: list }, index) =>
    (Array.isArray(list) ? list : []).map(domain => ({ domain: String(domain).toLowerCase(), index })),
  )
  const longest = (fits: (domain: string) => boolean) =>
    domains.filter(({ domain }) => fits(domain)).sort((a, b) => b.domain.length - a.domain.length)[0]
  const found =
    domains.find(({ domain }) => domain === wanted) ??
    longest(domain => domain.length > 1 && domain.startsWith('*') && wanted.endsWith(domain.slice(1))) ??
    longest(domain => domain.length > 1 && domain.endsWith('*') && wanted.startsWith(domain.slice(0, -1))) ??
    domains.find(({ domain }) => domain === '*')
  return found?.index ?? -1
}
