import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { registry, schema } from './registry.js'

/** What the codec needs to know of a message, in the shape that it reads fastest. Built at a type's first use. */
export interface MessageTable {
  readonly typeName: string
  /** By JSON name and by the name in the .proto file: both are accepted, the first is printed. */
  readonly byName: ReadonlyMap<string, FieldTable>
  readonly byNumber: ReadonlyMap<number, FieldTable>
}

export type ValueKind =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType; readonly wire: WireType }
  | { readonly kind: 'enum'; readonly enum: EnumTable; readonly wire: 0 }
  | { readonly kind: 'message'; readonly typeName: string; readonly wire: 2; table(): MessageTable }

/** 0 varint, 1 eight bytes, 2 length first, 5 four bytes. */
export type WireType = 0 | 1 | 2 | 5

export interface FieldTable {
  readonly name: string
  readonly number: number
  readonly shape: 'one' | 'list' | 'map'
  readonly value: ValueKind
  /** Of a map. */
  readonly key: ValueKind
  readonly isPacked: boolean
  /** Zero values are not written: they mean the same as absence. */
  readonly isImplicit: boolean
  /** The other members of its oneof; setting one unsets them. */
  readonly rivals: readonly string[]
}

export interface EnumTable {
  readonly typeName: string
  readonly byName: ReadonlyMap<string, number>
  readonly byNumber: ReadonlyMap<number, string>
}

const STRING: ValueKind = { kind: 'scalar', scalar: ScalarType.STRING, wire: 2 }
const messages = new Map<string, MessageTable>()
const enums = new Map<string, EnumTable>()

/** Throws TypeError for a name that is no message. */
export function tableOf(typeName: string): MessageTable {
  return messages.get(typeName) ?? addTable(schema(typeName))
}

/** For names out of data; undefined: not a type known here. */
export function findTable(typeName: string): MessageTable | undefined {
  const known = messages.get(typeName)
  if (known !== undefined) return known
  const found = registry().getMessage(typeName)
  return found === undefined ? undefined : addTable(found)
}

function addTable(message: DescMessage): MessageTable {
  const fields = message.fields.map(fieldTable)
  const byName = new Map(fields.map((field, i) => [message.fields[i]?.name ?? field.name, field]))
  for (const field of fields) byName.set(field.name, field)
  const table: MessageTable = {
    typeName: message.typeName,
    byName,
    byNumber: new Map(fields.map(field => [field.number, field])),
  }
  messages.set(message.typeName, table)
  return table
}

function fieldTable(field: DescField): FieldTable {
  const shape = field.fieldKind === 'list' ? 'list' : field.fieldKind === 'map' ? 'map' : 'one'
  return {
    name: field.jsonName,
    number: field.number,
    shape,
    value: valueKind(field),
    key: field.fieldKind === 'map' ? scalarKind(field.mapKey) : STRING,
    isPacked: field.fieldKind === 'list' && field.packed,
    isImplicit: field.presence === 2,
    rivals: (field.oneof?.fields ?? []).filter(other => other !== field).map(other => other.jsonName),
  }
}

function valueKind(field: DescField): ValueKind {
  if (field.message !== undefined) {
    const { message } = field
    // Looked up when needed: messages refer to each other in circles.
    let table: MessageTable | undefined
    return {
      kind: 'message',
      typeName: message.typeName,
      wire: 2,
      table: () => {
        table ??= messages.get(message.typeName) ?? addTable(message)
        return table
      },
    }
  }
  if (field.enum !== undefined) return { kind: 'enum', enum: enumTable(field.enum), wire: 0 }
  return scalarKind(field.scalar ?? ScalarType.STRING)
}

function scalarKind(scalar: ScalarType): ValueKind {
  return { kind: 'scalar', scalar, wire: wireOf(scalar) }
}

function wireOf(scalar: ScalarType): WireType {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5
    default:
      return 0
  }
}

function enumTable(desc: DescEnum): EnumTable {
  const known = enums.get(desc.typeName)
  if (known !== undefined) return known
  const byNumber = new Map<number, string>()
  for (const value of desc.values) if (!byNumber.has(value.number)) byNumber.set(value.number, value.name)
  const table: EnumTable = {
    typeName: desc.typeName,
    byName: new Map(desc.values.map(value => [value.name, value.number])),
    byNumber,
  }
  enums.set(desc.typeName, table)
  return table
}
