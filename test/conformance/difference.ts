// Comparisons that say what differs, in few lines.

/** Lines of context and differences shown for one row: enough to see the cause, not enough to bury the next row. */
const SHOWN = 12

type Path = readonly (string | number)[]

/** Undefined when equal. Lists are ordered, key order is free, `undefined` and absent are one. */
export function jsonDifference(expected: unknown, actual: unknown): string | undefined {
  const found: string[] = []
  compare(expected, actual, [], found)
  return found.length === 0 ? undefined : limited(found)
}

function compare(expected: unknown, actual: unknown, path: Path, found: string[]): void {
  if (Object.is(expected, actual) || (typeof actual === 'bigint' && Number(actual) === expected)) return
  if (Array.isArray(expected) && Array.isArray(actual)) compareLists(expected, actual, path, found)
  else if (isObject(expected) && isObject(actual)) compareObjects(expected, actual, path, found)
  else found.push(`${pathText(path)}: expected ${short(expected)}, got ${short(actual)}`)
}

function compareLists(expected: unknown[], actual: unknown[], path: Path, found: string[]): void {
  const names = [expected, actual].map(list => list.map(nameOf))
  if (names.flat().every(name => name !== undefined) && names[0]?.join() !== names[1]?.join()) {
    found.push(`${pathText(path)}: expected [${names[0]?.join(' ')}], got [${names[1]?.join(' ')}]`)
  } else if (expected.length !== actual.length) {
    found.push(`${pathText(path)}: expected ${expected.length} items, got ${actual.length}`)
  }
  for (let i = 0; i < Math.max(expected.length, actual.length); i++)
    compare(expected[i], actual[i], [...path, i], found)
}

function compareObjects(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  path: Path,
  found: string[],
): void {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const [left, right] = [expected, actual].map(side => (Object.hasOwn(side, key) ? side[key] : undefined))
    compare(left, right, [...path, key], found)
  }
}

/** Undefined when equal; otherwise the lines around the first difference. */
export function textDifference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  let line = 0
  while (left[line] === right[line]) line++
  const lines = [`line ${line + 1} of ${left.length}, got ${right.length} lines`]
  for (let i = Math.max(0, line - 2); i < line; i++) lines.push(`  ${left[i]}`)
  for (let i = line; i < Math.min(line + 4, left.length); i++) lines.push(`- ${visible(left[i])}`)
  for (let i = line; i < Math.min(line + 4, right.length); i++) lines.push(`+ ${visible(right[i])}`)
  return limited(lines)
}

/** A text or a result that should have been an error, for rows that record one. */
export function expectedError(recorded: string, actual: unknown): string {
  return `expected an error such as ${short(recorded)}, got ${short(actual)}`
}

function limited(lines: readonly string[]): string {
  const rest = lines.length - SHOWN
  return [...lines.slice(0, SHOWN), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(item: unknown): string | undefined {
  return isObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined
}

function pathText(path: Path): string {
  return path.length === 0 ? '(root)' : path.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v))
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function visible(line: string | undefined): string {
  return (line ?? '').replaceAll('\t', '→').replaceAll('\r', '␍')
}
