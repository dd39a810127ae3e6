import type { Json } from '../lang/json.js'
import type { ConfigDiff, DiffGroup, ResourceChange } from './diff.js'
import type { FieldChange } from './diff-json.js'
import { originText } from './resources.js'

const SIGNS = { added: '+', removed: '-', changed: '~', moved: '>' } as const
/** Of one group. */
const MAX_RESOURCES = 30
/** Of one resource. */
const MAX_FIELDS = 12
/** Of a group's header. */
const MAX_PROXIES = 5
/** Of a value, in characters. */
const MAX_VALUE = 100

/** Lines for people; nothing but a sentence where nothing changes. */
export function diffText({ proxies, changed, newProxies, goneProxies, push, objects, groups }: ConfigDiff): string {
  const lines = objects.map(({ change, object, hasEffect }) => {
    const effect = hasEffect || groups.length === 0 ? '' : ': no proxy is sent anything else because of it'
    return `${SIGNS[change]} ${originText(object)}${effect}`
  })
  const list = lines.length === 0 ? 'no object changes' : `${count(lines.length, 'object')} changed\n${indented(lines)}`
  const others = [
    ...(newProxies.length === 0 ? [] : [`new: ${namesText(newProxies)}`]),
    ...(goneProxies.length === 0 ? [] : [`gone: ${namesText(goneProxies)}`]),
  ].map(line => `\n${line}`)
  const head = `${list}${others.join('')}`
  if (proxies === 0) return `${head}\nno proxy is on both sides: there is nothing to compare\n`
  if (groups.length === 0) return `${head}\nnone of ${count(proxies, 'proxy')} would be sent anything\n`
  const total = `${changed} of ${count(proxies, 'proxy')} would be sent something: ${bytes(push.delta)} with delta, ${bytes(push.sotw)} without`
  return `${head}\n${total}\n\n${groups.map(groupText).join('\n')}`
}

function groupText({ proxies, push, changes }: DiffGroup): string {
  const size = `${bytes(push.delta)} with delta, ${bytes(push.sotw)} without${proxies.length > 1 ? ', in all' : ''}`
  const shown = changes.slice(0, MAX_RESOURCES).flatMap(resourceLines)
  const rest =
    changes.length > MAX_RESOURCES ? [`  … ${changes.length - MAX_RESOURCES} more resources, see -o json`] : []
  return `${count(proxies.length, 'proxy')}: ${namesText(proxies)} (${size})\n${[...shown, ...rest].join('\n')}\n`
}

function namesText(proxies: readonly string[]): string {
  const more = proxies.length > MAX_PROXIES ? ` and ${proxies.length - MAX_PROXIES} more` : ''
  return `${proxies.slice(0, MAX_PROXIES).join(', ')}${more}`
}

function resourceLines({ kind, name, change, bytes: size, fields, causes }: ResourceChange): string[] {
  const title = kind === 'nameTable' ? 'name table' : `${kind} ${name}`
  const shown = fields.slice(0, MAX_FIELDS).map(field => `      ${fieldText(field)}`)
  const rest = fields.length > MAX_FIELDS ? [`      … ${fields.length - MAX_FIELDS} more fields, see -o json`] : []
  return [
    `  ${SIGNS[change]} ${title} (${bytes(size)})`,
    ...causes.map(cause => `      because of ${originText(cause)}`),
    ...shown,
    ...rest,
  ]
}

function fieldText(field: FieldChange): string {
  const start = `${SIGNS[field.kind]} ${field.path}`
  switch (field.kind) {
    case 'added':
      return `${start}: ${valueText(field.after)}`
    case 'removed':
      return `${start}: ${valueText(field.before)}`
    case 'changed':
      return `${start}: ${valueText(field.before)} -> ${valueText(field.after)}`
    case 'moved':
      return `${start}: another order`
  }
}

function valueText(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text
}

function count(number: number, what: 'object' | 'proxy'): string {
  const many = what === 'proxy' ? 'proxies' : `${what}s`
  return `${number} ${number === 1 ? what : many}`
}

function bytes(number: number): string {
  return `${number} ${number === 1 ? 'byte' : 'bytes'}`
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}`).join('\n')
}
