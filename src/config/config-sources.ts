import { isJsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { quote } from './finding.js'
import { loadMeshConfig } from './mesh-config.js'

const NOT_YET: Readonly<Record<string, string>> = {
  'k8s:': 'configuration from a cluster is not read yet',
  'xds:': 'configuration over xDS is not read yet',
}
const INSTEAD = 'use fs:///folder, or --configDir folder'

/**
 * The folders and files that a mesh config's `configSources` name (`address: fs:///etc/mesh`), absolute. No sources, or a mesh
 * config that cannot be read at all, is an empty list: whoever uses the other settings tells what is wrong with those.
 * Reference: xds.md section 17.
 */
export function configSourcePaths(text: string, file: string): Result<readonly string[], readonly Problem[]> {
  const mesh = loadMeshConfig(text, { file })
  const sources = mesh.ok ? (mesh.value.configSources ?? []) : []
  const paths: string[] = []
  const problems: Problem[] = []
  for (const [index, source] of sources.entries()) {
    const address = isJsonObject(source) ? source['address'] : undefined
    const path = pathOf(typeof address === 'string' ? address : '')
    if (path.ok) paths.push(path.value)
    else problems.push(problemAt(text, file, index, path.error))
  }
  return problems.length === 0 ? ok(paths) : err(problems)
}

/** The error says what keeps the address from being read. */
function pathOf(address: string): Result<string, string> {
  if (!URL.canParse(address)) return err(`${quote(address)} is no address of a source: ${INSTEAD}`)
  const { protocol, host, pathname } = new URL(address)
  const reason = NOT_YET[protocol]
  if (reason !== undefined) return err(`${quote(address)}: ${reason}; ${INSTEAD}`)
  if (protocol !== 'fs:') return err(`${quote(address)}: unknown kind of source; ${INSTEAD}`)
  if (host !== '')
    return err(`${quote(address)} names the host ${host}: a path begins with a third slash, fs:///${host}${pathname}`)
  return pathname.length > 1 ? ok(decodePath(pathname)) : err(`${quote(address)} names no folder: write fs:///folder`)
}

/** A percent sign that encodes nothing is one. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function problemAt(text: string, file: string, index: number, message: string): Problem {
  const position = parseYamlStream(text, { file })[0]?.locate(['configSources', index, 'address'])
  return {
    severity: 'error',
    code: 'config-source',
    message,
    ...(position === undefined ? {} : { position }),
    path: `configSources[${index}].address`,
  }
}
