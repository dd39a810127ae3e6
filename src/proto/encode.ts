import { asObject, base64Bytes, describe, enumWriter, scalarWriter, type Write, writeString } from './encode-scalar.js'
import { isZero, SPECIAL } from './encode-special.js'
import { ProtoError, within } from './error.js'
import { type FieldTable, findTable, type MessageTable, tableOf, type ValueKind } from './tables.js'
import { createWriter, resetWriter, takeBytes, type Writer, writeBytes, writeVarint } from './writer.js'

type Fields = Record<string, unknown>

/** One for all: encoding is synchronous and never calls out. */
const shared = createWriter()

/** See index.ts. */
export function encode(typeName: string, message: object): Uint8Array {
  resetWriter(shared)
  messageWriter(tableOf(typeName))(shared, message)
  return takeBytes(shared)
}

interface Constant {
  /** As what type it was written; there is no other. */
  table: MessageTable | undefined
  bytes: Uint8Array
}

const constants = new WeakMap<object, Constant>()

/** See index.ts. */
export function declareConstant<T extends object>(message: T): T {
  constants.set(freeze(message), { table: undefined, bytes: new Uint8Array() })
  return message
}

function freeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) freeze(item)
  return Object.freeze(value)
}

/** Whether the JSON form of a message is not an object of its fields: in an `Any` it then stands under `value`. */
export function hasSpecialJson(typeName: string): boolean {
  return typeName === ANY || SPECIAL.has(typeName)
}

const ANY = 'google.protobuf.Any'
const writers = new Map<MessageTable, Write>()

/** What writes messages of that type. Built at its first use, for good. */
function messageWriter(table: MessageTable): Write {
  const known = writers.get(table)
  if (known !== undefined) return known
  const write = table.typeName === ANY ? writeAny : (SPECIAL.get(table.typeName) ?? fieldsWriter(table))
  writers.set(table, write)
  return write
}

/** How messages with exactly these keys, in this order, are written: all that can be known before their values are. */
interface Plan {
  readonly keys: readonly string[]
  /** In the order of their numbers. */
  readonly steps: readonly Step[]
  /** Keys of which only one may have a value. */
  readonly conflicts: readonly (readonly [Step, Step])[]
}

interface Step {
  /** One of the field's two names. */
  readonly key: string
  readonly field: FieldTable
  /** Tag and all; nothing for what means absence. */
  readonly write: Write
}

/** Translators make messages of a type in few shapes; any beyond these, which input may bring, are planned each time. */
const MAX_PLANS = 32

function fieldsWriter(table: MessageTable): Write {
  const known = new Map<FieldTable, Write>()
  const plans: Plan[] = []
  const planOf = (message: Fields): Plan => {
    const keys = Object.keys(message)
    for (const plan of plans) if (isFor(plan, keys)) return plan
    const plan = makePlan(table, keys, known)
    if (plans.length < MAX_PLANS) plans.push(plan)
    return plan
  }
  return (writer, value) => {
    const message = asObject(value)
    const { steps, conflicts } = planOf(message)
    for (const conflict of conflicts) rejectConflict(conflict, message)
    let i = steps.length - 1
    try {
      for (; i >= 0; i--) {
        const { key, write } = steps[i] as Step
        const item = message[key]
        if (item !== undefined) write(writer, item)
      }
    } catch (error) {
      throw within(error, (steps[i] as Step).field.name)
    }
  }
}

function isFor({ keys: known }: Plan, keys: readonly string[]): boolean {
  if (known.length !== keys.length) return false
  for (let i = 0; i < keys.length; i++) if (known[i] !== keys[i]) return false
  return true
}

function makePlan(table: MessageTable, keys: readonly string[], known: Map<FieldTable, Write>): Plan {
  const steps = keys
    .filter(key => key !== '@type')
    .map((key): Step => {
      const field = table.byName.get(key)
      if (field === undefined) throw new ProtoError(`${table.typeName} has no field ${JSON.stringify(key)}`)
      const write = known.get(field) ?? fieldWriter(field)
      known.set(field, write)
      return { key, field, write }
    })
  const isRival = (a: FieldTable, b: FieldTable): boolean => a === b || a.rivals.includes(b.name)
  const conflicts = steps.flatMap((step, i) =>
    steps.slice(i + 1).flatMap(other => (isRival(step.field, other.field) ? [[step, other] as const] : [])),
  )
  return { keys, steps: [...steps].sort((a, b) => a.field.number - b.field.number), conflicts }
}

function rejectConflict([step, other]: readonly [Step, Step], message: Fields): void {
  const isSet = ({ key }: Step): boolean => message[key] !== undefined && message[key] !== null
  if (!isSet(step) || !isSet(other)) return
  const { name } = step.field
  if (step.field === other.field) throw new ProtoError('is given twice, under both of its names', name)
  throw new ProtoError(`is set, but only one of it and ${other.field.name} may be`, name)
}

function fieldWriter(field: FieldTable): Write {
  const { shape, value: kind, isImplicit } = field
  if (shape === 'list') return listWriter(field)
  if (shape === 'map') return mapWriter(field)
  const tag = field.number * 8 + kind.wire
  const write = valueWriter(kind)
  const isNullAValue =
    (kind.kind === 'message' && kind.typeName === 'google.protobuf.Value') ||
    (kind.kind === 'enum' && kind.enum.typeName === 'google.protobuf.NullValue')
  if (isImplicit && kind.kind !== 'message') return implicitWriter(write, tag, kind.wire)
  return (writer, value) => {
    if (value === null && !isNullAValue) return
    write(writer, value)
    writeVarint(writer, tag)
  }
}

/** Zero means the same as absence, in whatever notation ("0", the enum's first name): so the bytes are looked at. */
function implicitWriter(write: Write, tag: number, wire: number): Write {
  return (writer, value) => {
    if (value === null) return
    const end = writer.at - writer.buffer.length
    write(writer, value)
    const size = writer.buffer.length + end - writer.at
    if (isZero(writer, size, wire)) writer.at += size
    else writeVarint(writer, tag)
  }
}

function listWriter({ number, value: kind, isPacked }: FieldTable): Write {
  const write = valueWriter(kind)
  const tag = number * 8 + (isPacked ? 2 : kind.wire)
  return (writer, value) => {
    if (value === null) return
    if (!Array.isArray(value)) throw new ProtoError(`a list is expected, not ${describe(value)}`)
    const items: readonly unknown[] = value
    const end = writer.at - writer.buffer.length
    let i = items.length - 1
    try {
      for (; i >= 0; i--) {
        write(writer, items[i])
        if (!isPacked) writeVarint(writer, tag)
      }
    } catch (error) {
      throw within(error, `[${i}]`)
    }
    if (!isPacked || items.length === 0) return
    writeVarint(writer, writer.buffer.length + end - writer.at)
    writeVarint(writer, tag)
  }
}

function mapWriter({ number, key: keyKind, value: kind }: FieldTable): Write {
  const write = valueWriter(kind)
  const writeKey = valueWriter(keyKind)
  const isBool = keyKind.kind === 'scalar' && keyKind.scalar === 'bool'
  return (writer, value) => {
    if (value === null) return
    const map = asObject(value)
    const keys = Object.keys(map).sort()
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string
      const end = writer.at - writer.buffer.length
      try {
        write(writer, map[key])
        writeVarint(writer, 2 * 8 + kind.wire)
        writeKey(writer, isBool ? key === 'true' : key)
        writeVarint(writer, 1 * 8 + keyKind.wire)
      } catch (error) {
        throw within(error, `[${JSON.stringify(key)}]`)
      }
      writeVarint(writer, writer.buffer.length + end - writer.at)
      writeVarint(writer, number * 8 + 2)
    }
  }
}

/** A value without its tag. */
function valueWriter(kind: ValueKind): Write {
  if (kind.kind === 'scalar') return scalarWriter(kind.scalar)
  if (kind.kind === 'enum') return enumWriter(kind.enum)
  // Looked up when needed: messages refer to each other in circles.
  let write: Write | undefined
  let table: MessageTable
  return (writer, value) => {
    if (write === undefined) {
      table = kind.table()
      write = messageWriter(table)
    }
    const constant = typeof value === 'object' && value !== null ? constants.get(value) : undefined
    if (constant !== undefined && constant.table === table) {
      writeBytes(writer, constant.bytes)
      return
    }
    const end = writer.at - writer.buffer.length
    write(writer, value)
    writeVarint(writer, writer.buffer.length + end - writer.at)
    if (constant === undefined) return
    constant.table = table
    constant.bytes = new Uint8Array(writer.buffer.subarray(writer.at, writer.buffer.length + end))
  }
}

function writeAny(writer: Writer, value: unknown): void {
  const any = asObject(value)
  const url = any['@type']
  if (url === undefined && Object.keys(any).length === 0) return
  if (typeof url !== 'string' || !url.includes('/'))
    throw new ProtoError('@type is expected, such as type.googleapis.com/…')
  const table = findTable(url.slice(url.lastIndexOf('/') + 1))
  const end = writer.at - writer.buffer.length
  if (table === undefined) writeBytes(writer, unknownAnyBytes(any))
  else messageWriter(table)(writer, hasSpecialJson(table.typeName) ? any['value'] : any)
  const size = writer.buffer.length + end - writer.at
  if (size > 0) {
    writeVarint(writer, size)
    writeVarint(writer, 2 * 8 + 2)
  }
  writeString(writer, url)
  writeVarint(writer, 1 * 8 + 2)
}

function unknownAnyBytes(any: Fields): Uint8Array {
  const odd = Object.keys(any).find(key => key !== '@type' && key !== 'value')
  if (odd !== undefined) throw new ProtoError(`the type ${any['@type']} is not known, so it cannot have ${odd}`)
  return base64Bytes(any['value'] ?? '')
}
