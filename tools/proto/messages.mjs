// Maintainer's tool: writes src/proto/messages.txt, what the codec knows of protobuf messages, from the descriptors in
// tools/proto/mesh.fds.gz. `node tools/proto/messages.mjs`, after descriptors.mjs. Descriptors themselves take 0.2 s and 11 MB to load.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, gunzipSync(readFileSync(join(import.meta.dirname, 'mesh.fds.gz')))),
)
/** FieldPresence.IMPLICIT: zero is absence. */
const IMPLICIT = 2
const LENGTH_FIRST = [ScalarType.STRING, ScalarType.BYTES]

const nameOfScalar = scalar => ScalarType[scalar].toLowerCase()
const nameOfElement = field => field.message?.typeName ?? field.enum?.typeName ?? nameOfScalar(field.scalar)
const camelCase = name => name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase())

function typeOf(field) {
  if (field.fieldKind === 'list') return `${nameOfElement(field)}[]`
  if (field.fieldKind === 'map') return `map<${nameOfScalar(field.mapKey)},${nameOfElement(field)}>`
  return nameOfElement(field)
}

/** What is not as it mostly is. */
function marksOf(field) {
  const isOne = field.fieldKind === 'scalar' || field.fieldKind === 'enum'
  const isPackable =
    field.fieldKind === 'list' && field.message === undefined && !LENGTH_FIRST.includes(field.scalar ?? 0)
  return [
    ...(field.oneof === undefined ? [] : [`oneof=${field.oneof.name}`]),
    ...(isOne && field.oneof === undefined && field.presence !== IMPLICIT ? ['optional'] : []),
    ...(isPackable && !field.packed ? ['unpacked'] : []),
  ]
}

function blockOf(type) {
  if (type.kind === 'enum') {
    return [`enum ${type.typeName}`, ...type.values.map(value => `${value.name} ${value.number}`)]
  }
  const odd = type.fields.find(({ name, jsonName }) => jsonName !== camelCase(name))
  if (odd !== undefined)
    throw new Error(`${odd}: its JSON name is not its name in camel case, which the reader takes it for`)
  const line = field => [field.name, field.number, typeOf(field), ...marksOf(field)].join(' ')
  return [`message ${type.typeName}`, ...type.fields.map(line)]
}

const types = [...registry].filter(({ kind }) => kind === 'message' || kind === 'enum')
const blocks = types.sort((a, b) => (a.typeName < b.typeName ? -1 : 1)).map(type => `${blockOf(type).join('\n')}\n`)
const out = join(import.meta.dirname, '../../src/proto/messages.txt')
writeFileSync(out, blocks.join('\n'))
console.log(`${types.length} types, ${blocks.join('\n').length} bytes`)
