// The pods of the sample, out of the same files that the control plane reads.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

/** `{name, namespace, ip, app, version, calls}` of every Pod; what it calls is in its Deployment. */
export function readPods(folder) {
  const read = file => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(document => document.toJS())
  const deployments = read('kubernetes/workloads.yaml').filter(({ kind }) => kind === 'Deployment')
  return read('this-machine/pods.yaml').map(({ metadata, status }) => {
    const { name, namespace, labels } = metadata
    const deployment = deployments.find(each => each.metadata.name === name && each.metadata.namespace === namespace)
    const calls =
      deployment?.spec.template.spec.containers[0].env.find(variable => variable.name === 'CALLS')?.value ?? ''
    const { app, version } = labels
    return {
      name,
      namespace,
      ip: status.podIP,
      app,
      version,
      calls: parseCalls(calls),
    }
  })
}

/** `details=http://… reviews=http://…` */
function parseCalls(text) {
  const parts = text.split(' ').filter(Boolean)
  return Object.fromEntries(parts.map(part => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]))
}
