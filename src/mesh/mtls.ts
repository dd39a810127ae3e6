/** What PeerAuthentication asks of a workload's port. */
export type MtlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT'

/** Of one workload: the mode of each port that differs, and of the rest. */
export interface WorkloadMtls {
  readonly mode: MtlsMode
  /** By port of the workload. */
  readonly ports: Readonly<Record<number, MtlsMode>>
  /** `<namespace>/<name>` of the policies that took part, the most specific first. */
  readonly from: readonly string[]
}

export function mtlsOfPort(mtls: WorkloadMtls, port: number): MtlsMode {
  return Object.hasOwn(mtls.ports, port) ? (mtls.ports[port] ?? mtls.mode) : mtls.mode
}
