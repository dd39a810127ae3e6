import type { DiffProxy } from '../explain/diff-sides.js'
import { nearestNames } from '../explain/nearest-names.js'
import { err, ok, type Result } from '../lang/result.js'
import type { Service, Workload } from '../mesh/index.js'
import type { ProxyNode } from '../proxy/node.js'
import type { MeshSource } from '../servers/mesh-source.js'
import type { DiffFlags } from './diff.js'
import { nodeOfWorkload, proxyName } from './mesh-proxy.js'
import { parseLabels } from './node-flags.js'

const INJECT = 'sidecar.istio.io/inject'
/** Names that are offered instead of one that is not there. */
const NEAREST = 3

export interface FoundProxies {
  readonly proxies: readonly DiffProxy[]
  /** What the user should know about them. */
  readonly notes: readonly string[]
}

/**
 * Which proxies to compare: those that were named, else every workload that would have a sidecar, else, where no workloads are
 * known, one for each Service's selector. The error is one sentence.
 */
export async function diffProxies(
  before: MeshSource,
  after: MeshSource,
  flags: Pick<DiffFlags, 'proxy' | 'type' | 'label'>,
): Promise<Result<FoundProxies, string>> {
  if (flags.type !== 'sidecar' && flags.type !== 'router')
    return err(`--type must be sidecar or router, not ${flags.type}`)
  if (flags.type === 'router' && flags.proxy.length === 0) return err('--type router needs --proxy NAME.NAMESPACE')
  const [was, is] = [workloadsOf(before), workloadsOf(after)]
  if (flags.proxy.length > 0) return namedProxies({ mesh: before, known: was }, { mesh: after, known: is }, flags)
  const notes: string[] = []
  if (was.size + is.size === 0) {
    for (const [name, workload] of [...selectedBy(before), ...selectedBy(after)]) {
      was.set(name, workload)
      is.set(name, workload)
    }
    if (was.size > 0)
      notes.push('no Pod and no WorkloadEntry on either side: comparing one proxy for the selector of each Service')
  }
  if (was.size + is.size === 0)
    return err(
      'no Pod, no WorkloadEntry and no Service with a selector on either side: add those of the cluster with --configDir, or name proxies with --proxy',
    )
  return ok({ proxies: await paired({ mesh: before, known: was }, { mesh: after, known: is }), notes })
}

type Workloads = Map<string, Workload>

/** Those that would have a sidecar. */
function workloadsOf({ graph }: MeshSource): Workloads {
  const { engine, tables } = graph
  return engine.read(read => {
    const all = [...read.all(tables.workload).values()].filter(workload => {
      if (workload.kind !== 'Pod') return true
      const { cluster, namespace, name } = workload
      const pod = read.one(tables.inputs.cluster.Pod, `${cluster}/${namespace}/${name}`)?.object
      return pod?.spec.hostNetwork !== true && workload.labels[INJECT] !== 'false' && workload.isAlive
    })
    const home = tables.identity.configCluster
    return new Map(
      all.map(workload => [
        workload.cluster === home ? proxyName(workload) : `${workload.cluster}/${proxyName(workload)}`,
        workload,
      ]),
    )
  })
}

/** One side of a comparison. */
interface Side {
  readonly mesh: MeshSource
  readonly known: Workloads
}

async function paired(was: Side, is: Side): Promise<DiffProxy[]> {
  const names = [...new Set([...was.known.keys(), ...is.known.keys()])].sort()
  const proxies = names.map(async name => ({
    name,
    before: await nodeOf(was.known.get(name), was.mesh),
    after: await nodeOf(is.known.get(name), is.mesh),
  }))
  return Promise.all(proxies)
}

async function nodeOf(workload: Workload | undefined, mesh: MeshSource): Promise<ProxyNode | undefined> {
  const node = workload === undefined ? undefined : await nodeOfWorkload(workload, mesh)
  return node?.ok === true ? node.value : undefined
}

/** A made-up workload for each Service that selects some, labelled as it wants them. */
function selectedBy({ graph }: MeshSource): Workloads {
  const services = graph.engine.read(read => [...read.all(graph.tables.service).values()])
  const selecting = services.filter(
    ({ selector, registry }) => registry === 'Kubernetes' && Object.keys(selector).length > 0,
  )
  const cluster = graph.tables.identity.configCluster
  return new Map(selecting.map(service => [proxyName(service), madeUp(service, cluster)]))
}

function madeUp(
  { name, namespace, selector }: Pick<Service, 'name' | 'namespace' | 'selector'>,
  cluster: string,
): Workload {
  return {
    ...{ kind: 'Pod', name, namespace, cluster, addresses: [], labels: selector, serviceAccount: '', network: '' },
    ...{ locality: '', nodeName: '', isReady: true, isAlive: true, isTerminating: false, hostname: '', subDomain: '' },
    ...{ workloadName: name, creationTimestamp: '', weight: 0, ports: {} },
  }
}

async function namedProxies(
  { mesh: wasMesh, known: was }: Side,
  { mesh: isMesh, known: is }: Side,
  { proxy, type, label }: Pick<DiffFlags, 'proxy' | 'type' | 'label'>,
): Promise<Result<FoundProxies, string>> {
  const labels = parseLabels(label)
  if (!labels.ok) return labels
  const proxies: DiffProxy[] = []
  for (const name of proxy) {
    const known = was.has(name) || is.has(name)
    const dot = name.lastIndexOf('.')
    if (dot < 1 || dot === name.length - 1) return err(`--proxy takes NAME.NAMESPACE, not "${name}"`)
    if (!known && label.length === 0 && type === 'sidecar' && was.size + is.size > 0) {
      const near = nearestNames(name, [...was.keys(), ...is.keys()], NEAREST)
      return err(
        `no workload ${name} on either side: did you mean ${near.join(' or ')}? (--label describes one that is not there)`,
      )
    }
    const made = madeUp(
      { name: name.slice(0, dot), namespace: name.slice(dot + 1), selector: labels.value },
      isMesh.graph.tables.identity.configCluster,
    )
    const [before, after] = known ? [was.get(name), is.get(name)] : [made, made]
    proxies.push({
      name,
      before: asType(await nodeOf(before, wasMesh), type),
      after: asType(await nodeOf(after, isMesh), type),
    })
  }
  return ok({ proxies, notes: [] })
}

function asType(node: ProxyNode | undefined, type: string): ProxyNode | undefined {
  return node === undefined || type === 'sidecar' ? node : { ...node, type: 'router' }
}
