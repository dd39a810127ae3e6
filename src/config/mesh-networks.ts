import { isJsonObject, type Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { collectFindings, type Path, quote, type Report, toProblem } from './finding.js'
import type { MeshNetworks, Network } from './istio-types.generated.js'
import { normalise } from './normalise.js'
import { isCidr, isIp } from './rules/addresses.js'
import { domainFlaw, portFlaw, require } from './rules/values.js'

/** Reads a networks file (`networks: {name: {endpoints, gateways}}`, what the `meshNetworks` key of Istio's ConfigMap holds). An empty text has no networks. */
export function loadMeshNetworks(
  text: string,
  options: { readonly file?: string } = {},
): Result<MeshNetworks, readonly Problem[]> {
  const [document] = parseYamlStream(text, options)
  if (document === undefined) return ok({})
  if (document.problems.length > 0) return err(document.problems)
  const findings = collectFindings()
  const networks = readMeshNetworks(document.value ?? {}, findings)
  if (!findings.hasErrors()) return ok(networks)
  return err(findings.list.map(finding => toProblem(finding, path => document.locate(path))))
}

function readMeshNetworks(json: Json, report: Report): MeshNetworks {
  const networks = normalise<MeshNetworks>(
    'istio.mesh.v1alpha1.MeshNetworks',
    isJsonObject(json) ? json : null,
    [],
    report,
  )
  for (const name of Object.keys(networks.networks ?? {})) {
    const network = networks.networks?.[name]
    if (network !== undefined) checkNetwork(network, ['networks', name], report)
  }
  return networks
}

function checkNetwork({ endpoints = [], gateways = [] }: Network, path: Path, report: Report): void {
  if (endpoints.length === 0)
    report.error([...path, 'endpoints'], 'the network has no endpoints; expected fromRegistry or fromCidr')
  for (const [index, { fromCidr, fromRegistry }] of endpoints.entries()) {
    const here = [...path, 'endpoints', index]
    if (fromCidr !== undefined && !isCidr(fromCidr))
      report.error([...here, 'fromCidr'], `${quote(fromCidr)} is not a CIDR block`)
    if (fromCidr === undefined && (fromRegistry ?? '') === '') report.error(here, 'expected fromRegistry or fromCidr')
  }
  for (const [index, gateway] of gateways.entries()) {
    const here = [...path, 'gateways', index]
    const { address, registryServiceName } = gateway
    require(report, [...here, 'port'], portFlaw(gateway.port))
    if (address !== undefined && !isIp(address)) require(report, [...here, 'address'], domainFlaw(address))
    else if (registryServiceName !== undefined)
      require(report, [...here, 'registryServiceName'], domainFlaw(registryServiceName))
    else if (address === undefined) report.error(here, 'expected an address or a registryServiceName')
  }
}
