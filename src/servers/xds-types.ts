import { ADS_TYPES, type TypeUrl } from '../xds/delivery/index.js'

const SHORTS: ReadonlyMap<TypeUrl, string> = new Map(ADS_TYPES.map(({ url, short }) => [url, short]))

/** `CDS`; for types without such a name what follows the slash of the URL. */
export function shortOf(url: TypeUrl): string {
  return SHORTS.get(url) ?? url.slice(url.indexOf('/') + 1)
}
