import type { TracedKind } from '../explain/resources-all.js'
import type { ResourceOrigins } from '../explain/resources-trace.js'
import type { JsonObject } from '../lang/json.js'
import { stringifyYaml } from '../lang/yaml/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { type CommandContext, type CommandModule, type ExitCode, exitHelp, wrongUse } from './command.js'
import { inUsersWords, type MeshFlags, meshOptions, type OpenMesh, openMesh, writeProblems } from './mesh-files.js'
import { proxyIn } from './mesh-proxy.js'
import { type NodeFlags, proxyOptions } from './node-flags.js'

interface RenderFlags extends MeshFlags, NodeFlags {
  readonly output: string
  readonly explain?: boolean
  readonly clusterID: string
}

export const command: CommandModule = {
  define: (command, act) => {
    meshOptions(command)
    proxyOptions(command)
      .optionsGroup('Options:')
      .option(
        '--explain',
        'add what each resource, and each route, cluster and endpoint in it, was made from: file and line',
      )
      .option('-o, --output <format>', 'json, yaml; with --explain also short: only where things come from', 'yaml')
      .addHelpText('after', exitHelp(EXIT_CODES))
      .action(act<RenderFlags>(run))
  },
  examples: [
    { line: 'pillion render --proxy productpage-v1.shop', does: 'a first look: that pod of the sample mesh' },
    { line: 'pillion render --configDir mesh/ --proxy web-1.shop', does: 'what that pod would be sent' },
    {
      line: 'pillion render --configDir mesh/ --proxy web-1.shop --explain -o short',
      does: 'which line of which file made what',
    },
    {
      line: 'pillion render --configDir mesh/ --proxy new.shop --label app=web',
      does: 'for a proxy that is not there yet',
    },
    { line: 'pillion render --configDir mesh/ --node proxy.json#client -o json', does: 'for a Node that was recorded' },
  ],
}

const EXIT_CODES =
  '0 done; 1 done, but some configuration is invalid and was left out; 2 wrong use; 3 the configuration could not be read'
const FORMATS = ['json', 'yaml', 'short']

async function run(flags: RenderFlags, context: CommandContext): Promise<ExitCode> {
  const { output, explain = false } = flags
  if (!FORMATS.includes(output)) return wrongUse(context, `--output must be json, yaml or short, not ${output}`)
  if (output === 'short' && !explain) return wrongUse(context, '--output short shows origins: it needs --explain')
  const opened = await openMesh(flags, context)
  if (!opened.ok) return opened.error
  const { mesh, problems, named } = opened.value
  writeProblems(problems, context, named)
  const node = await proxyIn(mesh, flags, context)
  if (!node.ok) return node.error
  const { renderedOf } = await import('../explain/proxy-resources.js')
  const rendered = renderedOf(mesh.graph, node.value)
  const origins = explain ? await originsFor(opened.value, node.value, rendered) : undefined
  context.stdout.write(inUsersWords(await textOf(output, rendered, origins), context, named))
  // What is invalid is left out of what was rendered: a pipeline should stop there.
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0
}

type Rendered = Readonly<Record<string, readonly JsonObject[]>>
type Origins = readonly (readonly [kind: TracedKind, names: readonly string[], origins: readonly ResourceOrigins[]])[]

/** There is one, without a name. */
const TITLES: Partial<Record<TracedKind, string>> = { nameTable: 'name table' }
const TRACED: readonly TracedKind[] = ['clusters', 'endpoints', 'listeners', 'routes', 'nameTable']

async function originsFor({ mesh, place }: OpenMesh, node: ProxyNode, rendered: Rendered): Promise<Origins> {
  const { traceResources } = await import('../explain/resources-all.js')
  const { meshFields } = await import('../explain/visibility-facts.js')
  const { nameOf } = await import('../explain/proxy-resources.js')
  const { graph, sourceOf } = mesh
  const row = graph.engine.read(read => graph.viewRow(read, node))
  const places = { sourceOf, place, meshField: meshFields(sourceOf, place) }
  return TRACED.map(kind => {
    const resources = rendered[kind] ?? []
    return [kind, resources.map(nameOf), traceResources(graph, row, kind, resources, places)] as const
  })
}

async function textOf(output: string, rendered: Rendered, origins: Origins | undefined): Promise<string> {
  if (output === 'short' && origins !== undefined) {
    const { resourceOriginsText } = await import('../explain/resources-text.js')
    return origins
      .flatMap(([kind, names, list]) =>
        list.map((each, i) =>
          resourceOriginsText(`${TITLES[kind] ?? kind} ${names[i]}`.trim(), rendered[kind]?.[i] ?? null, each),
        ),
      )
      .join('\n')
  }
  // Through text, so that what is undefined is left out and all is plain JSON.
  const json = JSON.stringify(
    origins === undefined
      ? rendered
      : {
          ...rendered,
          origins: Object.fromEntries(
            origins.map(([kind, names, list]) => [kind, list.map((each, i) => ({ name: names[i], ...each }))]),
          ),
        },
    undefined,
    2,
  )
  return output === 'json' ? `${json}\n` : stringifyYaml(JSON.parse(json) as JsonObject)
}
