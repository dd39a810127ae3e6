import { basename, dirname } from 'node:path'
import type { InjectionExplanation, TextOptions } from '../explain/index.js'
import { builtinInjectionFiles } from '../sources/builtin.js'
import type { CommandContext } from './command.js'

/** Positions in the words of the user, who named files relative to where they are. */
export function shortened(text: string, { cwd }: CommandContext): string {
  return text.replaceAll(`${cwd}/`, '')
}

/** What text calls the folder of the built-in templates, whose path is long and not the user's. */
export const BUILT_IN = 'built-in'

export function builtInFolder(): string | undefined {
  const files = builtinInjectionFiles()
  return files === undefined ? undefined : dirname(files.config)
}

/** The same with places as a reader of text wants them; JSON keeps the paths. */
export function withShortNames(explanation: InjectionExplanation, context: CommandContext): InjectionExplanation {
  const folder = builtInFolder()
  const nameOf = (file: string): string =>
    folder !== undefined && dirname(file) === folder ? `${BUILT_IN}/${basename(file)}` : shortened(file, context)
  const renamed: InjectionExplanation = JSON.parse(JSON.stringify(explanation), (key, value) =>
    key === 'file' && typeof value === 'string' ? nameOf(value) : value,
  )
  return renamed
}

/** Characters of a line where nobody says how many there are. */
const USUAL_WIDTH = 100
/** Narrower is no use: names of labels and files are longer. */
const MIN_WIDTH = 40

/** Of the terminal, else what the environment's COLUMNS says, as for other commands. */
function widthOf({ stdout, env }: CommandContext): number {
  const said = /^\d+$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : 0
  return Math.max(MIN_WIDTH, stdout.columns || said || USUAL_WIDTH)
}

/** Colours on a terminal only, and not if NO_COLOR says so (https://no-color.org). */
export async function textOptions(
  isVerbose: boolean,
  context: CommandContext,
): Promise<TextOptions & { readonly width: number }> {
  const { stdout, env } = context
  const { PLAIN } = await import('../explain/index.js')
  const isColoured = stdout.isTTY === true && (env['NO_COLOR'] ?? '') === ''
  const { default: colours } = await import('picocolors')
  return {
    paint: isColoured ? colours.createColors(true) : PLAIN,
    isVerbose,
    width: widthOf(context),
  }
}
