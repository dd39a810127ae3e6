import type { InjectionValues } from '../config/injection-values.js'

const DEFAULT_IMAGE = 'proxyv2'

/** Images are published in variants, told by the end of their tag. */
const VARIANTS = ['distroless', 'debug']

/** Image of the proxy; the annotation wins over ProxyConfig, which wins over the values. */
export function proxyImage(
  values: Pick<InjectionValues, 'hub' | 'tag' | 'variant' | 'proxyImage'>,
  typeOfConfig: string | undefined,
  typeOfAnnotation: string | undefined,
): string {
  return imageUrl(values.hub, values.proxyImage, values.tag, typeOfAnnotation || typeOfConfig || values.variant)
}

/** Image of the init container, which does not follow ProxyConfig. */
export function proxyInitImage(
  values: Pick<InjectionValues, 'hub' | 'tag' | 'variant' | 'proxyInitImage'>,
  typeOfAnnotation: string | undefined,
): string {
  return imageUrl(values.hub, values.proxyInitImage, values.tag, typeOfAnnotation || values.variant)
}

function imageUrl(hub: string, name: string, tag: string, type: string): string {
  return `${hub}/${name === '' ? DEFAULT_IMAGE : name}:${withVariant(tag, type)}`
}

/** `default` is the variant without a name. */
function withVariant(tag: string, type: string): string {
  if (type === '') return tag
  const end = VARIANTS.find(variant => tag.endsWith(`-${variant}`))
  const plain = end === undefined ? tag : tag.slice(0, -end.length - 1)
  return type === 'default' ? plain : `${plain}-${type}`
}
