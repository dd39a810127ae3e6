import type { ConfigObject } from '../config/object.js'
import type { Problem } from '../lang/problem.js'

/** What is said of one host where two objects write it in different case, and how it is settled. */
const SETTLED: Readonly<Record<string, { readonly isAcross: boolean; readonly text: string }>> = {
  ServiceEntry: {
    isAcross: true,
    text: 'they are one host; in one namespace the older one decides, ports of both count',
  },
  VirtualService: { isAcross: true, text: 'they are one host, which has the routes of the older one' },
  DestinationRule: {
    isAcross: false,
    text: 'they are one host, which has the policy of the older one and subsets of both',
  },
}

/** A host as one object writes it. */
interface Spelling {
  readonly object: ConfigObject
  readonly host: string
}

/** Hosts of these objects that are written with capitals, by {@link keyOf}. */
export function capitalisedHosts(objects: Iterable<ConfigObject>): readonly string[] {
  const found: string[] = []
  for (const object of objects)
    for (const host of hostsOf(object)) if (host !== host.toLowerCase()) found.push(keyOf(object, host))
  return found
}

/**
 * Objects of one kind that write one host in different case: DNS and HTTP see no difference, so Pillion sees none, and their authors may
 * not know of each other. `capitalised`: keys of hosts to look at; without any nothing is looked at.
 */
export function spellingProblems(
  capitalised: ReadonlySet<string>,
  objects: Iterable<ConfigObject>,
): readonly Problem[] {
  if (capitalised.size === 0) return []
  const spellings = new Map<string, Spelling[]>()
  for (const object of objects)
    for (const host of hostsOf(object)) {
      const key = keyOf(object, host)
      if (!capitalised.has(key)) continue
      const same = spellings.get(key)
      if (same === undefined) spellings.set(key, [{ object, host }])
      else same.push({ object, host })
    }
  return [...spellings.values()].flatMap(same => collisions([...same].sort(byAge)))
}

/** Each that is written unlike the oldest. */
function collisions([first, ...others]: readonly Spelling[]): readonly Problem[] {
  if (first === undefined) return []
  return others
    .filter(({ object, host }) => object !== first.object && host !== first.host)
    .map(({ object, host }) => {
      const { source } = first.object
      const place = source === undefined ? '' : ` (${source.file ?? '-'}:${source.line})`
      return {
        severity: 'warning',
        code: 'host-case',
        message: `host ${JSON.stringify(host)} of ${nameOf(object)} is ${JSON.stringify(first.host)} of ${nameOf(first.object)}${place} in another case: ${SETTLED[object.type]?.text}`,
        ...(object.source === undefined ? {} : { position: object.source }),
      }
    })
}

/** Names without a dot are short for one of the namespace. */
function keyOf(object: ConfigObject, host: string): string {
  const isOwn = !host.includes('.') || SETTLED[object.type]?.isAcross === false
  return `${object.type} ${host.toLowerCase()} ${isOwn ? object.namespace : ''}`
}

function hostsOf({ type, spec }: ConfigObject): readonly string[] {
  if (!Object.hasOwn(SETTLED, type)) return []
  const { host, hosts = [] } = spec as { readonly host?: string; readonly hosts?: readonly string[] }
  return host === undefined ? hosts : [host]
}

function byAge({ object: a }: Spelling, { object: b }: Spelling): number {
  return (
    compare(a.creationTimestamp, b.creationTimestamp) || compare(a.name, b.name) || compare(a.namespace, b.namespace)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function nameOf({ kind, namespace, name }: ConfigObject): string {
  return `${kind} ${namespace}/${name}`
}
