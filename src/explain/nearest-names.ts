/** Longer names are compared by their beginnings only, in characters. */
const MAX_LENGTH = 128

/** The `count` names that are most like `wanted`: fewest letters to change; what contains it, or is in it, goes first. */
export function nearestNames(wanted: string, names: Iterable<string>, count: number): readonly string[] {
  const near = wanted.toLowerCase()
  return [...new Set(names)]
    .map(name => ({ name, cost: costOf(near, name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
}

function costOf(wanted: string, name: string): number {
  const distance = editDistance(wanted.slice(0, MAX_LENGTH), name.slice(0, MAX_LENGTH))
  return name.includes(wanted) || wanted.includes(name) ? distance / 2 - wanted.length : distance
}

/** Letters to add, leave out or change (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      )
    row = next
  }
  return row[b.length] ?? 0
}
