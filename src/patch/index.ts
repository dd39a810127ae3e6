/** The face of the layer: Go's typed view of manifests, and the three ways of patching JSON. */
export { goStruct } from './go-types.js'
export { diffJson } from './json-diff.js'
export { jsonMergePatch } from './json-merge.js'
export { applyJsonPatch, type JsonPatchOperation, type JsonPatchOptions } from './json-patch.js'
export { operationsText } from './patch-text.js'
export { strategicMerge } from './strategic-merge.js'
export { carryTyped, decodeTyped, encodeTyped, normalise } from './typed.js'
