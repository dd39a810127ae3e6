import type { Json, JsonObject } from '../lang/json.js'
import { keptForShared } from '../lang/shared-json.js'
import { setOwn } from './json-object.js'
import { DIRECTIVE } from './merge-context.js'

/** The value without maps that carry `$patch` and, unless they are to stay, without null fields; itself if it has neither. */
export function withoutDirectives(value: Json, keepsNulls: boolean): Json | undefined {
  if (typeof value !== 'object' || value === null) return value
  return keepsNulls ? withoutAny(value, true) : withoutNullsEither(value)
}

const withoutNullsEither = keptForShared(value => withoutAny(value, false))

function withoutAny(value: object & Json, keepsNulls: boolean): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(item => withoutDirectives(item, keepsNulls))
    return items.every((item, i) => item === value[i]) ? value : items.filter(item => item !== undefined)
  }
  if (Object.hasOwn(value, DIRECTIVE) && (keepsNulls || value[DIRECTIVE] !== null)) return undefined
  let changed: JsonObject | undefined
  for (const key of Object.keys(value)) {
    const item = value[key] === null && !keepsNulls ? undefined : withoutDirectives(value[key]!, keepsNulls)
    if (item === value[key]) continue
    changed ??= { ...value }
    if (item === undefined) delete changed[key]
    else setOwn(changed, key, item)
  }
  return changed ?? value
}
