import type { Problem } from '../lang/problem.js'
import { err, type Result } from '../lang/result.js'
import { errorText } from './log.js'

/**
 * What was read from files; a bug while reading is a problem like others, so that the last good state stays in use and files are
 * followed further, where a throw would end the process.
 */
export function readOrProblem<T>(read: () => Result<T, readonly Problem[]>): Result<T, readonly Problem[]> {
  try {
    return read()
  } catch (error) {
    return err([{ severity: 'error', code: 'internal', message: `internal error: ${errorText(error)}` }])
  }
}
