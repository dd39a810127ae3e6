/** Reasons and provenance, as data and as text. Pure: shells read the files and print. */
export { explainCall, isInjector } from './call.js'
export { type ExplainInput, explainInjection } from './injection.js'
export { clusterFacts, locatedObjects, type ManifestDocuments, type ReadCluster } from './objects.js'
export { subjectOf } from './subject.js'
export type * from './types.js'
