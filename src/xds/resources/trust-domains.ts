/** `<trust domain>/ns/<namespace>/sa/<account>`: five parts, none of which has a slash. */
const IDENTITY_PARTS = 5
/** What policies name when they mean the mesh's own domain, whatever it is. */
const DEFAULT_DOMAIN = 'cluster.local'

/**
 * The same identities in every trust domain of the mesh, which trust each other: `trustDomain` and `trustDomainAliases` of mesh
 * config. Identities of foreign domains, and texts of another form, stay as they are.
 */
export function withTrustDomainAliases(principals: readonly string[], domains: readonly string[]): readonly string[] {
  return principals.flatMap(principal => {
    const parts = principal.split('/')
    const domain = parts[0] ?? ''
    if (parts.length !== IDENTITY_PARTS) return [principal]
    if (domain !== DEFAULT_DOMAIN && !domains.some(each => covers(domain, each))) return [principal]
    const rest = principal.slice(domain.length)
    // A domain of which only the end is said covers some of the mesh's already: they need no identity of their own.
    const all = domains.map(each => (domain.startsWith('*') && covers(domain, each) ? principal : each + rest))
    return [...new Set(all)]
  })
}

function covers(domain: string, other: string): boolean {
  if (domain.startsWith('*')) return other.endsWith(domain.slice(1))
  return domain.endsWith('*') ? other.startsWith(domain.slice(0, -1)) : domain === other
}
