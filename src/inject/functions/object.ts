import { GoInt, GoObject, GoSlice, type GoValue, StringMap } from '../../template/index.js'

export { GoObject }

/** Reading the views of src/inject/views by Go field names; what is not there is the zero value. */
export function textField(object: GoValue, name: string): string {
  const value = object instanceof GoObject ? object.field(name) : undefined
  return typeof value === 'string' ? value : ''
}

export function integerValue(object: GoValue, name: string): bigint {
  const value = object instanceof GoObject ? object.field(name) : undefined
  if (typeof value === 'bigint') return value
  return value instanceof GoInt ? value.value : 0n
}

export function listField(object: GoValue, name: string): readonly GoValue[] {
  const value = object instanceof GoObject && !object.isNil ? object.field(name) : undefined
  return typeof value === 'symbol' ? [] : listItems(value)
}

export function listItems(value: GoValue): readonly GoValue[] {
  if (Array.isArray(value)) return value
  return value instanceof GoSlice ? value.items : []
}

export function mapField(object: GoValue, name: string): StringMap {
  const value = object instanceof GoObject ? object.field(name) : undefined
  return value instanceof StringMap ? value : new StringMap(null)
}
