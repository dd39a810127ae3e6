import { findType, type TypeText } from './registry.js'

/** What the codec needs to know of a message, in the shape that it reads fastest. Built at a type's first use. */
export interface MessageTable {
  readonly typeName: string
  /** By JSON name and by the name in the .proto file: both are accepted, the first is printed. */
  readonly byName: ReadonlyMap<string, FieldTable>
  readonly byNumber: ReadonlyMap<number, FieldTable>
}

export type ValueKind =
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly wire: WireType }
  | { readonly kind: 'enum'; readonly enum: EnumTable; readonly wire: 0 }
  | { readonly kind: 'message'; readonly typeName: string; readonly wire: 2; table(): MessageTable }

/** 0 varint, 1 eight bytes, 2 length first, 5 four bytes. */
export type WireType = 0 | 1 | 2 | 5

/** Scalar types, as .proto files name them. */
const WIRE_OF = {
  double: 1,
  float: 5,
  int64: 0,
  uint64: 0,
  int32: 0,
  fixed64: 1,
  fixed32: 5,
  bool: 0,
  string: 2,
  bytes: 2,
  uint32: 0,
  sfixed32: 5,
  sfixed64: 1,
  sint32: 0,
  sint64: 0,
} as const satisfies Record<string, WireType>

export type Scalar = keyof typeof WIRE_OF

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

const SCALARS: ReadonlyMap<string, ValueKind> = new Map(
  (Object.keys(WIRE_OF) as Scalar[]).map(scalar => [scalar, { kind: 'scalar', scalar, wire: WIRE_OF[scalar] }]),
)
const STRING: ValueKind = { kind: 'scalar', scalar: 'string', wire: 2 }
const messages = new Map<string, MessageTable>()
const enums = new Map<string, EnumTable>()

/** Throws TypeError for a name that is no message. */
export function tableOf(typeName: string): MessageTable {
  const found = findTable(typeName)
  if (found === undefined) throw new TypeError(`there is no protobuf message ${typeName}`)
  return found
}

/** For names out of data; undefined: not a type known here. */
export function findTable(typeName: string): MessageTable | undefined {
  const known = messages.get(typeName)
  if (known !== undefined) return known
  const found = findType(typeName)
  if (found?.kind !== 'message') return undefined
  const table = messageTable(typeName, found)
  messages.set(typeName, table)
  return table
}

function messageTable(typeName: string, { lines }: TypeText): MessageTable {
  const oneofOf = lines.map(([, , , ...marks]) => marks.find(mark => mark.startsWith('oneof=')))
  const jsonNames = lines.map(([name = '']) => camelCase(name))
  const fields = lines.map((line, i): FieldTable => {
    const oneof = oneofOf[i]
    const rivals = oneof === undefined ? [] : jsonNames.filter((_, other) => other !== i && oneofOf[other] === oneof)
    return fieldTable(line, jsonNames[i] ?? '', rivals, oneof !== undefined)
  })
  const byName = new Map(fields.map((field, i) => [lines[i]?.[0] ?? '', field]))
  for (const field of fields) byName.set(field.name, field)
  return { typeName, byName, byNumber: new Map(fields.map(field => [field.number, field])) }
}

function fieldTable(
  [, number, type = '', ...marks]: readonly string[],
  name: string,
  rivals: readonly string[],
  isInOneof: boolean,
): FieldTable {
  const [, key, element = type.replace('[]', '')] = /^map<(\w+),(.+)>$/.exec(type) ?? []
  const shape = key !== undefined ? 'map' : type.endsWith('[]') ? 'list' : 'one'
  const value = valueKind(element)
  return {
    name,
    number: Number(number),
    shape,
    value,
    key: key === undefined ? STRING : valueKind(key),
    isPacked: shape === 'list' && value.wire !== 2 && !marks.includes('unpacked'),
    isImplicit: shape !== 'one' || (value.kind !== 'message' && !isInOneof && !marks.includes('optional')),
    rivals,
  }
}

/** As protobuf makes JSON names of names. */
function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function valueKind(type: string): ValueKind {
  const scalar = SCALARS.get(type)
  if (scalar !== undefined) return scalar
  const found = enums.get(type) ?? addEnum(type)
  if (found !== undefined) return { kind: 'enum', enum: found, wire: 0 }
  // Looked up when needed: messages refer to each other in circles.
  let table: MessageTable | undefined
  return {
    kind: 'message',
    typeName: type,
    wire: 2,
    table: () => {
      table ??= tableOf(type)
      return table
    },
  }
}

/** Undefined for a message. */
function addEnum(typeName: string): EnumTable | undefined {
  const found = findType(typeName)
  if (found?.kind !== 'enum') return undefined
  const byName = new Map<string, number>()
  const byNumber = new Map<number, string>()
  for (const [name = '', text] of found.lines) {
    const number = Number(text)
    byName.set(name, number)
    // Of several names of one number the first is printed.
    if (!byNumber.has(number)) byNumber.set(number, name)
  }
  const table: EnumTable = { typeName, byName, byNumber }
  enums.set(typeName, table)
  return table
}
