import { defineConfig } from 'vitest/config'

// Real peers: Envoy, an API server, a browser. `npm run real:install` installs them; a test whose peer is not installed
// says so and fails, it is never skipped in silence.
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Only for what has gone wrong: a machine may be as slow as it likes.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 1,
    // Scenarios wait for their Envoys more than they compute.
    maxConcurrency: 3,
  },
})
