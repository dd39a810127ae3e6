import { isJsonObject, type JsonObject } from '../lang/json.js'
import { isLabelKey, isLabelValue } from '../lang/selector.js'
import { type Findings, quote } from './finding.js'
import type { ConfigKind } from './kinds/kind.js'

/** Longest name of an object and longest namespace, as an API server has them. */
const NAME_LENGTH = 253
const NAMESPACE_LENGTH = 63
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Name, namespace, labels and annotations, as an API server checks them for every custom resource. */
export function checkMetadata(kind: ConfigKind, document: JsonObject, findings: Findings): void {
  const metadata = document['metadata']
  if (!isJsonObject(metadata)) {
    findings.error(['metadata'], 'metadata is missing: expected an object with a name', 'no-name')
    return
  }
  const { name, namespace } = metadata
  if (typeof name !== 'string' || name === '') {
    findings.error(
      ['metadata', 'name'],
      `metadata.name is missing: expected text, not ${quote(name ?? null)}`,
      'no-name',
    )
  } else if (kind.family === 'istio' && (name.length > NAME_LENGTH || !NAME.test(name))) {
    const expected = `expected lower case letters, digits, - and ., at most ${NAME_LENGTH} characters`
    findings.error(['metadata', 'name'], `${quote(name)} is not a name of an object; ${expected}`, 'bad-name')
  }
  if (namespace !== undefined && namespace !== null && namespace !== '') checkNamespace(namespace, findings)
  checkTime(metadata, findings)
  for (const field of ['labels', 'annotations'] as const) checkTexts(kind, field, metadata, findings)
}

function checkNamespace(namespace: unknown, findings: Findings): void {
  const isName = typeof namespace === 'string' && namespace.length <= NAMESPACE_LENGTH && NAMESPACE.test(namespace)
  if (isName) return
  const expected = `expected lower case letters, digits and -, at most ${NAMESPACE_LENGTH} characters`
  findings.error(['metadata', 'namespace'], `${quote(namespace)} is not a name of a namespace; ${expected}`, 'bad-name')
}

function checkTime({ creationTimestamp: time }: JsonObject, findings: Findings): void {
  if (time === undefined || time === null || (typeof time === 'string' && TIMESTAMP.test(time))) return
  const message = `expected a time such as "2026-01-01T00:00:00Z", not ${quote(time)}`
  findings.error(['metadata', 'creationTimestamp'], message, 'wrong-type')
}

function checkTexts(kind: ConfigKind, field: 'labels' | 'annotations', metadata: JsonObject, findings: Findings): void {
  const texts = metadata[field]
  if (texts === undefined || texts === null) return
  if (!isJsonObject(texts)) {
    findings.error(['metadata', field], `expected a map of text to text, not ${quote(texts)}`, 'wrong-type')
    return
  }
  for (const key of Object.keys(texts)) {
    const value = texts[key]
    const path = ['metadata', field, key]
    if (typeof value !== 'string') findings.error(path, `expected text (in quotes), not ${quote(value)}`, 'wrong-type')
    else if (kind.family !== 'istio' || field === 'annotations') continue
    else if (!isLabelKey(key)) findings.error(path, `${quote(key)} is not a key of a label`, 'bad-label')
    else if (!isLabelValue(value)) findings.error(path, `${quote(value)} is not a value of a label`, 'bad-label')
  }
}
