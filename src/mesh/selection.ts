import type { Labels } from '../config/object.js'

/** Whether a workload has all labels that a selector names. An empty selector selects nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  const keys = Object.keys(selector)
  return keys.length > 0 && keys.every(key => Object.hasOwn(labels, key) && labels[key] === selector[key])
}

export interface Aged {
  readonly creationTimestamp: string
  readonly name: string
  readonly namespace: string
}

/** What stands before what, wherever the oldest wins: by creation, then name, then namespace. */
export function byAge(a: Aged, b: Aged): number {
  return (
    compare(a.creationTimestamp, b.creationTimestamp) || compare(a.name, b.name) || compare(a.namespace, b.namespace)
  )
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
