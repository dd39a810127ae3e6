import { formatPlain } from './format.js'
import { GoPointer, type GoValue } from './value.js'

/** How an action writes its value. */
export function print(value: GoValue): string {
  if (typeof value === 'string') return value
  if (value === undefined) return '<no value>'
  return formatPlain(value instanceof GoPointer ? value.elem : value)
}
