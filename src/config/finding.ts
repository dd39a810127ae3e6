import type { Position, Problem } from '../lang/problem.js'

/** Keys and list indexes from the root of a document: `['spec', 'hosts', 0]`. */
export type Path = readonly (string | number)[]

/** What a parser or a validator says about a value, before anyone has looked up where that stands in a file. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** Stable and greppable, such as `unknown-field`. */
  readonly code: string
  readonly path: Path
  /** One sentence in the user's words, that names the value and what would be accepted. */
  readonly message: string
}

/** Where validators put what they find. Paths are relative to the document's root. */
export interface Report {
  error(path: Path, message: string, code?: string): void
  warn(path: Path, message: string, code?: string): void
}

/** Rules on values, without a name of their own. */
const INVALID = 'invalid-value'
const DOUBTFUL = 'doubtful-value'

export interface Findings extends Report {
  readonly list: Finding[]
  readonly hasErrors: () => boolean
}

export function collectFindings(): Findings {
  const list: Finding[] = []
  return {
    list,
    error: (path, message, code = INVALID) => list.push({ severity: 'error', code, path, message }),
    warn: (path, message, code = DOUBTFUL) => list.push({ severity: 'warning', code, path, message }),
    hasErrors: () => list.some(({ severity }) => severity === 'error'),
  }
}

const PLAIN_KEY = /^[A-Za-z_$@][\w$@-]*$/

/** `spec.egress[0].hosts[1]`; keys that are not plain words are quoted: `metadata.labels["a.b/c"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (!PLAIN_KEY.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

/** A finding with its place; `locate` answers for the nearest ancestor where the value itself is absent. */
export function toProblem(finding: Finding, locate: (path: Path) => Position | undefined): Problem {
  const position = locate(finding.path)
  const { severity, code, message } = finding
  const path = formatPath(finding.path)
  return {
    severity,
    code,
    message,
    ...(position === undefined ? {} : { position }),
    ...(path === '' ? {} : { path }),
  }
}

/** A value as messages quote it: short, on one line. */
export function quote(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value, bigintAsText) ?? 'nothing')
  return text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text
}

/** Longer values say no more, and hide the rest of the sentence. */
const QUOTED_LENGTH = 120

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
