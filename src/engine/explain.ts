import type { Explanation } from './types.js'

/** The input rows (`table`, `key`, present or not) that an explanation ends in, each once, in the order of reading. */
export function inputsOf(explanation: Explanation): readonly Explanation[] {
  const found = new Map<string, Explanation>()
  const visit = (part: Explanation): void => {
    if (part.isInput && part.kind === 'row') found.set(`${part.table}\0${part.key}`, part)
    for (const next of part.because) visit(next)
  }
  visit(explanation)
  return [...found.values()]
}
