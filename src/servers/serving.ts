import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { type Address, formatAddress } from './address.js'
import { type AdmissionRoute, admissionRoute } from './admission.js'
import { logAdmissions, observers } from './admission-log.js'
import { answerInjection } from './injection.js'
import {
  type InjectionFiles,
  type InjectionSource,
  type InjectionSurroundings,
  openInjection,
} from './injection-source.js'
import type { CheckedPair } from './key-pair.js'
import { type Listener, listenPlain, listenSecure } from './listener.js'
import { errorText, type Log, listed } from './log.js'
import type { Metrics } from './metrics.js'
import { createRouter, plain, type Route } from './router.js'
import type { TlsListener, TlsSource } from './tls-source.js'

/** What to serve. An address that is undefined is off; with `https` off the webhook answers on `http`. */
export interface ServingSettings {
  readonly https: Address | undefined
  readonly http: Address | undefined
  readonly monitoring: Address | undefined
  readonly injection: InjectionFiles
  readonly around: InjectionSurroundings
  /** False leaves the injection webhook out (INJECT_ENABLED). */
  readonly isInjecting: boolean
  readonly openTls: (listener: TlsListener) => Promise<Result<TlsSource, string>>
  /** Webhooks besides the injector's, and what closes their sources. */
  readonly extras: readonly AdmissionRoute[]
  /** Further pages of the HTTP address, such as `/debug/…`. */
  readonly pages: readonly Route[]
  /** What `/` on the HTTP address shows. */
  readonly startPage: (bound: Bound) => Route['answer']
  readonly version: string
}

/** Addresses really bound. */
export interface Bound {
  readonly https?: Address
  readonly http?: Address
  readonly monitoring?: Address
  /** ADS, where it is served. */
  readonly grpc?: Address
}

export interface Serving {
  readonly bound: Bound
  readonly injection: InjectionSource
  readonly tls: TlsSource | undefined
  /** Not ready from now on; what is in flight finishes within `graceMs`; then everything is closed. */
  readonly stop: (graceMs: number) => Promise<void>
}

export interface ServingOutput {
  readonly log: Log
  readonly metrics: Metrics
}

/** Opens sources, then addresses; says ready when all of them listen. The error is what kept it from starting, line by line. */
export async function openServing(
  settings: ServingSettings,
  { log, metrics }: ServingOutput,
): Promise<Result<Serving, readonly string[]>> {
  const state: State = { isReady: false, isStopping: false, listeners: [], bound: {}, close: [] }
  const injection = await openInjection(
    settings.injection,
    settings.around,
    reloadListener('configuration', { log, metrics }),
  )
  if (!injection.ok) return err(injection.error.map(formatProblem))
  state.close.push(injection.value.close)
  warn(log, injection.value.current().warnings)

  const webhooks = webhookRoutes(settings, injection.value, { log, metrics })
  const tls = await openAddresses(settings, webhooks, state, { log, metrics })
  if (!tls.ok) {
    await closeAll(state, 0)
    return err([tls.error])
  }
  state.isReady = true
  const stop = async (graceMs: number): Promise<void> => {
    state.isReady = false
    state.isStopping = true
    await closeAll(state, graceMs)
  }
  return ok({ bound: state.bound, injection: injection.value, tls: tls.value, stop })
}

interface State {
  isReady: boolean
  isStopping: boolean
  bound: Bound
  readonly listeners: Listener[]
  readonly close: (() => void)[]
}

interface ReloadListener {
  readonly onReload: (changed: readonly string[], live: { readonly warnings: readonly Problem[] }) => void
  readonly onProblems: (problems: readonly Problem[]) => void
}

/** Tells log and metric what became of a change on disk. `what` begins the sentences: `configuration`, `rules`. */
export function reloadListener(what: string, { log, metrics }: ServingOutput): ReloadListener {
  return {
    onReload: (changed, live) => {
      metrics.configurationIsCurrent(what, true)
      log.info(`${what} reloaded`, { changed: listed(changed) })
      warn(log, live.warnings)
    },
    onProblems: problems => {
      metrics.configurationIsCurrent(what, false)
      for (const problem of problems) log.error(formatProblem(problem), { code: problem.code })
      log.error(`${what} not reloaded: the last good state stays in use`, { problems: problems.length })
    },
  }
}

function warn(log: Log, problems: readonly Problem[]): void {
  for (const problem of problems) log.warn(formatProblem(problem), { code: problem.code })
}

function webhookRoutes(settings: ServingSettings, source: InjectionSource, { log, metrics }: ServingOutput): Route[] {
  const onBug = (error: unknown): void => log.error(bugText(error))
  const injection: AdmissionRoute = {
    path: '/inject',
    decide: (review, path) => answerInjection(source.current(), review, path),
    observe: observers(metrics.injection, logAdmissions(log, 'inject')),
  }
  const all = settings.isInjecting ? [injection, ...settings.extras] : settings.extras
  return all.map(route => admissionRoute(route, onBug))
}

function bugText(error: unknown): string {
  return `internal error, please report it: ${errorText(error)}`
}

async function openAddresses(
  settings: ServingSettings,
  webhooks: readonly Route[],
  state: State,
  output: ServingOutput,
): Promise<Result<TlsSource | undefined, string>> {
  const ready = readyRoute(state)
  const options = {
    onBug: (error: unknown, path: string) => output.log.error(bugText(error), { path }),
    isStopping: () => state.isStopping,
  }
  const opened =
    settings.https === undefined
      ? ok(undefined)
      : await openSecure(settings, [...webhooks, ready], state, output, options)
  if (!opened.ok) return opened
  if (settings.monitoring !== undefined) {
    const routes = monitoringRoutes(output.metrics, settings.version)
    const listener = await listenPlain(createRouter(routes, options), settings.monitoring)
    if (!listener.ok) return err(`monitoring: ${listener.error}`)
    keep(state, 'monitoring', listener.value)
  }
  if (settings.http !== undefined) {
    const start: Route = { path: '/', scope: 'exact', answer: request => settings.startPage(state.bound)(request) }
    const routes = [start, ready, healthRoute(), ...settings.pages, ...(settings.https === undefined ? webhooks : [])]
    const listener = await listenPlain(createRouter(routes, options), settings.http)
    if (!listener.ok) return err(`http: ${listener.error}`)
    keep(state, 'http', listener.value)
  }
  return opened
}

async function openSecure(
  settings: ServingSettings,
  routes: readonly Route[],
  state: State,
  { log, metrics }: ServingOutput,
  options: Parameters<typeof createRouter>[1],
): Promise<Result<TlsSource, string>> {
  let usePair: (pair: CheckedPair) => void = () => {}
  const tls = await settings.openTls({
    onPair: pair => {
      usePair(pair)
      metrics.certificateExpires(pair.notAfter)
      log.info('serving certificate replaced', { notAfter: pair.notAfter.toISOString() })
    },
    onProblem: message => log.error(`serving certificate not replaced, the one before stays in use: ${message}`),
  })
  if (!tls.ok) return tls
  state.close.push(tls.value.close)
  metrics.certificateExpires(tls.value.pair.notAfter)
  const listener = await listenSecure(createRouter(routes, options), settings.https!, tls.value.pair)
  if (!listener.ok) return err(`https: ${listener.error}`)
  usePair = listener.value.useKeyPair
  keep(state, 'https', listener.value)
  return tls
}

function keep(state: State, name: keyof Bound, listener: Listener): void {
  state.listeners.push(listener)
  state.bound = { ...state.bound, [name]: listener.address }
}

async function closeAll(state: State, graceMs: number): Promise<void> {
  await Promise.all(state.listeners.map(listener => listener.stop(graceMs)))
  for (const close of state.close) close()
}

function readyRoute(state: State): Route {
  return {
    path: '/ready',
    scope: 'exact',
    answer: () => (state.isReady ? plain(200, 'ready') : plain(503, state.isStopping ? 'shutting down' : 'starting')),
  }
}

function healthRoute(): Route {
  return { path: '/healthz', scope: 'exact', answer: () => plain(200, 'ok') }
}

function monitoringRoutes({ registry }: Metrics, version: string): Route[] {
  return [
    {
      path: '/metrics',
      scope: 'exact',
      answer: async () => ({
        status: 200,
        headers: { 'content-type': registry.contentType },
        body: await registry.metrics(),
      }),
    },
    { path: '/version', scope: 'exact', answer: () => plain(200, version) },
  ]
}

/** `https://127.0.0.1:15017`; an address that stands for every interface is shown as localhost, which a browser can open. */
export function urlOf(scheme: 'http' | 'https', address: Address): string {
  const isAny = address.host === '' || address.host === '::' || address.host === '0.0.0.0'
  return `${scheme}://${formatAddress({ ...address, host: isAny ? 'localhost' : address.host })}`
}
