import { readFileSync } from 'node:fs'

/**
 * What is known of protobuf types: Envoy 1.40, the parts of istio.io/api that Pillion speaks, istio-proxy's filters. One text,
 * made from descriptors by tools/proto/messages.mjs, of blocks such as
 *
 *     message envoy.type.v3.Percent
 *     value 1 double
 *
 * A field is its name, its number, its type (`T`, `T[]`, `map<K,T>`) and marks: `oneof=NAME`, `optional` (zero is not absence),
 * `unpacked`. An enum's lines are names and numbers.
 */
export interface TypeText {
  readonly kind: 'message' | 'enum'
  /** One line for each field or value, split at spaces. */
  readonly lines: readonly (readonly string[])[]
}

interface Place {
  readonly kind: TypeText['kind']
  readonly from: number
  readonly to: number
}

let text = ''
let places: ReadonlyMap<string, Place> | undefined

/** Undefined: no type of that name is known here. */
export function findType(typeName: string): TypeText | undefined {
  places ??= readPlaces()
  const place = places.get(typeName)
  if (place === undefined) return undefined
  const lines = text.slice(place.from, place.to).split('\n').filter(Boolean)
  return { kind: place.kind, lines: lines.map(line => line.split(' ')) }
}

/** The text is read at first use, and a type's block when the type is met: commands without protobuf do not pay for it. */
function readPlaces(): ReadonlyMap<string, Place> {
  text = readFileSync(new URL('./messages.txt', import.meta.url), 'latin1')
  const found = new Map<string, Place>()
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at)
    const from = text.indexOf('\n', space) + 1
    const blank = text.indexOf('\n\n', from - 1)
    const to = blank === -1 ? text.length : blank
    const kind = text.startsWith('enum', at) ? 'enum' : 'message'
    found.set(text.slice(space + 1, from - 1), { kind, from, to })
    at = to + 2
  }
  return found
}
