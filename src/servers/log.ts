/** `none` keeps everything quiet; the others include all that are more urgent. */
export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug'

export const LOG_LEVELS: readonly LogLevel[] = ['none', 'error', 'warn', 'info', 'debug']

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  readonly error: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly info: (message: string, fields?: LogFields) => void
  readonly debug: (message: string, fields?: LogFields) => void
  /** Hands over what is still buffered; call it before the process ends. */
  readonly flush: () => void
}

export interface LogOptions {
  readonly write: (text: string) => unknown
  readonly now: () => Date
  readonly level: LogLevel
  /** One JSON object per line, as the reference's `--log_as_json`; otherwise columns between tabs. */
  readonly isJson: boolean
  /** Named in every line: which part speaks. */
  readonly scope: string
}

/** Lines wait for others, at most this many and this long, in ms: under load one write carries a batch. */
const BATCH_LINES = 256
const BATCH_MS = 10

/** An event log: a time, a level, a scope, a sentence and fields. Values come from requests, so nothing in them may start a line. */
export function createLog(options: LogOptions): Log {
  const threshold = LOG_LEVELS.indexOf(options.level)
  const format = options.isJson ? jsonLine : textLine
  let waiting: string[] = []
  const flush = (): void => {
    if (waiting.length === 0) return
    const text = waiting.join('')
    waiting = []
    options.write(text)
  }
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(level) > threshold) return
      if (waiting.length === 0) setTimeout(flush, BATCH_MS)
      waiting.push(format(options.now(), level, options.scope, message, fields))
      if (waiting.length >= BATCH_LINES) flush()
    }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), flush }
}

/** Characters that a field has of what others wrote. */
const MAX_TEXT = 2_000

/** What others wrote, of whatever length, for a field of one line. */
export function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text
}

/** Of a bug, for a field of one line. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Names that one line has. */
const MAX_LISTED = 10

/** Names for a field of one line: the first few, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED
  return more > 0 ? `${names.slice(0, MAX_LISTED).join(',')} and ${more} more` : names.join(',')
}

function textLine(now: Date, level: LogLevel, scope: string, message: string, fields: LogFields): string {
  let line = `${now.toISOString()}\t${level}\t${scope}\t${escapeBreaks(message)}`
  for (const key of Object.keys(fields)) {
    const value = fields[key]
    if (value !== undefined) line += `\t${key}=${typeof value === 'string' ? quoteIfNeeded(value) : value}`
  }
  return `${line}\n`
}

function jsonLine(now: Date, level: LogLevel, scope: string, message: string, fields: LogFields): string {
  return `${JSON.stringify({ time: now.toISOString(), level, scope, msg: message, ...fields })}\n`
}

function quoteIfNeeded(value: string): string {
  return /^[\w./:@%+,-]+$/.test(value) ? value : JSON.stringify(value)
}

function escapeBreaks(message: string): string {
  return message.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, c => (c === '\t' ? ' ' : JSON.stringify(c).slice(1, -1)))
}
