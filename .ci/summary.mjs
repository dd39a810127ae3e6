// The last line of .ci/run: `N passed, N failed`, summed over tests and steps. A step that failed without any test of its
// own saying so (a crash, a broken build, a floor not reached) counts as one failure, so that nothing is masked.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a step exits with when it had nothing to check, and said so. */
const NOT_RUN = 64
const REPORTS = { test: 'test.json', 'test:real': 'real.json' }

const out = process.argv[2]
const steps = readFileSync(join(out, 'steps.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => line.split('\t'))

let passed = 0
let failed = 0
console.log('\n=== summary')
for (const [name, code] of steps) {
  const count = countsOf(name, Number(code))
  passed += count.passed
  failed += count.failed
  const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`
  console.log(`${name}: ${count.passed} passed, ${count.failed} failed${skipped}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function countsOf(name, code) {
  const path = REPORTS[name] === undefined ? undefined : join(out, REPORTS[name])
  if (path === undefined) return code === NOT_RUN ? counts(0, 0, 1) : code === 0 ? counts(1, 0, 0) : counts(0, 1, 0)
  // No report: vitest did not get as far as running tests, which is right only where there are none and it said 0.
  if (!existsSync(path)) return code === 0 ? counts(0, 0, 0) : counts(0, 1, 0)
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const files = report.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.every(t => t.status !== 'failed'),
  )
  const found = counts(
    report.numPassedTests,
    report.numFailedTests + files.length,
    report.numPendingTests + report.numTodoTests,
  )
  // Failed all the same: an unhandled error, a worker that died.
  return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found
}

function counts(passed, failed, skipped) {
  return { passed, failed, skipped }
}
