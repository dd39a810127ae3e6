import { isSameData } from '../engine/index.js'
import { compare } from './selection.js'
import type { Service } from './service.js'

/** Whether two services of one host differ in ports alone: the same one, seen through two listeners or written in two entries. */
function isSameButPorts(a: Service, b: Service): boolean {
  return (
    a.namespace === b.namespace &&
    a.registry === b.registry &&
    a.resolution === b.resolution &&
    isSameData([a.exportTo, a.labels, a.selector], [b.exportTo, b.labels, b.selector])
  )
}

/** The first one, with the ports of the other where the two are alike; the first keeps a number that both have. */
export function mergePorts(first: Service, other: Service): Service {
  if (!isSameButPorts(first, other)) return first
  const added = other.ports.filter(({ port }) => !first.ports.some(known => known.port === port))
  if (added.length === 0) return first
  return {
    ...first,
    ports: [...first.ports, ...added],
    targetPorts: { ...other.targetPorts, ...first.targetPorts },
  }
}

/** Entries of one namespace for one host: the oldest, with the ports of those that are alike. */
export function mergeEntries(services: readonly Service[]): Service {
  return [...services]
    .sort((a, b) => compare(a.creationTimestamp, b.creationTimestamp) || compare(a.name, b.name))
    .reduce(mergePorts)
}
