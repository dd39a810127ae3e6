/**
 * Host names: lower case, exact (`a.ns.svc.cluster.local`) or wildcard (`*`, `*.suffix`, `*-suffix`). Compared as text.
 */
export type Hostname = string

export function isWildcard(host: Hostname): boolean {
  return host.startsWith('*')
}

/** Whether some name is matched by both: equal, or a wildcard covers the other. */
export function hostsOverlap(a: Hostname, b: Hostname): boolean {
  if (a === b) return true
  const [isWildA, isWildB] = [isWildcard(a), isWildcard(b)]
  if (!isWildA && !isWildB) return false
  if (isWildA && isWildB) return a.length < b.length ? b.endsWith(a.slice(1)) : a.endsWith(b.slice(1))
  return isWildA ? hostCovers(a, b) : hostCovers(b, a)
}

/** Whether every name that `inner` matches is matched by `outer`. */
export function hostCovers(outer: Hostname, inner: Hostname): boolean {
  if (outer === inner) return true
  if (!isWildcard(outer)) return false
  const suffix = outer.slice(1)
  return isWildcard(inner) ? inner.slice(1).endsWith(suffix) : inner.length >= suffix.length && inner.endsWith(suffix)
}

/** A name as it is written in a config of that namespace: without a dot it is a Kubernetes service beside the config. */
export function resolveShortName(host: string, namespace: string, domain: string): Hostname {
  const lower = host.toLowerCase()
  if (lower.includes('.') || isWildcard(lower) || lower === '') return lower
  return kubernetesHost(lower, namespace, domain)
}

export function kubernetesHost(name: string, namespace: string, domain: string): Hostname {
  return `${name}.${namespace}.svc.${domain}`
}

/** The wildcards that cover a host, most specific first, each label cut off; the host itself is not among them. */
export function wildcardsOver(host: Hostname): Hostname[] {
  if (host === '*') return []
  const labels = host.split('.')
  return [...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`), '*'].filter(
    wildcard => wildcard !== host,
  )
}

/** Most specific first: exact names before wildcards, longer wildcards before shorter, then by text. */
export function compareSpecificity(a: Hostname, b: Hostname): number {
  const [isWildA, isWildB] = [isWildcard(a), isWildcard(b)]
  if (isWildA !== isWildB) return isWildA ? 1 : -1
  if (a.length !== b.length) return b.length - a.length
  return a < b ? -1 : a > b ? 1 : 0
}
