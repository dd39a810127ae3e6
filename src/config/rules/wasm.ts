import { type Path, quote, type Report } from '../finding.js'
import type { VmConfig, WasmConfig } from '../istio-types.generated.js'
import { parseRequestUrl, parseUrl } from './url.js'
import { portFlaw, require } from './values.js'

const SCHEMES = ['', 'file', 'http', 'https', 'oci']
const NAME_LENGTH = 256
const SECRET_LENGTH = 253

/** A plugin's code and settings: the spec of a WasmPlugin, a part of a TrafficExtension. */
export function checkWasm(wasm: WasmConfig, path: Path, report: Report): void {
  checkUrl(wasm.url ?? '', [...path, 'url'], report)
  const { sha256 = '', pluginName = '', imagePullSecret = '' } = wasm
  if (sha256 !== '' && !/^[a-f0-9]{64}$/.test(sha256))
    report.error([...path, 'sha256'], `${quote(sha256)} is not a SHA-256; expected 64 digits of 0-9 and a-f`)
  if (pluginName.length >= NAME_LENGTH)
    report.error(
      [...path, 'pluginName'],
      `the name has ${pluginName.length} characters; expected less than ${NAME_LENGTH}`,
    )
  if (imagePullSecret.length > SECRET_LENGTH)
    report.error(
      [...path, 'imagePullSecret'],
      `the name has ${imagePullSecret.length} characters; expected at most ${SECRET_LENGTH}`,
    )
  checkEnvironment(wasm.vmConfig, [...path, 'vmConfig', 'env'], report)
}

/** Without a scheme it is an OCI image. */
function checkUrl(url: string, path: Path, report: Report): void {
  if (url === '') {
    report.error(path, 'the url is missing; expected file://, http(s):// or oci://, or the name of an OCI image')
    return
  }
  const parsed = parseUrl(url)
  const whole =
    parsed === undefined || (parsed.scheme === '' && parseRequestUrl(`http://${url}`) === undefined)
      ? undefined
      : parsed
  const isImage = parsed === undefined && parseUrl(`oci://${url}`) !== undefined
  if (whole === undefined && !isImage) report.error(path, `${quote(url)} is not a URL`)
  else if (!SCHEMES.includes(whole?.scheme ?? '') && !isImage)
    report.error(path, `${quote(url)} has scheme ${quote(whole?.scheme)}; expected file, http, https or oci`)
}

function checkEnvironment(vm: VmConfig | undefined, path: Path, report: Report): void {
  const names = new Set<string>()
  for (const [index, { name = '', value = '', valueFrom = 'INLINE' }] of (vm?.env ?? []).entries()) {
    if (name === '') report.error([...path, index, 'name'], 'the name of the variable is missing')
    if (names.has(name)) report.error([...path, index, 'name'], `the variable ${quote(name)} is set twice`)
    names.add(name)
    if (valueFrom !== 'INLINE' && value !== '')
      report.error([...path, index, 'value'], `with valueFrom ${valueFrom} there is no value`)
  }
}

interface Matched {
  readonly match?: readonly { readonly ports?: readonly { readonly number?: number }[] }[]
}

/** Which traffic a plugin sees. */
export function checkTraffic({ match = [] }: Matched, report: Report): void {
  for (const [index, { ports = [] }] of match.entries()) {
    for (const [i, { number }] of ports.entries()) {
      require(report, ['spec', 'match', index, 'ports', i, 'number'], portFlaw(number))
    }
  }
}
