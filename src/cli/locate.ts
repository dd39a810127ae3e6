import { pathSteps } from '../lang/path-steps.js'
import type { Position } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'

/**
 * Where a path such as `spec.containers[1].image` or `metadata.annotations["a.b/c"]` stands in one document of a stream:
 * the key or item, or its nearest ancestor that is there. Reads the text again, so it is for failures only.
 */
export function locateInStream(text: string, file: string, index: number): (path: string) => Position {
  const document = parseYamlStream(text, { file })[index]
  return path => document?.locate(pathSteps(path)) ?? { file, line: document?.line ?? 1, column: 1 }
}
