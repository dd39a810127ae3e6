import type { CommandModule } from './command.js'

/** Headings of `pillion --help`, in this order. */
type CommandGroup = 'Run:' | 'Work on manifests:' | 'Understand:' | 'Set up:'

export interface CommandRow {
  readonly name: string
  readonly alias?: string
  readonly group: CommandGroup
  /** One line, starting with a verb. */
  readonly summary: string
  /** For the project's own use: works, but `--help` does not list it. */
  readonly isHidden?: boolean
  /** Loaded only when the command is named: starting `inject` must not pay for `serve`. */
  readonly load: () => Promise<{ readonly command: CommandModule }>
}

/** Every command, in the order in which `--help` lists it. A new command is a file beside this one and a row here. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'serve',
    group: 'Run:',
    summary: 'Run webhook and control plane, with no cluster and no arguments if you like',
    load: () => import('./serve.js'),
  },
  {
    name: 'inject',
    alias: 'kube-inject',
    group: 'Work on manifests:',
    summary: 'Add the sidecar to workloads in manifests',
    load: () => import('./inject.js'),
  },
  {
    name: 'uninject',
    group: 'Work on manifests:',
    summary: 'Take the sidecar out of manifests again',
    load: () => import('./uninject.js'),
  },
  {
    name: 'mutate',
    group: 'Work on manifests:',
    summary: 'Apply interception rules of your own to manifests',
    load: () => import('./mutate.js'),
  },
  {
    name: 'bootstrap',
    group: 'Set up:',
    summary: 'Print what a stock Envoy starts with to join the mesh',
    load: () => import('./bootstrap.js'),
  },
  {
    name: 'render',
    group: 'Understand:',
    summary: 'Print what a proxy would be sent, from files, without a server',
    load: () => import('./render.js'),
  },
  {
    name: 'proxy-status',
    alias: 'ps',
    group: 'Understand:',
    summary: 'Print which proxies are in sync, and what they refused and why',
    load: () => import('./proxy-status.js'),
  },
  {
    name: 'proxy-config',
    alias: 'pc',
    group: 'Understand:',
    summary: 'Print clusters, listeners, routes and endpoints of a proxy',
    load: () => import('./proxy-config.js'),
  },
  {
    name: 'diff',
    group: 'Understand:',
    summary: 'Tell what a change of configuration would change at which proxies, and why',
    load: () => import('./diff.js'),
  },
  {
    name: 'explain',
    group: 'Understand:',
    summary: 'Explain decisions: injection of a pod, hosts that a proxy knows, the way of a request',
    load: () => import('./explain.js'),
  },
  {
    name: 'webhook',
    group: 'Set up:',
    summary: 'Print what makes an API server call the rules',
    load: () => import('./webhook.js'),
  },
  {
    name: 'validate',
    group: 'Understand:',
    summary: 'Check configuration as the control plane would, before it does',
    load: () => import('./validate.js'),
  },
]
