// The template language, through the library's `parseTemplate`.
import { injectionFunctions } from '../../../src/inject/functions/index.js'
import { decodedJson, parseTemplate, type TemplateError } from '../../../src/template/index.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, textDifference } from '../difference.js'
import { tableOf } from './steps.js'

interface EngineFile {
  readonly data: object
  readonly cases?: EngineRow[]
}

interface EngineRow {
  readonly name: string
  readonly template: string
  readonly output?: string
  readonly parseError?: string
  readonly execError?: string
}

/** The name that the reference gives to every injection template; it stands in error positions. */
const NAME = 'inject'

export function engineTable(data: DataFolder): Table {
  const file = data.json<EngineFile>('template-engine.json')
  const functions = injectionFunctions({})
  return tableOf('template-engine/cases', file.cases, row => {
    const parsed = parseTemplate(NAME, row.template, { functions })
    if (!parsed.ok) return errorFailure(row.parseError, parsed.error, row.output ?? row.execError)
    if (row.parseError !== undefined) return expectedError(row.parseError, 'a template')
    const result = parsed.value.execute(decodedJson(file.data))
    if (!result.ok) return errorFailure(row.execError, result.error, row.output)
    return row.execError === undefined
      ? textDifference(row.output ?? '', result.value)
      : expectedError(row.execError, result.value)
  })
}

/** Texts of errors are free, their positions are not. */
export function errorFailure(
  recorded: string | null | undefined,
  error: TemplateError,
  instead: string | undefined,
): Failure {
  const text = `template: ${error.name}:${error.line}:${error.column}: ${error.message}`
  if (typeof recorded !== 'string') return `expected ${JSON.stringify(instead)}, got an error: ${text}`
  const [, name, line, column] = /^template: ([^:]*):(\d+)(?::(\d+))?:/.exec(recorded) ?? []
  if (line === undefined) return undefined
  const isThere =
    error.name === name && error.line === Number(line) && (column === undefined || error.column === Number(column))
  return isThere ? undefined : `expected the position of ${recorded}, got ${text}`
}
