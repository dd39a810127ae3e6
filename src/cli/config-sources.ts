import { readFile } from 'node:fs/promises'
import { configSourcePaths } from '../config/config-sources.js'
import { formatProblem } from '../lang/problem.js'
import { err, type Result } from '../lang/result.js'

/** What the `configSources` of a mesh config file name, absolute. The errors are one line each. */
export async function readConfigSources(file: string): Promise<Result<readonly string[], readonly string[]>> {
  // A file that cannot be read is told by whoever uses its other settings.
  const text = await readFile(file, 'utf8').catch(() => '')
  const sources = configSourcePaths(text, file)
  return sources.ok ? sources : err(sources.error.map(formatProblem))
}
