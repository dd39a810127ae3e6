import { parseJson } from '../../lang/gojson.js'
import { FunctionError, type FunctionMap, fail, fn } from '../function.js'
import { type EncodeJsonOptions, encodeJson } from '../json.js'
import { decodedJson, type GoValue, kindOf, typeName } from '../value.js'
import { deepEqual, isEmpty } from './convert.js'

type Values = GoValue[]

/** Defaults, JSON and reflection. */
export const VALUES: FunctionMap = {
  default: fn('any ...any', (fallback: GoValue, ...given: Values) => (isEmpty(given[0]) ? fallback : given[0])),
  empty: fn('any', isEmpty),
  coalesce: fn('...any', (...values: Values) => values.find(value => !isEmpty(value)) ?? null),
  all: fn('...any', (...values: Values) => values.every(value => !isEmpty(value))),
  any: fn('...any', (...values: Values) => values.some(value => !isEmpty(value))),
  ternary: fn('any any bool', (yes: GoValue, no: GoValue, which: boolean) => (which ? yes : no)),
  fail: fn('string', (message: string) => fail(message)),
  hello: fn('', () => 'Hello!'),
  fromJson: fn('string', (text: string) => readJson(text) ?? null),
  mustFromJson: fn('string', mustFromJson),
  toJson: fn('any', (value: GoValue) => encodeOr(value, {})),
  mustToJson: fn('any', (value: GoValue) => encodeJson(value)),
  toPrettyJson: fn('any', (value: GoValue) => encodeOr(value, { indent: '  ' })),
  mustToPrettyJson: fn('any', (value: GoValue) => encodeJson(value, { indent: '  ' })),
  toRawJson: fn('any', (value: GoValue) => encodeJson(value, { escapeHtml: false })),
  mustToRawJson: fn('any', (value: GoValue) => encodeJson(value, { escapeHtml: false })),
  typeOf: fn('any', typeName),
  typeIs: fn('string any', (type: string, value: GoValue) => typeName(value) === type),
  typeIsLike: fn('string any', (type: string, value: GoValue) => [type, `*${type}`].includes(typeName(value))),
  kindOf: fn('any', kindOf),
  kindIs: fn('string any', (kind: string, value: GoValue) => kindOf(value) === kind),
  deepEqual: fn('any any', (a: GoValue, b: GoValue) => deepEqual(a, b)),
}

function readJson(text: string): GoValue {
  const parsed = parseJson(text)
  return parsed.ok ? decodedJson(parsed.value) : undefined
}

function mustFromJson(text: string): GoValue {
  const parsed = parseJson(text)
  return parsed.ok ? decodedJson(parsed.value) : fail(parsed.error.message)
}

/** sprig's `toJson` swallows its errors. */
function encodeOr(value: GoValue, options: EncodeJsonOptions): string {
  try {
    return encodeJson(value, options)
  } catch (error) {
    if (error instanceof FunctionError) return ''
    throw error
  }
}
