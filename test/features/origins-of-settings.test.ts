import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runInProcess } from '../kit/command.js'

const folder = mkdtempSync(join(tmpdir(), 'origins-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  clusterIP: 10.0.0.1
  selector: {app: web}
  ports:
  - {name: http, port: 80}
`
const NODE = {
  id: 'sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local',
  metadata: { NAMESPACE: 'shop', LABELS: { app: 'web' }, ENABLE_SELF_DISCOVERY: 'true' },
}

it('what no service of others makes is explained too: unknown hosts by the mesh, proxies of a kind by their service', async () => {
  writeFileSync(join(folder, 'service.yaml'), SERVICE)
  writeFileSync(join(folder, 'mesh.yaml'), 'trustDomain: td\noutboundTrafficPolicy: {mode: ALLOW_ANY_DYNAMIC_DNS}\n')
  writeFileSync(join(folder, 'node.json'), JSON.stringify(NODE))
  const files = ['--configDir', 'service.yaml', '--meshConfig', 'mesh.yaml', '--node', 'node.json']
  const { stdout } = await runInProcess({ args: ['render', ...files, '--explain', '-o', 'json'], cwd: folder })
  const { origins } = JSON.parse(stdout) as {
    readonly origins: Readonly<Record<string, readonly { readonly name: string; readonly fields: readonly object[] }[]>>
  }
  const fieldsOf = (kind: string, name: string) => origins[kind]?.find(each => each.name === name)?.fields
  expect(fieldsOf('clusters', 'AllowAnyDynamicDNSCluster')).toMatchObject([
    { path: 'outboundTrafficPolicy', source: { file: 'mesh.yaml', line: 2 } },
  ])
  expect(fieldsOf('endpoints', 'local_cluster')).toMatchObject([
    { path: 'spec.ports[0]', source: { file: 'service.yaml', line: 8 } },
  ])
})
