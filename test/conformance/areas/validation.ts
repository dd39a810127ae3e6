import { openCrdChecker } from '../../../src/config/crd/index.js'
import { collectFindings, type Finding } from '../../../src/config/finding.js'
import { allKinds } from '../../../src/config/kinds/registry.js'
import { parseConfigDocuments } from '../../../src/config/parse.js'
import type { Json, JsonObject } from '../../../src/lang/json.js'
import { parseYamlStream, stringifyYaml, type YamlDocument } from '../../../src/lang/yaml/index.js'
import type { Area, Failure, Row, Table } from '../area.js'
import type { DataFolder } from '../data.js'

interface RecordedCase {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: JsonObject | string
  readonly valid: boolean
  readonly error?: string
  readonly warning?: string
  readonly goTest: string
}

export const area: Area = { tables }

function* tables(data: DataFolder): Iterable<Table> {
  if (data.has('cases.json')) yield* caseTables(data.json<RecordedCase[]>('cases.json'))
  for (const kind of CRD_FILES) {
    const rows = ['valid', 'invalid'].flatMap(verdict => {
      const file = `crds/${kind}-${verdict}.yaml`
      return data.has(file) ? crdRows(file, data.text(file)) : []
    })
    if (rows.length > 0) yield { name: `crds/${kind}`, rows }
  }
}

const CRD_FILES =
  'authz destinationrule envoyfilter peerauth proxyconfig reqauth serviceentry telemetry wasm workloadentry workloadgroup'.split(
    ' ',
  )

function* caseTables(cases: readonly RecordedCase[]): Iterable<Table> {
  for (const kind of [...new Set(cases.map(one => one.kind))]) {
    const rows = cases.flatMap((one, index) =>
      one.kind === kind && typeof one.spec !== 'string'
        ? [{ name: `${index} ${one.goTest}`, check: () => checkCase(one) }]
        : [],
    )
    if (rows.length > 0) yield { name: kind, rows }
  }
}

/** The record is of the kind's own validator: no schema has been asked before. Names are often absent. */
function checkCase(one: RecordedCase): Failure {
  const kind = allKinds().find(({ type, family }) => type === one.kind && family === 'istio')
  if (kind === undefined) return `there is no kind ${one.kind}`
  const document = {
    apiVersion: `${kind.group}/${kind.versions[0]}`,
    kind: one.kind,
    metadata: {
      name: one.name || 'x',
      namespace: one.namespace || 'default',
      annotations: one.annotations as JsonObject,
    },
    spec: one.spec as Json,
  }
  const findings = collectFindings()
  const spec = kind.parse(document, findings)
  const meta = {
    name: document.metadata.name,
    namespace: document.metadata.namespace,
    annotations: one.annotations,
    labels: {},
  }
  const object = {
    ...meta,
    type: kind.type,
    kind: kind.kind,
    group: kind.group,
    version: 'v1',
    creationTimestamp: '',
    spec,
    source: undefined,
  }
  if (!findings.hasErrors()) kind.validate(object, findings)
  return compare(findings.list, one.valid, one.error, one.warning !== undefined)
}

function compare(found: readonly Finding[], valid: boolean, error: string | undefined, hasWarning: boolean): Failure {
  const errors = found.filter(({ severity }) => severity === 'error')
  if (valid && errors.length > 0) return `expected valid, got ${texts(errors)}`
  if (!valid && errors.length === 0) return `expected an error such as ${JSON.stringify(error)}, got none`
  const isWarned = found.length > errors.length
  if (hasWarning && !isWarned && errors.length === 0) return 'expected a warning, got none'
  return undefined
}

function texts(findings: readonly { readonly message: string }[]): string {
  return findings.map(({ message }) => message).join('; ')
}

/** `_err` at the top says what must be said; the rest is what a user would apply. */
function crdRows(file: string, text: string): Row[] {
  return parseYamlStream(text, { file }).flatMap((document, index) => {
    if (document.value === null && document.problems.length === 0) return []
    return [{ name: `${file} ${index}`, check: () => checkCrd(document) }]
  })
}

function checkCrd(document: YamlDocument): Failure {
  const { _err: expected, ...object } = document.value as JsonObject
  const documents = parseYamlStream(stringifyYaml(object))
  const { problems } = parseConfigDocuments(documents, { schemas: openCrdChecker() })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (expected === undefined) return errors.length === 0 ? undefined : `expected valid, got ${texts(errors)}`
  return errors.length > 0 ? undefined : `expected an error such as ${JSON.stringify(expected)}, got none`
}
