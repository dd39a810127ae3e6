// A real `pillion serve` with a mesh of N services, and M proxies that ask for everything over ADS: what it takes to bring them
// all up, and what one change costs until the last proxy has it. Against what the reference took on two cores of the same kind.
import { describe, type Measured, measure, type Reference, type Scenario } from './mesh/measure.js'
import { table } from './mesh/text.js'

/** Two cores, 1,000 services. No count of bytes where it is 0. */
const UNSCOPED_100: Reference = {
  warm: { ms: 4300, cpuMs: 7300, bytes: 0, mib: 518 },
  endpoint: { ms: 685, cpuMs: 400, bytes: 0 },
  route: { ms: 1170, cpuMs: 1200, bytes: 53e6 },
}
const SCOPED_1000: Reference = {
  warm: { ms: 5100, cpuMs: 8300, bytes: 0, mib: 1051 },
  endpoint: { ms: 670, cpuMs: 600, bytes: 0 },
  route: { ms: 720, cpuMs: 600, bytes: 6.3e6 },
}

const DEFAULTS: readonly Scenario[] = [
  { services: 1000, proxies: 100, isScoped: false, protocol: 'delta', reference: UNSCOPED_100 },
  { services: 1000, proxies: 1000, isScoped: true, protocol: 'delta', reference: SCOPED_1000 },
]

function short(services: number, proxies: number, isScoped: boolean): Scenario {
  return { services, proxies, isScoped, protocol: 'delta', isShort: true }
}

/** `--growth`: one size grows, the other stays. Those come last that take longest. */
const GROWTH: readonly Scenario[] = [
  ...[100, 500, 1000, 2000].map(proxies => short(1000, proxies, true)),
  ...[100, 500, 2000, 5000].map(services => short(services, 500, true)),
  ...[100, 1000, 5000].map(services => short(services, 100, false)),
  ...[500, 1000, 2000].map(proxies => short(1000, proxies, false)),
]
/** For all sizes of `--growth` together; what it does not suffice for is left out, and said. */
const MINUTES = 20

/** Flags: `--growth [--minutes=N]`; `--services=N --proxies=M --scoped --sotw --vhds` for one run of that size. */
export async function run(flags: readonly string[] = []): Promise<void> {
  if (flags.includes('--growth')) await growth(numberOf(flags, 'minutes', MINUTES))
  else for (const scenario of flags.length === 0 ? DEFAULTS : [scenarioOf(flags)]) await measure(scenario)
}

function numberOf(flags: readonly string[], name: string, otherwise: number): number {
  return Number(flags.find(flag => flag.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise)
}

function scenarioOf(flags: readonly string[]): Scenario {
  return {
    services: numberOf(flags, 'services', 1000),
    proxies: numberOf(flags, 'proxies', 100),
    isScoped: flags.includes('--scoped'),
    protocol: flags.includes('--sotw') ? 'sotw' : 'delta',
    discoversHosts: flags.includes('--vhds'),
  }
}

/** A size that fails is said, and the others are measured all the same. */
async function growth(minutes: number): Promise<void> {
  const until = performance.now() + minutes * 60_000
  const rows: (readonly string[])[] = []
  for (const scenario of GROWTH) {
    const isOver = performance.now() > until
    const found = isOver ? `not measured: ${minutes} minutes were over` : await tried(scenario, until)
    if (typeof found === 'string') console.log(`  ${describe(scenario)}: ${found}`)
    rows.push([...sizeOf(scenario), ...(typeof found === 'string' ? Array<string>(9).fill('-') : cellsOf(found))])
  }
  console.log(`\nOf the changes the third of its kind; CPU of the server, all its threads.\n\n${table(HEAD, rows)}`)
}

async function tried(scenario: Scenario, until: number): Promise<Measured | string> {
  try {
    return await measure(scenario, until)
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`
  }
}

const HEAD = [
  ...['services', 'proxies', 'scoped', 'MiB before', 'warm CPU-s', 'warm s', 'warm MiB'],
  ...['endpoint ms', 'CPU-ms', 'route ms', 'CPU-ms', 'MB'],
]

function sizeOf({ services, proxies, isScoped }: Scenario): string[] {
  return [String(services), String(proxies), isScoped ? 'yes' : 'no']
}

function cellsOf({ mib, warm, endpoint, route }: Measured): string[] {
  const seconds = (time: number): string => (time / 1000).toFixed(1)
  return [
    ...[mib.toFixed(0), seconds(warm.cpuMs), seconds(warm.ms), warm.mib.toFixed(0)],
    ...[endpoint.ms, endpoint.cpuMs, route.ms, route.cpuMs].map(value => value.toFixed(0)),
    (route.bytes / 1e6).toFixed(1),
  ]
}
