import type { Json } from './json.js'
import { isShared, keptText } from './shared-json.js'

/**
 * As JSON.stringify prints it, integers beyond 2^53 as the digits they are. The text of shared values is kept; a pod that was
 * injected consists of them for the most part.
 */
export function jsonText(value: Json): string {
  if (typeof value !== 'object' || value === null) return scalarText(value)
  return isShared(value) ? keptText(value, 0, () => print(value)) : print(value)
}

function print(value: object & Json): string {
  if (Array.isArray(value)) {
    let text = '['
    for (let i = 0; i < value.length; i++) text += (i > 0 ? ',' : '') + jsonText(value[i]!)
    return `${text}]`
  }
  let text = ''
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item !== undefined) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${jsonText(item)}`
  }
  return text === '' ? '{}' : `${text}}`
}

function scalarText(value: null | boolean | number | bigint | string): string {
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}
