/** Path keys with a name of their own; every other key becomes an environment name by upper-casing. */
const KNOWN_KEYS: ReadonlyMap<string, string> = new Map([
  ['cluster', 'ISTIO_META_CLUSTER_ID'],
  ['net', 'ISTIO_META_NETWORK'],
])
const PAIR_MARK = ':ENV:'

/**
 * The parameters of an injection URL (reference/injection.md section 8), as environment names and values: `path` is
 * `/inject/cluster/c1/net/n1`, or the older `/inject/:ENV:cluster=c1:ENV:net=n1`. What comes twice, the last one wins.
 */
export function parseInjectPath(path: string): ReadonlyMap<string, string> {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path
  const start = trimmed.indexOf('/', 1)
  const rest = start === -1 ? '' : trimmed.slice(start + 1)
  return rest.startsWith(PAIR_MARK) ? markedPairs(rest) : slashedPairs(rest)
}

/** A pair needs a name and an equals sign; the value may be empty. */
function markedPairs(rest: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const pair of rest.split(PAIR_MARK).slice(1)) {
    const equals = pair.indexOf('=')
    if (equals > 0) found.set(environmentName(pair.slice(0, equals)), pair.slice(equals + 1))
  }
  return found
}

/** A last key without a value is ignored. Values carry a slash as `--slash--`. */
function slashedPairs(rest: string): Map<string, string> {
  const found = new Map<string, string>()
  const words = rest === '' ? [] : rest.split('/')
  for (let i = 0; i + 1 < words.length; i += 2) {
    found.set(environmentName(words[i]!), words[i + 1]!.replaceAll('--slash--', '/'))
  }
  return found
}

function environmentName(key: string): string {
  return KNOWN_KEYS.get(key) ?? key.toUpperCase()
}
