import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { registry } from '../../test/kit/descriptors.js'
import { type FieldTable, findTable, tableOf, type ValueKind } from './tables.js'

const messages = [...registry()].filter(type => type.kind === 'message')

function kindText(kind: ValueKind): string {
  if (kind.kind === 'enum') {
    const { typeName, byName, byNumber } = kind.enum
    return `${typeName} ${JSON.stringify([...byName])} ${JSON.stringify([...byNumber])} ${kind.wire}`
  }
  return `${kind.kind === 'scalar' ? kind.scalar : kind.typeName} ${kind.wire}`
}

function scalarText(scalar: ScalarType): string {
  const wire = new Map<ScalarType, number>([
    ...[ScalarType.STRING, ScalarType.BYTES].map(type => [type, 2] as const),
    ...[ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64].map(type => [type, 1] as const),
    ...[ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32].map(type => [type, 5] as const),
  ])
  return `${ScalarType[scalar].toLowerCase()} ${wire.get(scalar) ?? 0}`
}

function enumText({ typeName, values }: DescEnum): string {
  const firsts = values.filter(value => values.find(({ number }) => number === value.number) === value)
  const byName = values.map(({ name, number }) => [name, number])
  return `${typeName} ${JSON.stringify(byName)} ${JSON.stringify(firsts.map(({ name, number }) => [number, name]))} 0`
}

function elementText(field: DescField): string {
  if (field.message !== undefined) return `${field.message.typeName} 2`
  return field.enum === undefined ? scalarText(field.scalar ?? ScalarType.STRING) : enumText(field.enum)
}

const told = (field: FieldTable) => ({
  ...field,
  value: kindText(field.value),
  key: kindText(field.key),
})

/** What the descriptor says, in the form of `told`. */
const described = (field: DescField) => ({
  name: field.jsonName,
  number: field.number,
  shape: field.fieldKind === 'list' || field.fieldKind === 'map' ? field.fieldKind : 'one',
  value: elementText(field),
  key: field.fieldKind === 'map' ? scalarText(field.mapKey) : 'string 2',
  isPacked: field.fieldKind === 'list' && field.packed,
  isImplicit: field.presence === 2,
  rivals: (field.oneof?.fields ?? []).filter(other => other !== field).map(other => other.jsonName),
})

describe('tables', () => {
  it('say of all messages what their descriptors say', () => {
    expect(messages.length).toBeGreaterThan(1_500)
    for (const { typeName, fields } of messages) {
      const { byName, byNumber } = tableOf(typeName)
      expect([...byNumber.values()].map(told), typeName).toEqual(fields.map(described))
      for (const { name, jsonName, number } of fields) {
        expect([byName.get(name), byName.get(jsonName)], `${typeName}.${name}`).toEqual(
          Array(2).fill(byNumber.get(number)),
        )
      }
    }
  })

  it('are there for messages only', () => {
    expect(findTable('istio.v1.auth.IstioCertificateRequest')).toBeDefined()
    expect(findTable('envoy.type.v3.CodecClientType')).toBeUndefined()
    for (const name of ['no.Such', '', ' ', 'message', '__proto__']) {
      expect(() => tableOf(name), name).toThrow(`there is no protobuf message ${name}`)
    }
  })
})
