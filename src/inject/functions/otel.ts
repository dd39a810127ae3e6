import { GoObject, type GoValue, type StringMap } from '../../template/index.js'
import { listField, listItems, textField } from './object.js'

const PREFIX = 'resource.opentelemetry.io/'
const VERSION_LABEL = 'app.kubernetes.io/version'
const SEMANTIC_CONVENTIONS = 'OTEL_SEMANTIC_CONVENTIONS'

/** OTEL_RESOURCE_ATTRIBUTES, if an OpenTelemetry provider of the mesh asks for the semantic conventions; else "". */
export function otelResourceAttributes(
  mesh: GoValue,
  annotations: StringMap,
  labels: StringMap,
  namespace: string,
  containers: GoValue,
): string {
  if (!listField(mesh, 'ExtensionProviders').some(wantsSemanticConventions)) return ''
  const list = listItems(containers)
  const own = (name: string): string => annotations.get(PREFIX + name) || ''
  const [first] = list
  const version = own('service.version') || labels.get(VERSION_LABEL) || (list.length === 1 ? imageVersion(first) : '')
  const instance =
    own('service.instance.id') ||
    (first !== undefined && namespace !== '' ? `${namespace}.$(POD_NAME).${textField(first, 'Name')}` : '')
  const attributes = [
    ['service.namespace', own('service.namespace') || namespace],
    ['service.version', version],
    ['service.instance.id', instance],
  ]
  return attributes.flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`])).join(',')
}

function wantsSemanticConventions(provider: GoValue): boolean {
  const otel = provider instanceof GoObject ? provider.field('GetOpentelemetry') : undefined
  if (!(otel instanceof GoObject) || otel.isNil) return false
  const enrichment = otel.field('GetServiceAttributeEnrichment')
  return enrichment instanceof GoObject && enrichment.text() === SEMANTIC_CONVENTIONS
}

function imageVersion(container: GoValue): string {
  const { tag, digest } = parseImage(textField(container, 'Image'))
  return [tag, digest].filter(part => part !== '').join('@')
}

/** Tag and digest of an image reference. A colon before the last slash is a registry's port. */
export function parseImage(image: string): { readonly tag: string; readonly digest: string } {
  const at = image.indexOf('@')
  const name = at === -1 ? image : image.slice(0, at)
  const colon = name.lastIndexOf(':')
  return {
    tag: colon > name.lastIndexOf('/') ? name.slice(colon + 1) : '',
    digest: at === -1 ? '' : image.slice(at + 1),
  }
}
