import { describe, expect, it } from 'vitest'
import { testContext } from '../../test/kit/command.js'
import { parseServeFlags, type ServeFlags } from './serve-flags.js'
import { countMesh, servedMesh } from './serve-mesh.js'

const NOTHING: ServeFlags = {
  httpsAddr: '127.0.0.1:0',
  httpAddr: '127.0.0.1:0',
  monitoringAddr: '',
  grpcAddr: '127.0.0.1:15010',
  configDir: [],
  cluster: [],
  clusterID: 'Kubernetes',
  dnsName: [],
  stateDir: 'state',
  shutdownDuration: '1s',
  log_output_level: 'info',
}

function served(flags: Partial<ServeFlags>) {
  const plan = parseServeFlags({ ...NOTHING, ...flags }, testContext({ cwd: '/work' }).context)
  if (!plan.ok) throw new Error(plan.error)
  return servedMesh(plan.value)
}

describe('the mesh that is served', () => {
  it('is the sample when nobody names one', () => {
    const { isSample, paths } = served({})
    expect(isSample).toBe(true)
    expect(paths.objects).toEqual([expect.stringMatching(/samples\/bookinfo$/)])
    expect(paths.mesh).toMatch(/samples\/bookinfo\/mesh\.yaml$/)
  })

  it.each<[string, Partial<ServeFlags>]>([
    ['objects', { configDir: ['mesh'] }],
    ['a cluster', { cluster: ['east=mesh'] }],
    ['a mesh config', { meshConfig: 'mesh.yaml' }],
    ['networks', { networksConfig: 'networks.yaml' }],
    ['an address that others reach', { grpcAddr: ':15010' }],
    ['an address of a network', { grpcAddr: '10.0.0.1:15010' }],
    ['no control plane', { grpcAddr: '' }],
  ])('is not the sample with %s', (_, flags) => {
    const { isSample, paths } = served(flags)
    expect(isSample).toBe(false)
    expect(JSON.stringify(paths)).not.toContain('bookinfo')
  })

  it.each(['127.0.0.9:0', '[::1]:0', 'localhost:0'])('is the sample on %s', grpcAddr => {
    expect(served({ grpcAddr }).isSample).toBe(true)
  })

  it('is counted by what others call and what runs', () => {
    const objects = ['Service', 'Pod', 'Sidecar', 'ServiceEntry', 'Pod', 'WorkloadEntry'].map(kind => ({
      object: { kind } as Parameters<typeof countMesh>[0] extends Iterable<{ object: infer T }> ? T : never,
    }))
    expect(countMesh(objects)).toEqual({ services: 2, workloads: 3 })
  })
})
