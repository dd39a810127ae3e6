import { rename, writeFile } from 'node:fs/promises'
import { formatProblem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import type { AdmissionRoute } from '../servers/admission.js'
import type { ControlPlane, ControlPlaneSettings } from '../servers/control-plane.js'
import type { InjectionSource } from '../servers/injection-source.js'
import type { Log } from '../servers/log.js'
import type { StartPage } from '../servers/pages.js'
import type { Route } from '../servers/router.js'
import type { Bound, ServingOutput, ServingSettings } from '../servers/serving.js'
import type { TlsListener } from '../servers/tls-source.js'
import {
  type CommandContext,
  type CommandModule,
  collect,
  type ExitCode,
  failed,
  type StopSignal,
  wrongUse,
} from './command.js'
import type { ServeFlags, ServePlan, TlsPlan } from './serve-flags.js'

export const command: CommandModule = {
  exitCodes:
    '0 stopped by SIGTERM or Ctrl-C; 2 wrong use; 3 it could not start; 130/143 a second signal ended it at once',
  examples: [
    { line: 'pillion serve', does: 'built-in configuration, the sample mesh, own certificates, loopback only' },
    {
      line: 'pillion serve --configDir mesh/ --meshConfig mesh.yaml',
      does: 'the control plane of your mesh, from files',
    },
    {
      line: 'pillion serve --injectConfigFile config.yaml --valuesFile values.json',
      does: 'a stock ConfigMap, as files',
    },
    { line: 'pillion serve --httpsAddr :15017 --dnsName istiod.istio-system.svc', does: 'reachable by an API server' },
    {
      line: 'pillion serve --tlsCertFile tls.crt --tlsKeyFile tls.key',
      does: 'your certificate, reloaded when it changes',
    },
  ],
  define: (command, act) => {
    command
      .optionsGroup('Addresses (host:port; :port is every interface, port 0 any free one, "" off):')
      .option('--httpsAddr <address>', 'the webhook, HTTPS', '127.0.0.1:15017')
      .option(
        '--httpAddr <address>',
        'readiness and start page; the webhook too when --httpsAddr is off',
        '127.0.0.1:8080',
      )
      .option('--monitoringAddr <address>', 'metrics and version', '127.0.0.1:15014')
      .option('--grpcAddr <address>', 'ADS for proxies, plaintext; SDS too on loopback', '127.0.0.1:15010')
      .optionsGroup('Configuration (files are watched; a bad edit leaves the last good state in use):')
      .option('--injectConfigFile <file>', 'injection configuration, the ConfigMap key `config`')
      .option('--valuesFile <file>', 'values, the ConfigMap key `values`')
      .option('--meshConfig <file>', 'mesh configuration; its configSources (fs:///folder) are read like --configDir')
      .option('--meshConfigFile <file>', 'the same, as inject calls it')
      .option(
        '--configDir <path>',
        'Istio and Kubernetes objects: file or folder (repeatable; default: samples/bookinfo)',
        collect,
        [],
      )
      .option('--cluster <id=path>', 'Kubernetes objects of one more cluster (repeatable)', collect, [])
      .option('--networksConfig <file>', 'networks of the mesh and their gateways')
      .option('--rules <file>', 'interception rules, served at /mutate')
      .option('-r, --revision <name>', 'control plane revision (default: environment REVISION)')
      .option('--clusterID <id>', 'id of the home cluster', 'Kubernetes')
      .optionsGroup('Connections of proxies:')
      .option('--keepaliveInterval <duration>', 'how often each is pinged; 0s: never (default: 30s)')
      .option('--keepaliveTimeout <duration>', 'without an answer for so long it is closed (default: 10s)')
      .option(
        '--keepaliveMaxServerConnectionAge <duration>',
        'one that is older is asked to come again (default: however old)',
      )
      .optionsGroup('Certificates:')
      .option('--tlsCertFile <file>', 'certificate chain in PEM form; with --tlsKeyFile')
      .option('--tlsKeyFile <file>', 'its private key')
      .option('--dnsName <name>', 'name or address in the certificate that Pillion makes (repeatable)', collect, [])
      .option('--stateDir <dir>', 'where what Pillion makes for itself is kept', './.pillion')
      .optionsGroup('Process:')
      .option('--readyFile <file>', 'once ready, write one JSON object with the addresses really bound')
      .option('--shutdownDuration <duration>', 'how long requests in flight may take to finish', '10s')
      .option('--log_output_level <level>', 'none, error, warn, info or debug', 'info')
      .option('--log_as_json', 'one JSON object per line')
      .action(act<ServeFlags>(run))
  },
}

async function run(flags: ServeFlags, context: CommandContext): Promise<ExitCode> {
  const { parseServeFlags } = await import('./serve-flags.js')
  const plan = parseServeFlags(flags, context)
  if (!plan.ok) return wrongUse(context, `${plan.error} (see pillion serve --help)`)
  const { withConfigSources } = await import('./serve-mesh.js')
  const whole = await withConfigSources(plan.value)
  if (!whole.ok) return failed(context, ['cannot start', ...whole.error].join('\n  '))
  return serve(whole.value, context)
}

async function serve(plan: ServePlan, context: CommandContext): Promise<ExitCode> {
  const { holdBackCompiler } = await import('../servers/compiler.js')
  holdBackCompiler()
  const { createLog } = await import('../servers/log.js')
  const log = createLog({ ...plan.log, write: text => context.stderr.write(text), now: context.now, scope: 'serve' })
  if (openLogs.size === 0) process.on('exit', flushLogs)
  openLogs.add(log)
  try {
    return await serveWith(log, plan, context)
  } finally {
    openLogs.delete(log)
    if (openLogs.size === 0) process.off('exit', flushLogs)
  }
}

/** Of all servers in this process: tests run many at once. */
const openLogs = new Set<Log>()

/** Lines wait some milliseconds for others; the last ones before a crash are those that somebody will look for. */
function flushLogs(): void {
  for (const log of openLogs) log.flush()
}

async function serveWith(log: Log, plan: ServePlan, context: CommandContext): Promise<ExitCode> {
  const { createMetrics } = await import('../servers/metrics.js')
  const { openServing } = await import('../servers/serving.js')
  const { bannerText, describe } = await import('./serve-banner.js')
  const metrics = createMetrics({ withProcess: plan.monitoring !== undefined })
  // From here on a signal is kept, should it come before everything is up.
  const stop = stopSignal(context)
  const refuse = (errors: readonly string[]): ExitCode => {
    log.flush()
    stop.forget()
    const lines = errors.map(error => `  ${error}\n`).join('')
    return failed(context, `cannot start\n${lines}${hint(errors)}`.trimEnd())
  }
  const extras = await openExtras(plan, context, { log, metrics })
  if (!extras.ok) return refuse(extras.error)
  const { countMesh, servedMesh, watchConfigSources } = await import('./serve-mesh.js')
  const mesh = servedMesh(plan)
  let injection: InjectionSource | undefined
  const plane = await openPlane(plan, { paths: mesh.paths, injection: () => injection?.current() }, context, {
    log,
    metrics,
  })
  if (!plane.ok) {
    extras.value.close()
    return refuse(plane.error)
  }
  const withAds = (bound: Bound): Bound => (plane.value === undefined ? bound : { ...bound, grpc: plane.value.address })
  const page = (bound: Bound): StartPage => {
    const loaded = plane.value === undefined ? undefined : { ...mesh, counts: countMesh(plane.value.objects()) }
    return describe(plan, withAds(bound), loaded, context)
  }
  const pages = plane.value?.routes ?? []
  const settings = await settingsOf(plan, { extras: extras.value.routes, pages, page }, context)
  const opened = await openServing(settings, { log, metrics })
  if (!opened.ok) {
    extras.value.close()
    await plane.value?.close()
    return refuse(opened.error)
  }
  injection = opened.value.injection
  const { stop: close } = opened.value
  const unwatch = await watchConfigSources(plan, log)
  const bound = withAds(opened.value.bound)
  context.stdout.write(bannerText(page(bound)))
  const isWritten = plan.readyFile === undefined || (await writeReadyFile(plan.readyFile, bound, context))
  if (isWritten) log.info('shutting down: no new connections, requests in flight finish', { signal: await stop.signal })
  log.flush()
  unwatch()
  await Promise.all([close(plan.graceMs), plane.value?.close()])
  extras.value.close()
  log.info('stopped')
  log.flush()
  stop.forget()
  return isWritten ? 0 : 3
}

interface Pages {
  readonly extras: readonly AdmissionRoute[]
  readonly pages: readonly Route[]
  readonly page: (bound: Bound) => StartPage
}

async function settingsOf(
  plan: ServePlan,
  { extras, pages, page }: Pages,
  context: CommandContext,
): Promise<ServingSettings> {
  const { startPage } = await import('../servers/pages.js')
  const { templateHost } = await import('./template-host.js')
  const { env } = context
  return {
    https: plan.https,
    http: plan.http,
    monitoring: plan.monitoring,
    injection: {
      config: plan.config.path,
      values: plan.values.path,
      ...(plan.defaults === undefined ? {} : { defaults: plan.defaults }),
      objects: plan.objects,
      areObjectsChecked: plan.grpc !== undefined,
      ...(plan.mesh === undefined ? {} : { mesh: plan.mesh.path }),
    },
    around: {
      revision: plan.revision,
      clusterId: plan.clusterId,
      environment: {
        nativeSidecars: env['ENABLE_NATIVE_SIDECARS'] ?? 'auto',
        platform: env['PLATFORM'] ?? '',
        compliancePolicy: env['COMPLIANCE_POLICY'] ?? '',
        variables: new Map(
          Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        ),
      },
      host: templateHost(context),
    },
    isInjecting: plan.isInjecting,
    openTls: listener => openTls(plan.tls, context, listener),
    extras,
    pages,
    startPage: bound => () => startPage(page(bound)),
    version: context.version,
  }
}

/** The control plane, unless its address is off. */
async function openPlane(
  plan: ServePlan,
  of: Pick<ControlPlaneSettings, 'paths' | 'injection'>,
  { now, version, env }: CommandContext,
  { log, metrics }: ServingOutput,
): Promise<Result<ControlPlane | undefined, readonly string[]>> {
  if (plan.grpc === undefined) return ok(undefined)
  const { openControlPlane } = await import('../servers/control-plane.js')
  const identity = { component: 'pillion', id: env['POD_NAME'] || 'pillion', info: { version } }
  const settings = {
    grpc: plan.grpc,
    ...of,
    stateDir: plan.stateDir,
    now: () => now().getTime(),
    identity,
    connections: plan.connections,
    isAdministered: /^(1|t|true)$/i.test(env['UNSAFE_ENABLE_ADMIN_ENDPOINTS'] ?? ''),
  }
  return openControlPlane(settings, { log, registry: metrics.registry })
}

interface Extras {
  readonly routes: readonly AdmissionRoute[]
  readonly close: () => void
}

/** The rules of `--rules`, watched like everything else. */
async function openExtras(
  { rules, objects }: ServePlan,
  context: CommandContext,
  output: ServingOutput,
): Promise<Result<Extras, readonly string[]>> {
  if (rules === undefined) return ok({ routes: [], close: () => {} })
  const { openRules } = await import('../servers/rules-source.js')
  const { observeRules, rulesRoute } = await import('../servers/rules-webhook.js')
  const { logAdmissions } = await import('../servers/admission-log.js')
  const { reloadListener } = await import('../servers/serving.js')
  const { ruleFunctions } = await import('../rules/index.js')
  const { templateHost } = await import('./template-host.js')
  const source = await openRules(
    { rules, objects },
    ruleFunctions(templateHost(context)),
    reloadListener('rules', output),
  )
  if (!source.ok) return err(source.error.map(formatProblem))
  const { log, metrics } = output
  const route = rulesRoute(source.value, observeRules(metrics.registry, log))
  return ok({ routes: [{ ...route, observe: logAdmissions(log, 'mutate') }], close: source.value.close })
}

async function openTls(plan: TlsPlan, { now }: CommandContext, listener: TlsListener) {
  const { certificateFromFiles, ownCertificate } = await import('../servers/tls-source.js')
  return plan.from === 'files'
    ? certificateFromFiles({ ...plan, now }, listener)
    : ownCertificate({ ...plan, now }, listener)
}

/** The first signal is for a graceful end; whoever sends a second one does not want to wait for it. */
function stopSignal(context: CommandContext) {
  let forget = (): void => {}
  let isStopping = false
  const signal = new Promise<StopSignal>(resolve => {
    forget = context.onStop(name => {
      if (isStopping) context.forceExit(name === 'SIGINT' ? 130 : 143)
      isStopping = true
      resolve(name)
    })
  })
  return { signal, forget: () => forget() }
}

function hint(errors: readonly string[]): string {
  const inUse = errors.map(error => /^(\w+): .* is in use/.exec(error)?.[1]).find(name => name !== undefined)
  if (inUse === undefined) return ''
  return `Another server runs there, perhaps another pillion serve. --${inUse}Addr takes another port, and port 0 any free one.\n`
}

/** Whole or not at all, since others wait for it to appear. */
async function writeReadyFile(path: string, bound: Bound, context: CommandContext): Promise<boolean> {
  const { formatAddress } = await import('../servers/address.js')
  const addresses = Object.fromEntries(Object.entries(bound).map(([name, address]) => [name, formatAddress(address)]))
  try {
    await writeFile(`${path}.part`, `${JSON.stringify(addresses)}\n`)
    await rename(`${path}.part`, path)
    return true
  } catch (error) {
    failed(context, `cannot write ${path}: ${(error as Error).message}`)
    return false
  }
}
