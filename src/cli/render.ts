import { resolve } from 'node:path'
import type { Json, JsonObject } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { stringifyYaml } from '../lang/yaml/index.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, failed, wrongUse } from './command.js'
import { type NodeFlags, nodeFrom, proxyOptions } from './node-flags.js'

interface RenderFlags extends NodeFlags {
  readonly configDir: readonly string[]
  readonly cluster: readonly string[]
  readonly meshConfig?: string
  readonly networksConfig?: string
  readonly output: string
}

export const command: CommandModule = {
  define: (command, act) => {
    command
      .optionsGroup('The mesh:')
      .option('--configDir <path>', 'Istio and Kubernetes objects: file or folder; repeatable', collect, [])
      .option('--cluster <id=path>', 'Kubernetes objects of one more cluster; repeatable', collect, [])
      .option('--meshConfig <file>', 'mesh configuration')
      .option('--networksConfig <file>', 'networks of the mesh and their gateways')
    proxyOptions(command, 'REDIRECT')
      .option('-o, --output <format>', 'json or yaml', 'yaml')
      .action(act<RenderFlags>(run))
  },
  examples: [
    {
      line: 'pillion render --configDir mesh/ --proxy web-1.shop --label app=web',
      does: 'what that proxy would be sent',
    },
    { line: 'pillion render --configDir mesh/ --node proxy.json#client -o json', does: 'for a Node that was recorded' },
  ],
}

async function run(flags: RenderFlags, context: CommandContext): Promise<ExitCode> {
  if (flags.output !== 'json' && flags.output !== 'yaml')
    return wrongUse(context, `--output must be json or yaml, not ${flags.output}`)
  if (flags.configDir.length === 0) return wrongUse(context, 'configuration not specified (see --configDir)')
  const node = await nodeFrom(flags, context)
  if (!node.ok) return flags.node === undefined ? wrongUse(context, node.error) : failed(context, node.error)
  const { parseNode } = await import('../proxy/node.js')
  const proxy = parseNode(node.value)
  if (!proxy.ok) return failed(context, proxy.error)
  const { parseClusters } = await import('./serve-flags.js')
  const clusters = parseClusters(flags.cluster, context.cwd)
  if (!clusters.ok) return wrongUse(context, clusters.error)
  const { createMeshSource, meshFiles, refusal } = await import('../servers/mesh-source.js')
  const { readPaths } = await import('../sources/snapshot.js')
  const { openSource } = await import('../xds/resources/source.js')
  const paths = {
    homeCluster: flags.clusterID,
    objects: flags.configDir.map(path => resolve(context.cwd, path)),
    clusters: clusters.value,
    mesh: flags.meshConfig === undefined ? undefined : resolve(context.cwd, flags.meshConfig),
    networks: flags.networksConfig === undefined ? undefined : resolve(context.cwd, flags.networksConfig),
  }
  const reading = await readPaths(meshFiles(paths))
  if (reading === undefined) return failed(context, 'the configuration is being changed: try again')
  const mesh = createMeshSource(paths)
  const problems = mesh.apply(reading.snapshot)
  for (const problem of problems) context.stderr.write(`pillion: ${formatProblem(problem)}\n`)
  if (!refusal(problems).ok) return 3
  const source = openSource(mesh.graph, proxy.value)
  const rendered = await resourcesOf(type => [...source.list(type).values()])
  source[Symbol.dispose]()
  context.stdout.write(
    flags.output === 'json' ? `${JSON.stringify(rendered, undefined, 2)}\n` : stringifyYaml(rendered),
  )
  // What is invalid is left out of what was rendered: a pipeline should stop there.
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0
}

/** By what `proxy-config` calls them, as proto3 JSON. */
async function resourcesOf(list: (type: string) => readonly { readonly bytes: Uint8Array }[]): Promise<JsonObject> {
  const { CDS, EDS, LDS, NDS, RDS } = await import('../xds/delivery/index.js')
  const { decode } = await import('../proto/index.js')
  const parts = { clusters: CDS, endpoints: EDS, listeners: LDS, routes: RDS, nameTable: NDS }
  return Object.fromEntries(
    Object.entries(parts).map(([name, type]) => [
      name,
      list(type).map(({ bytes }) => decode(type.slice(type.indexOf('/') + 1), bytes) as Json),
    ]),
  )
}
