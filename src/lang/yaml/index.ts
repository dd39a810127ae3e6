/**
 * YAML as Kubernetes tools read and write it. Values are what sigs.k8s.io/yaml makes of a document: YAML 1.1 words and
 * numbers, keys as strings, merge keys resolved, the last of equal keys wins.
 */
export { YamlMemo } from './memo.js'
export { type ParseYamlOptions, parseYaml, parseYamlStream, readYamlStream, type YamlDocument } from './parse.js'
export { YamlShapes } from './shapes.js'
export { splitYamlDocuments, type YamlSource } from './split.js'
export { stringifyYaml, yamlScalar } from './stringify.js'
