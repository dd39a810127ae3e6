import type { Command } from 'commander'
import type { ProxyResources } from '../explain/config-dump.js'
import {
  allTables,
  LISTENER_TYPES,
  type ProxyConfigFilter,
  type SectionName,
  sectionOf,
  sectionTable,
} from '../explain/proxy-config/index.js'
import type { Json } from '../lang/json.js'
import { type CommandContext, type CommandModule, type ExitCode, exitHelp, wrongUse } from './command.js'
import { meshOptions } from './mesh-files.js'
import { PROXY_TYPES, proxyOptions } from './node-flags.js'
import { type ProxySourceFlags, resourcesFor } from './proxy-source.js'
import { DEFAULT_SERVER } from './running-server.js'

/** As commander yields them; a section has its own filters only. */
interface ProxyConfigFlags extends ProxySourceFlags, Omit<ProxyConfigFilter, 'type' | 'cluster'> {
  readonly output: string
}

interface Shown {
  readonly section: SectionName | 'all'
  readonly aliases: readonly string[]
  readonly summary: string
  /** Declares the section's filters. */
  readonly filters: (command: Command) => unknown
}

const EXIT_CODES =
  '0 done, also where nothing fits; 1 done, but some configuration of the files is invalid and was left out; 2 wrong use; 3 no server, no such proxy, or something could not be read'

const SHOWN: readonly Shown[] = [
  {
    section: 'clusters',
    aliases: ['cluster', 'c'],
    summary: 'Print where a proxy can send traffic',
    filters: command =>
      command
        .option('--fqdn <text>', 'only clusters whose host has this in it')
        .option('--port <number>', 'only clusters of this port of a service')
        .option('--direction <direction>', 'only inbound or outbound')
        .option('--subset <name>', 'only clusters of this subset'),
  },
  {
    section: 'listeners',
    aliases: ['listener', 'l'],
    summary: 'Print where a proxy takes traffic, and where that goes',
    filters: command =>
      redescribe(
        command
          .option('--address <address>', 'only listeners on this address')
          .option('--port <number>', 'only listeners on this port'),
        '--type',
        `only listeners of this type: ${LISTENER_TYPES.join(', ')}; or that of the proxy: sidecar, router`,
      ),
  },
  {
    section: 'routes',
    aliases: ['route', 'r'],
    summary: 'Print how a proxy routes HTTP requests',
    filters: command => command.option('--name <name>', 'only the route configuration of this name, such as 80'),
  },
  {
    section: 'endpoints',
    aliases: ['endpoint', 'ep'],
    summary: 'Print the addresses behind the clusters of a proxy',
    filters: command =>
      redescribe(
        command
          .option('--address <address>', 'only endpoints with this address')
          .option('--port <number>', 'only endpoints with this port')
          .option('--status <status>', 'only endpoints of this status: HEALTHY, UNHEALTHY, DRAINING'),
        '--cluster',
        'only endpoints of this cluster, by its whole name; or ID=PATH: objects of one more cluster',
      ),
  },
  { section: 'all', aliases: ['a'], summary: 'Print all of that', filters: () => {} },
]

export const command: CommandModule = {
  define: (command, act) => {
    for (const { section, aliases, summary, filters } of SHOWN) {
      const sub = command
        .command(section)
        .aliases(aliases)
        .summary(summary)
        .description(`${summary}: of a running server, from configuration files, or from a dump of Envoy.`)
        .argument('[name.namespace]', 'the proxy')
        .option('-o, --output <format>', 'short (a table), json or yaml', 'short')
        .optionsGroup('Where from:')
        .option('--server <host:port>', 'HTTP address of the running pillion serve', DEFAULT_SERVER)
        .option(
          '-f, --file <path>',
          'a dump: of Envoy’s /config_dump?include_eds, or of /debug/config_dump; - is stdin',
        )
      proxyOptions(meshOptions(sub, 'The mesh (in place of a server):'))
      filters(sub.optionsGroup('Only some:'))
      sub
        .addHelpText('after', exitHelp(EXIT_CODES))
        .action(act<ProxyConfigFlags>((flags, context, [name]) => show(section, { ...flags, ...named(name) }, context)))
    }
  },
  examples: [
    { line: 'pillion proxy-config clusters web-1.shop', does: 'where it can send traffic, as the server has it' },
    { line: 'pillion proxy-config routes web-1.shop --name 80 -o yaml', does: 'one route configuration, whole' },
    { line: 'pillion proxy-config listeners web-1.shop --configDir mesh/', does: 'from files, without a server' },
    {
      line: 'curl -s localhost:15000/config_dump?include_eds | pillion proxy-config endpoints -f -',
      does: 'what an Envoy really has',
    },
  ],
}

function named(proxy: string | undefined): { readonly proxy?: string } {
  return proxy === undefined ? {} : { proxy }
}

/** A flag that this section gives a second meaning: its values tell them apart. */
function redescribe(command: Command, flag: string, description: string): void {
  const option = command.options.find(({ long }) => long === flag)
  if (option !== undefined) option.description = description
}

async function show(section: Shown['section'], flags: ProxyConfigFlags, context: CommandContext): Promise<ExitCode> {
  const { output } = flags
  if (output !== 'short' && output !== 'json' && output !== 'yaml')
    return wrongUse(context, `--output must be short, json or yaml, not ${output}`)
  const wrong = wrongFilter(flags) ?? wrongType(section, flags.type)
  if (wrong !== undefined) return wrongUse(context, wrong)
  const { filter, source } = split(section, flags)
  const found = await resourcesFor(source, context)
  if (!found.ok) return found.error
  const { resources, isPartial } = found.value
  context.stdout.write(await printed(section, resources, filter, output))
  if (section !== 'all' && sectionOf(resources, section, filter).length === 0)
    context.stderr.write(`pillion: ${nothingFits(section, resources[section].length)}\n`)
  return isPartial ? 1 : 0
}

function wrongFilter({ port, direction }: Pick<ProxyConfigFlags, 'port' | 'direction'>): string | undefined {
  if (port !== undefined && !/^\d+$/.test(port)) return `--port takes a number, not "${port}"`
  if (direction !== undefined && !/^(in|out)bound$/i.test(direction))
    return `--direction is inbound or outbound, not "${direction}"`
  return undefined
}

/** Of a proxy that a server or a dump has, nobody else would look at it. */
function wrongType(section: Shown['section'], type: string): string | undefined {
  const ofListeners = section === 'listeners' ? LISTENER_TYPES : []
  if (PROXY_TYPES.some(each => each === type) || ofListeners.some(each => each === type.toUpperCase())) return undefined
  return `--type must be one of ${[...PROXY_TYPES, ...ofListeners].join(', ')}, not ${type}`
}

function nothingFits(section: SectionName, count: number): string {
  return count === 0 ? `the proxy has no ${section}` : `none of the ${count} ${section} of the proxy fits these filters`
}

/** Filters, and flags that say where the proxy's configuration comes from. */
function split(
  section: Shown['section'],
  flags: ProxyConfigFlags,
): { readonly filter: ProxyConfigFilter; readonly source: ProxySourceFlags } {
  const { type, cluster, ...rest } = flags
  const isListenerType = section === 'listeners' && LISTENER_TYPES.some(each => each === type.toUpperCase())
  const clusterName = section === 'endpoints' ? cluster.findLast(value => !value.includes('=')) : undefined
  return {
    filter: {
      ...rest,
      ...(isListenerType ? { type } : {}),
      ...(clusterName === undefined ? {} : { cluster: clusterName }),
    },
    source: {
      ...rest,
      type: isListenerType ? 'sidecar' : type,
      cluster: section === 'endpoints' ? cluster.filter(value => value.includes('=')) : cluster,
    },
  }
}

async function printed(
  section: Shown['section'],
  resources: ProxyResources,
  filter: ProxyConfigFilter,
  output: 'short' | 'json' | 'yaml',
): Promise<string> {
  if (output === 'short') return section === 'all' ? allTables(resources) : sectionTable(resources, section, filter)
  const { configDump } = await import('../explain/config-dump.js')
  const value: Json = section === 'all' ? configDump(resources) : [...sectionOf(resources, section, filter)]
  if (output === 'json')
    return `${JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item), 2)}\n`
  const { stringifyYaml } = await import('../lang/yaml/index.js')
  return stringifyYaml(value)
}
