import { compare } from './selection.js'
import type { Service, ServiceAlias } from './service.js'

/** A name that stands for another. */
export interface AliasOf extends ServiceAlias {
  /** A host that is no alias itself. */
  readonly target: string
}

/**
 * What an ExternalName Service stands for in the end: names may lead to names. Undefined: it is no alias, or names lead in a circle.
 * `next` gives what a host stands for, if it is an alias.
 */
export function aliasOf(service: Service, next: (host: string) => string | undefined): AliasOf | undefined {
  const { host, namespace, externalName } = service
  const seen = new Set([host])
  let target: string | undefined = externalName === '' ? undefined : externalName
  while (target !== undefined && !seen.has(target)) {
    seen.add(target)
    const further = next(target)
    if (further === undefined) return { host, namespace, target }
    target = further
  }
  return undefined
}

/** Aliases stand by namespace, then by name. An alias has none: its own lead to its target. */
export function withAliases(service: Service, aliases: readonly AliasOf[]): Service {
  if (service.resolution === 'alias' || aliases.length === 0) return service
  const sorted = aliases
    .map(({ host, namespace }) => ({ host, namespace }))
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.host, b.host))
  return { ...service, aliases: sorted }
}
