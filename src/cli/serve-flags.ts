import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseDuration } from '../lang/duration.js'
import { err, ok, type Result } from '../lang/result.js'
import { type Address, parseAddress } from '../servers/address.js'
import type { ConnectionSettings } from '../servers/connections.js'
import { LOG_LEVELS, type LogLevel } from '../servers/log.js'
import { builtinInjectionFiles } from '../sources/builtin.js'
import type { CommandContext } from './command.js'

/** As commander yields them. */
export interface ServeFlags {
  readonly httpsAddr: string
  readonly httpAddr: string
  readonly monitoringAddr: string
  readonly grpcAddr: string
  readonly injectConfigFile?: string
  readonly valuesFile?: string
  readonly meshConfig?: string
  readonly meshConfigFile?: string
  readonly configDir: readonly string[]
  readonly cluster: readonly string[]
  readonly networksConfig?: string
  readonly rules?: string
  readonly revision?: string
  readonly clusterID: string
  readonly tlsCertFile?: string
  readonly tlsKeyFile?: string
  readonly dnsName: readonly string[]
  readonly stateDir: string
  readonly readyFile?: string
  readonly shutdownDuration: string
  readonly keepaliveInterval?: string
  readonly keepaliveTimeout?: string
  readonly keepaliveMaxServerConnectionAge?: string
  readonly log_output_level: string
  readonly log_as_json?: boolean
}

/** What `serve` is going to do: flags and environment checked, paths absolute. */
export interface ServePlan {
  readonly https: Address | undefined
  readonly http: Address | undefined
  readonly monitoring: Address | undefined
  readonly grpc: Address | undefined
  readonly clusters: readonly ClusterPath[]
  readonly networks: string | undefined
  readonly config: ConfigFile
  readonly values: ConfigFile
  /** Values that those of the user's own need not repeat, where the templates are the built-in ones. */
  readonly defaults: string | undefined
  readonly mesh: ConfigFile | undefined
  readonly objects: readonly string[]
  readonly rules: string | undefined
  readonly revision: string
  readonly clusterId: string
  readonly isInjecting: boolean
  readonly tls: TlsPlan
  /** What Pillion makes for itself, absolute. */
  readonly stateDir: string
  readonly readyFile: string | undefined
  readonly graceMs: number
  readonly connections: ConnectionSettings
  readonly log: { readonly level: LogLevel; readonly isJson: boolean }
}

/** Objects of a further cluster: file or folder, absolute. */
export interface ClusterPath {
  readonly id: string
  readonly path: string
}

export interface ConfigFile {
  readonly path: string
  /** For people: what it is, where it was not named. */
  readonly origin: 'given' | 'built-in' | 'mounted'
}

export type TlsPlan =
  | { readonly from: 'files'; readonly cert: string; readonly key: string }
  | { readonly from: 'state'; readonly stateDir: string; readonly names: readonly string[] }

/** Where the reference's own pod has its configuration mounted: used when it is there and no flag says otherwise. */
const MOUNTED = {
  config: 'var/lib/istio/inject/config',
  values: 'var/lib/istio/inject/values',
  mesh: 'etc/istio/config/mesh',
} as const
const OWN_NAMES = ['localhost', '127.0.0.1', '::1']

/** The error is one sentence about the first flag that cannot be meant. */
export function parseServeFlags(flags: ServeFlags, { cwd, env }: CommandContext): Result<ServePlan, string> {
  const addresses = parseAddresses(flags)
  if (!addresses.ok) return addresses
  if (flags.stateDir === '') return err('--stateDir is empty: name a folder')
  const tls = tlsPlan(flags, cwd)
  if (!tls.ok) return tls
  const files = configFiles(flags, cwd)
  if (!files.ok) return files
  const graceMs = milliseconds('--shutdownDuration', flags.shutdownDuration)
  if (!graceMs.ok) return graceMs
  const connections = connectionSettings(flags, env)
  if (!connections.ok) return connections
  const level = logLevel(flags.log_output_level)
  if (!level.ok) return level
  const clusters = parseClusters(flags.cluster, cwd)
  if (!clusters.ok) return clusters
  const revision = flags.revision ?? env['REVISION'] ?? ''
  return ok({
    ...addresses.value,
    ...files.value,
    tls: tls.value,
    stateDir: resolve(cwd, flags.stateDir),
    clusters: clusters.value,
    networks: flags.networksConfig === undefined ? undefined : resolve(cwd, flags.networksConfig),
    graceMs: graceMs.value,
    connections: connections.value,
    objects: flags.configDir.map(path => resolve(cwd, path)),
    rules: flags.rules === undefined ? undefined : resolve(cwd, flags.rules),
    revision: revision === 'default' ? '' : revision,
    clusterId: flags.clusterID,
    isInjecting: env['INJECT_ENABLED'] !== 'false',
    readyFile: flags.readyFile === undefined ? undefined : resolve(cwd, flags.readyFile),
    log: { level: level.value, isJson: flags.log_as_json === true },
  })
}

function parseAddresses(flags: ServeFlags): Result<Pick<ServePlan, 'https' | 'http' | 'monitoring' | 'grpc'>, string> {
  const https = parseAddress(flags.httpsAddr)
  if (!https.ok) return err(`--httpsAddr: ${https.error}`)
  const http = parseAddress(flags.httpAddr)
  if (!http.ok) return err(`--httpAddr: ${http.error}`)
  const monitoring = parseAddress(flags.monitoringAddr)
  if (!monitoring.ok) return err(`--monitoringAddr: ${monitoring.error}`)
  const grpc = parseAddress(flags.grpcAddr)
  if (!grpc.ok) return err(`--grpcAddr: ${grpc.error}`)
  if (https.value === undefined && http.value === undefined) {
    return err('--httpsAddr and --httpAddr are both off: there is nothing to serve on')
  }
  return ok({ https: https.value, http: http.value, monitoring: monitoring.value, grpc: grpc.value })
}

/** `id=path` of each flag. */
export function parseClusters(flags: readonly string[], cwd: string): Result<readonly ClusterPath[], string> {
  const clusters: ClusterPath[] = []
  for (const flag of flags) {
    const at = flag.indexOf('=')
    if (at < 1 || at === flag.length - 1) return err(`--cluster: "${flag}" is not id=path`)
    clusters.push({ id: flag.slice(0, at), path: resolve(cwd, flag.slice(at + 1)) })
  }
  return ok(clusters)
}

function tlsPlan({ tlsCertFile, tlsKeyFile, dnsName, stateDir }: ServeFlags, cwd: string): Result<TlsPlan, string> {
  if ((tlsCertFile === undefined) !== (tlsKeyFile === undefined)) {
    return err('--tlsCertFile and --tlsKeyFile belong together: give both or neither')
  }
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) {
    if (dnsName.length > 0)
      return err('--dnsName is for the certificate that Pillion makes, and --tlsCertFile brings one')
    return ok({ from: 'files', cert: resolve(cwd, tlsCertFile), key: resolve(cwd, tlsKeyFile) })
  }
  const bad = dnsName.find(name => !isCertificateName(name))
  if (bad !== undefined) return err(`--dnsName: "${bad}" is neither a DNS name nor an IP address`)
  return ok({ from: 'state', stateDir: resolve(cwd, stateDir), names: [...new Set([...OWN_NAMES, ...dnsName])] })
}

function isCertificateName(name: string): boolean {
  return (
    isIP(name) !== 0 ||
    (name.length <= 253 &&
      /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(name))
  )
}

function configFiles(
  flags: ServeFlags,
  cwd: string,
): Result<Pick<ServePlan, 'config' | 'values' | 'defaults' | 'mesh'>, string> {
  if (flags.meshConfig !== undefined && flags.meshConfigFile !== undefined) {
    return err('--meshConfig and --meshConfigFile mean the same: give one of them')
  }
  const builtin = builtinInjectionFiles()
  const config = fileOf(flags.injectConfigFile, MOUNTED.config, builtin?.config, cwd)
  const values = fileOf(flags.valuesFile, MOUNTED.values, builtin?.values, cwd)
  if (config === undefined)
    return err('--injectConfigFile is needed: this build has no injection configuration of its own')
  if (values === undefined) return err('--valuesFile is needed: this build has no values of its own')
  const defaults = config.origin === 'built-in' && values.origin !== 'built-in' ? builtin?.values : undefined
  return ok({
    config,
    values,
    defaults,
    mesh: fileOf(flags.meshConfig ?? flags.meshConfigFile, MOUNTED.mesh, undefined, cwd),
  })
}

function fileOf(
  given: string | undefined,
  mounted: string,
  builtin: string | undefined,
  cwd: string,
): ConfigFile | undefined {
  if (given !== undefined) return { path: resolve(cwd, given), origin: 'given' }
  if (existsSync(join(cwd, mounted))) return { path: join(cwd, mounted), origin: 'mounted' }
  return builtin === undefined ? undefined : { path: builtin, origin: 'built-in' }
}

function milliseconds(flag: string, text: string): Result<number, string> {
  const duration = parseDuration(text)
  if (!duration.ok) return err(`${flag}: ${duration.error}`)
  if (duration.value < 0n) return err(`${flag}: cannot be negative`)
  return ok(Number(duration.value / 1_000_000n))
}

/** Shorter would be an attack on our own proxies. */
const MIN_CONNECTION_MS = 1000

function connectionSettings(
  flags: ServeFlags,
  env: Readonly<Record<string, string | undefined>>,
): Result<ConnectionSettings, string> {
  const interval = milliseconds('--keepaliveInterval', flags.keepaliveInterval ?? '30s')
  if (!interval.ok) return interval
  const timeout = milliseconds('--keepaliveTimeout', flags.keepaliveTimeout ?? '10s')
  if (!timeout.ok) return timeout
  const age = milliseconds('--keepaliveMaxServerConnectionAge', flags.keepaliveMaxServerConnectionAge ?? '0s')
  if (!age.ok) return age
  for (const [flag, ms] of [
    ['--keepaliveInterval', interval.value],
    ['--keepaliveMaxServerConnectionAge', age.value],
  ] as const) {
    if (ms > 0 && ms < MIN_CONNECTION_MS) return err(`${flag}: at least 1s, or 0s for none`)
  }
  const rate = env['PILOT_MAX_REQUESTS_PER_SECOND'] ?? '0'
  if (!/^\d+(\.\d+)?$/.test(rate)) return err(`environment PILOT_MAX_REQUESTS_PER_SECOND: "${rate}" is no number`)
  return ok({
    keepaliveIntervalMs: interval.value === 0 ? undefined : interval.value,
    keepaliveTimeoutMs: timeout.value,
    maxAgeMs: age.value === 0 ? undefined : age.value,
    maxStreamsPerSecond: Number(rate),
  })
}

/** The reference also names scopes (`default:info,ads:debug`); there is one level here, that of `default` or of the bare word. */
function logLevel(text: string): Result<LogLevel, string> {
  const words = text.split(',').map(part => part.split(':'))
  const chosen = words.find(([scope, level]) => level === undefined || scope === 'default')
  const word = chosen?.[1] ?? chosen?.[0] ?? 'info'
  const level = LOG_LEVELS.find(known => known === word)
  return level === undefined ? err(`--log_output_level: "${word}" is none of ${LOG_LEVELS.join(', ')}`) : ok(level)
}
