import { jsonString, PrintedPlace } from '../lang/json-text.js'
import type { JsonPatchOperation } from './json-patch.js'

/** What was printed at the paths of patches: injections add much the same at the same. Beyond so many all are forgotten. */
const places = new Map<string, PrintedPlace>()
const MAX_PLACES = 256

/** The operations as JSON text, without blanks. There has to be one. */
export function operationsText(patch: readonly JsonPatchOperation[]): string {
  const pieces: string[] = []
  for (let i = 0; i < patch.length; i++) {
    const operation = patch[i]!
    pieces.push(i === 0 ? '[{"op":"' : '},{"op":"', operation.op, '","path":', jsonString(operation.path))
    if ('from' in operation) pieces.push(',"from":', jsonString(operation.from))
    if (!('value' in operation)) continue
    pieces.push(',"value":')
    placeAt(operation.path).print(operation.value, pieces)
  }
  return `${pieces.join('')}}]`
}

function placeAt(path: string): PrintedPlace {
  let place = places.get(path)
  if (place === undefined) {
    if (places.size >= MAX_PLACES) places.clear()
    places.set(path, (place = new PrintedPlace()))
  }
  return place
}
