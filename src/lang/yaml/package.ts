import { createRequire } from 'node:module'
import type * as YamlPackage from 'yaml'

/**
 * The `yaml` package, loaded when the first document needs it: it costs about 30 ms, and the ordinary document never does.
 * A bundle for the browser replaces this module by a static import.
 */
let loaded: typeof YamlPackage | undefined

export function yamlPackage(): typeof YamlPackage {
  loaded ??= createRequire(import.meta.url)('yaml') as typeof YamlPackage
  return loaded
}
