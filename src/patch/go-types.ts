import type { GoField, GoStruct, GoType } from '../lang/gotypes.js'
import { GO_TYPES } from './go-types.generated.js'

/** Where each struct's lines stand in the generated text; filled at the first lookup, so that loading costs nothing. */
let blocks: Map<string, string> | undefined
const structs = new Map<string, GoStruct>()

/**
 * The shape of a Go struct. Names are `v1.X` for core/v1 and meta/v1 (`v1.Pod`, `v1.PodSpec`, `v1.ObjectMeta`), and
 * `<group>/v1.X` for the others, the group as in a manifest's apiVersion: `apps/v1.Deployment`, `apps/v1.DeploymentSpec`,
 * `batch/v1.CronJob`, `apps.openshift.io/v1.DeploymentConfig`. Struct types inside fields use the same names.
 *
 * Throws on an unknown name: names are written by developers, never by users. `hasGoStruct` asks first.
 */
export function goStruct(name: string): GoStruct {
  const known = structs.get(name)
  if (known !== undefined) return known
  const block = blocksByName().get(name)
  if (block === undefined) throw new Error(`no Go struct ${name} in the generated table`)
  const struct = { name, fields: block.split('\n').slice(1).map(parseField) }
  structs.set(name, struct)
  return struct
}

export function hasGoStruct(name: string): boolean {
  return blocksByName().has(name)
}

/** Every struct in the table, in the order of the generator: the roots first, then what they reach, breadth first. */
export function goStructNames(): string[] {
  return [...blocksByName().keys()]
}

function blocksByName(): Map<string, string> {
  blocks ??= new Map(
    GO_TYPES.trim()
      .split('\n\n')
      .map(block => [block.split('\n', 1)[0]!, block]),
  )
  return blocks
}

function parseField(line: string): GoField {
  const [go = '', json = '', type = '', options = ''] = line.split(' ')
  const flags = options.split(';')
  const option = (prefix: string): string | undefined =>
    flags.find(flag => flag.startsWith(prefix))?.slice(prefix.length)
  const patchStrategy = option('s=')
  const mergeKey = option('k=')
  return {
    go,
    json: json === '-' ? '' : json,
    type: parseType(type),
    omitempty: flags.includes('e'),
    omitzero: flags.includes('z'),
    inline: flags.includes('i'),
    ...(patchStrategy === undefined ? {} : { patchStrategy }),
    ...(mergeKey === undefined ? {} : { mergeKey }),
  }
}

function parseType(text: string): GoType {
  if (text.startsWith('*')) return { kind: 'ptr', elem: parseType(text.slice(1)) }
  if (text.startsWith('[]')) return { kind: 'slice', elem: parseType(text.slice(2)) }
  if (text.startsWith('{}')) return { kind: 'map', key: 'string', elem: parseType(text.slice(2)) }
  if (text.startsWith('@')) return { kind: 'struct', name: text.slice(1) }
  // The generator writes no other word than the kinds without operands; the test of this file walks all of them.
  return { kind: text } as GoType
}
