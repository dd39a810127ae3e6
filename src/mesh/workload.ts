import type { Labels } from '../config/object.js'

/** A running instance with an address: a Pod or a WorkloadEntry. */
export interface Workload {
  readonly kind: 'Pod' | 'WorkloadEntry'
  readonly name: string
  readonly namespace: string
  readonly cluster: string
  readonly addresses: readonly string[]
  readonly labels: Labels
  readonly serviceAccount: string
  readonly network: string
  readonly locality: string
  readonly nodeName: string
  /** Condition Ready of a pod; of an entry whose health is checked the condition Healthy. */
  readonly isReady: boolean
  /** Neither Succeeded nor Failed. */
  readonly isAlive: boolean
  readonly isTerminating: boolean
  readonly hostname: string
  readonly subDomain: string
  /** Of the deployment behind a pod; the entry's own name. */
  readonly workloadName: string
  readonly creationTimestamp: string
  readonly weight: number
  /** Named ports: container ports of a pod, `ports` of an entry. */
  readonly ports: Readonly<Record<string, number>>
}
