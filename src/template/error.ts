/**
 * Why a template does not parse or could not run. `message` is the whole text in Go's form,
 * `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: …`; errors of syntax have no column in that text, as in Go.
 */
export interface TemplateError {
  /** Name of the file or template that was parsed. */
  readonly name: string
  /** From 1. */
  readonly line: number
  /** Bytes from the start of the line, from 0, as Go counts them. */
  readonly column: number
  readonly message: string
}

/** Carries a TemplateError to the boundary (`parseTemplate`, `execute`), where it becomes a value. */
export class TemplateFailure extends Error {
  readonly detail: TemplateError
  constructor(detail: TemplateError) {
    super(detail.message)
    this.detail = detail
  }
}
