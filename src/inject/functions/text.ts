import { formatDuration } from '../../lang/duration.js'
import { FunctionError, type FunctionMap, fn, type GoValue, type TemplateHost } from '../../template/index.js'
import { GoObject, integerValue } from './object.js'

/** Indentation beyond this is a mistake or an attack, in characters for the whole text. */
const MAX_INDENTED = 8 * 1024 * 1024

export const TEXT: FunctionMap = {
  contains: fn('string string', (part: string, text: string) => text.includes(part)),
  directory: fn('string', (path: string) => path.slice(0, path.lastIndexOf('/') + 1)),
  excludeInterfaces: fn('string', (text: string) => text),
  kubevirtInterfaces: fn('string', (text: string) => text),
  toLower: fn('string', (text: string) => text.toLowerCase()),
  indent: fn('int string', indentRest),
  formatDuration: fn('*durationpb.Duration', (duration: GoValue) => formatDuration(nanoseconds(duration))),
}

/** Functions that need the injector's surroundings. */
export function textFunctions(host: TemplateHost): FunctionMap {
  return {
    // An empty variable counts as one that is not set.
    env: fn('string string', (name: string, fallback: string) => host.env?.(name) || fallback),
  }
}

/** Indents every line but the first: the first one stands where the template put it. */
function indentRest(spaces: number, text: string): string {
  const lines = text.split('\n')
  if (spaces < 0) throw new FunctionError('strings: negative Repeat count')
  if (spaces * lines.length > MAX_INDENTED) throw new FunctionError(`result is longer than ${MAX_INDENTED} characters`)
  return lines.join(`\n${' '.repeat(spaces)}`)
}

/** A duration message; nil is zero. */
function nanoseconds(duration: GoValue): bigint {
  if (!(duration instanceof GoObject) || duration.isNil) return 0n
  return integerValue(duration, 'Seconds') * 1_000_000_000n + integerValue(duration, 'Nanos')
}
