// `npm run check`: types, lint and format, architecture, unused code. Runs them all, then fails if any failed.
import { spawnSync } from 'node:child_process'

const steps = [
  ['types', ['tsc', '-p', 'tsconfig.check.json']],
  ['lint and format', ['biome', 'ci', '--error-on-warnings', '.']],
  ['architecture', ['vitest', 'run', 'test/architecture.test.ts', '--reporter=dot']],
  ['unused', ['knip']],
]
let failed = 0
for (const [name, command] of steps) {
  const { status } = spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
