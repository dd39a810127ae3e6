import { resolve } from 'node:path'
import { formatProblem } from '../lang/problem.js'
import { ruleFunctions } from '../rules/index.js'
import { type LiveRules, type RulesPaths, readRules } from '../servers/rules-source.js'
import { readPaths } from '../sources/snapshot.js'
import type { CommandContext } from './command.js'
import { templateHost } from './template-host.js'

export interface RulesFlags {
  readonly rules: string
  readonly configDir: readonly string[]
}

/** Reads rules and what they refer to, once. What is wrong with them is on standard error, and the result undefined. */
export async function loadRules(flags: RulesFlags, context: CommandContext): Promise<LiveRules | undefined> {
  const paths: RulesPaths = {
    rules: resolve(context.cwd, flags.rules),
    objects: flags.configDir.map(path => resolve(context.cwd, path)),
  }
  const functions = ruleFunctions(templateHost(context))
  let known: ReadonlySet<string> = new Set()
  for (;;) {
    const reading = await readPaths([paths.rules, ...paths.objects, ...known])
    // Something changed under the reader: read again.
    if (reading === undefined) continue
    const { result, referenced } = readRules(reading.snapshot, paths, functions)
    const isComplete = [...referenced].every(path => known.has(path))
    known = new Set([...known, ...referenced])
    if (!isComplete) continue
    const problems = result.ok ? result.value.warnings : result.error
    for (const problem of problems) context.stderr.write(`pillion: ${relativeTo(formatProblem(problem), context)}\n`)
    return result.ok ? result.value : undefined
  }
}

/** Positions in the words of the user, who named files relative to where they are. */
function relativeTo(text: string, { cwd }: CommandContext): string {
  return text.replaceAll(`${cwd}/`, '')
}
