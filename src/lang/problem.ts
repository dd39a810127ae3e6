/** Where something stands in a user's file. Lines and columns count from 1; columns count UTF-16 units. */
export interface Position {
  /** As the user named it; absent for text that came from no file (standard input is `-`). */
  readonly file?: string
  readonly line: number
  readonly column: number
}

/** A finding on a user's input: what is wrong, where, and what to do about it. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Stable and greppable, such as `yaml-syntax` or `unknown-template`. */
  readonly code: string
  /** One sentence, in the user's words, that names the value and what would be accepted. */
  readonly message: string
  readonly position?: Position
  /** Path inside the document, such as `spec.egress[0].hosts[1]`. */
  readonly path?: string
}

/** `file:line:column: message (path)`, as editors and CI systems link it. */
export function formatProblem(problem: Problem): string {
  const { position, path, message } = problem
  const where =
    position === undefined
      ? ''
      : `${position.file === undefined ? '' : `${position.file}:`}${position.line}:${position.column}: `
  return `${where}${message}${path === undefined || path === '' ? '' : ` (${path})`}`
}
