import { describe, expect, it } from 'vitest'
import { validateAnnotations } from './annotations.js'

/** The rules of the reference are replayed in steps.conformance.test.ts. */
describe('annotations that would cost others', () => {
  it.each([
    [1, true],
    [100, true],
    [101, false],
    [30_000, false],
  ])('a pod may not ask for any number of templates: %i', (count, isAllowed) => {
    const value = Array.from({ length: count }, () => 'sidecar').join(',')
    const problems = validateAnnotations(new Map([['inject.istio.io/templates', value]]))
    expect(problems.map(({ message }) => message.replace(/^.*: /, ''))).toEqual(
      isAllowed ? [] : [`${count} templates, and at most 100 are allowed`],
    )
  })

  it.each([
    'sidecar.istio.io/proxyCPU',
    'sidecar.istio.io/interceptionMode',
    'status.sidecar.istio.io/port',
    'prometheus.istio.io/merge-metrics',
    'traffic.sidecar.istio.io/includeOutboundIPRanges',
    'proxy.istio.io/config',
  ])('are not repeated at full length: %s', name => {
    const [problem] = validateAnnotations(new Map([[name, `${'1'.repeat(200_000)}x: {`]]))
    expect(problem!.message.length).toBeLessThan(1000)
    expect(problem!.message).toContain(name)
  })
})
