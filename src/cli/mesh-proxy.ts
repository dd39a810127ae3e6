import { nearestNames } from '../explain/nearest-names.js'
import { INTERCEPTION_ANNOTATION } from '../inject/names.js'
import { err, ok, type Result } from '../lang/result.js'
import type { Workload } from '../mesh/index.js'
import type { InterceptionMode } from '../proxy/metadata.js'
import type { ProxyNode } from '../proxy/node.js'
import type { MeshSource } from '../servers/mesh-source.js'
import { type CommandContext, type ExitCode, failed, wrongUse } from './command.js'
import { DEFAULT_IP, DEFAULT_SERVICE_ACCOUNT, ISTIO_VERSION, MODES, type NodeFlags, nodeFrom } from './node-flags.js'

/** Names that are offered instead of one that is not there. */
const NEAREST = 3

/**
 * The proxy that the flags mean. A workload of the configuration lends its address, cluster and account to the name; a name that no
 * workload has is refused, unless flags say what it is like or no workloads are known at all. The error is the exit code.
 */
export async function proxyIn(
  mesh: MeshSource,
  flags: NodeFlags,
  context: CommandContext,
): Promise<Result<ProxyNode, ExitCode>> {
  const known = flags.node === undefined ? withWorkload(mesh, flags) : ok(flags)
  if (!known.ok) return err(wrongUse(context, known.error))
  const json = await nodeFrom(known.value, context)
  if (!json.ok) return err(flags.node === undefined ? wrongUse(context, json.error) : failed(context, json.error))
  const { parseNode } = await import('../proxy/node.js')
  const node = parseNode(json.value)
  if (!node.ok) return err(failed(context, node.error))
  if (node.value.type === 'router')
    context.stderr.write(
      'pillion: of a gateway only clusters and endpoints are made: Gateway objects are not translated yet\n',
    )
  return node
}

/** The flags, completed by what the configuration knows of the workload. */
function withWorkload(mesh: MeshSource, flags: NodeFlags): Result<NodeFlags, string> {
  const { proxy } = flags
  const { graph } = mesh
  if (proxy === undefined) return ok(flags)
  const all = graph.engine.read(read => [...read.all(graph.tables.workload).values()])
  const found = workloadsNamed(all, proxy, flags.clusterID)
  if (found !== undefined) return ok(completed(flags, found, interceptionOf(mesh, found)))
  const isDescribed = flags.label.length > 0 || flags.ip !== DEFAULT_IP || flags.type === 'router'
  if (isDescribed || all.length === 0 || !proxy.includes('.')) return ok(flags)
  const names = nearestNames(proxy, all.map(proxyName), NEAREST)
  return err(
    `no workload ${proxy} in the configuration: did you mean ${names.join(' or ')}? (--label or --ip describe one that is not there)`,
  )
}

/** Of the cluster asked for; else of whichever has it. */
function workloadsNamed(all: readonly Workload[], proxy: string, cluster: string): Workload | undefined {
  const named = all.filter(workload => proxyName(workload) === proxy)
  return named.find(workload => workload.cluster === cluster) ?? named[0]
}

/** `NAME.NAMESPACE`, as `--proxy` takes it. */
export function proxyName({ name, namespace }: Pick<Workload, 'name' | 'namespace'>): string {
  return `${name}.${namespace}`
}

/** The sidecar of a workload, as its agent would name it; traffic reaches it as the Pod's annotation says. */
export async function nodeOfWorkload(workload: Workload, mesh: MeshSource): Promise<Result<ProxyNode, string>> {
  const nodeOf = await workloadNodes()
  const asked = interceptionOf(mesh, workload)
  return nodeOf(workload, MODES.find(mode => mode === asked) ?? 'REDIRECT')
}

/** The same for many. */
export async function workloadNodes(): Promise<
  (workload: Workload, interceptionMode: InterceptionMode) => Result<ProxyNode, string>
> {
  const { nodeOf } = await import('../xds/resources/bootstrap.js')
  const { parseNode } = await import('../proxy/node.js')
  return ({ name, namespace, addresses, labels, serviceAccount, cluster, network }, interceptionMode) => {
    const json = nodeOf({
      ...{ type: 'sidecar', name, namespace, ip: addresses[0] ?? DEFAULT_IP, labels: { ...labels }, network },
      ...{ interceptionMode, serviceAccount: serviceAccount || DEFAULT_SERVICE_ACCOUNT, clusterId: cluster },
      ...{ istioVersion: ISTIO_VERSION, domain: 'cluster.local' },
    })
    return parseNode(json)
  }
}

/** What a Pod's annotation asks for; undefined: nothing. */
function interceptionOf({ graph }: MeshSource, { kind, cluster, namespace, name }: Workload): string | undefined {
  const { engine, tables } = graph
  if (kind !== 'Pod') return undefined
  const pod = engine.read(read => read.one(tables.inputs.cluster.Pod, `${cluster}/${namespace}/${name}`))
  return pod?.object.annotations[INTERCEPTION_ANNOTATION]
}

function completed(
  flags: NodeFlags,
  { addresses, serviceAccount, cluster }: Workload,
  annotated: string | undefined,
): NodeFlags {
  const interceptionMode = flags.interceptionMode ?? annotated
  return {
    ...flags,
    ...(interceptionMode === undefined ? {} : { interceptionMode }),
    clusterID: cluster,
    ip: flags.ip === DEFAULT_IP ? (addresses[0] ?? DEFAULT_IP) : flags.ip,
    serviceAccount:
      flags.serviceAccount === DEFAULT_SERVICE_ACCOUNT
        ? serviceAccount || DEFAULT_SERVICE_ACCOUNT
        : flags.serviceAccount,
  }
}
