import { parseJson } from '../../lang/gojson.js'
import { stringifyYaml } from '../../lang/yaml/index.js'
import { formatPlain } from '../../template/format.js'
import {
  decodedJson,
  encodeJson,
  type FunctionMap,
  fn,
  type GoMap,
  GoObject,
  type GoValue,
  StringMap,
  toJsonValue,
} from '../../template/index.js'
import { mapField } from './object.js'

export const VALUE_FUNCTIONS: FunctionMap = {
  annotation: fn(
    'v1.ObjectMeta string any',
    (meta: GoValue, name: string, fallback: GoValue) =>
      mapField(meta, 'Annotations').get(name) ?? formatPlain(fallback),
  ),
  isset: fn('strmap string', (map: StringMap, key: string) => map.get(key) !== undefined),
  valueOrDefault: fn('any any', (value: GoValue, fallback: GoValue) =>
    value === '' || value === null ? fallback : value,
  ),
  toYaml: fn('any', (value: GoValue) => stringifyYaml(toJsonValue(value))),
  toJSON: fn('strmap', (map: StringMap) => (map.isNil ? '{}' : encodeJson(map))),
  toJsonMap: fn('...strmap', (...maps: StringMap[]) => encodeJson(mergeMaps(...maps))),
  structToJSON: fn('any', (value: GoValue) => (isNil(value) ? '{}' : encodeJson(value))),
  fromJSON: fn('string', fromJson),
  strdict: fn('...string', strdict),
  mergeMaps: fn('...strmap', mergeMaps),
  omit: fn('strmap ...string', omit),
  omitNil: fn('any', omitNil),
}

function isNil(value: GoValue): boolean {
  return value === null || (value instanceof GoObject && value.isNil)
}

/** Text that is no JSON becomes the text `{}`, over which no template can range. */
function fromJson(text: string): GoValue {
  const parsed = parseJson(text)
  return parsed.ok ? decodedJson(parsed.value) : '{}'
}

function strdict(...pairs: string[]): StringMap {
  const map = emptyEntries()
  for (let i = 0; i < pairs.length; i += 2) map[pairs[i] ?? ''] = pairs[i + 1] ?? ''
  return new StringMap(map)
}

/** Later maps win; of no maps there is none. */
function mergeMaps(...maps: StringMap[]): StringMap {
  if (maps.length === 0) return new StringMap(null)
  const merged = emptyEntries()
  for (const { entries } of maps) for (const key of Object.keys(entries)) merged[key] = entries[key] ?? ''
  return new StringMap(merged)
}

function omit(map: StringMap, ...keys: string[]): StringMap {
  const kept = emptyEntries()
  for (const key of Object.keys(map.entries)) if (!keys.includes(key)) kept[key] = map.entries[key] ?? ''
  return new StringMap(kept)
}

function emptyEntries(): Record<string, string> {
  return Object.create(null) as Record<string, string>
}

/** Drops nulls at every depth; what becomes empty by that goes too, what was empty stays. */
function omitNil(value: GoValue): GoValue {
  if (Array.isArray(value)) {
    const kept = value.map(omitNil).filter(item => item !== null && item !== undefined)
    return kept.length === 0 && value.length > 0 ? null : kept
  }
  if (!isPlainMap(value)) return value
  const kept: GoMap = Object.create(null)
  for (const key of Object.keys(value)) {
    const item = omitNil(value[key])
    if (item !== null && item !== undefined) kept[key] = item
  }
  return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? null : kept
}

function isPlainMap(value: GoValue): value is GoMap {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}
