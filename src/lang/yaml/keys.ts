/**
 * The order of keys in printed YAML: letters before nothing but letters, runs of digits by their number. So `a2` comes before
 * `a10`, and `-`, `.` and `/` before letters.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const ac = a.charCodeAt(i)
    const bc = b.charCodeAt(i)
    if (ac === bc) continue
    if (isAsciiLetter(ac) && isAsciiLetter(bc)) return ac - bc
    return compareRunes([...a], [...b])
  }
  return a.length - b.length
}

function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

const LETTER = /^\p{L}$/u
const DIGIT = /^\p{Nd}$/u

function compareRunes(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length)
  const at = a.findIndex((rune, i) => i < length && rune !== b[i])
  if (at === -1) return a.length - b.length
  const aIsLetter = LETTER.test(a[at]!)
  const bIsLetter = LETTER.test(b[at]!)
  if (aIsLetter && bIsLetter) return codeOf(a[at]!) - codeOf(b[at]!)
  if (aIsLetter || bIsLetter) return bIsLetter ? -1 : 1
  return compareNumbers(a, b, at)
}

function codeOf(rune: string): number {
  return rune.codePointAt(0)!
}

function compareNumbers(a: readonly string[], b: readonly string[], at: number): number {
  // Behind a digit other than 0 a zero counts as a place, so that a100 comes behind a12.
  const start = (a[at] === '0' || b[at] === '0') && followsNumber(a, at) ? 1n : 0n
  const [aNumber, aEnd] = digitsFrom(a, at, start)
  const [bNumber, bEnd] = digitsFrom(b, at, start)
  if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1
  if (aEnd !== bEnd) return aEnd - bEnd
  return codeOf(a[at]!) - codeOf(b[at]!)
}

function followsNumber(runes: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && DIGIT.test(runes[i]!); i--) if (runes[i] !== '0') return true
  return false
}

/** The number that the digits from `at` make, wrapped to 64 bits as the reference has it, and where they end. */
function digitsFrom(runes: readonly string[], at: number, start: bigint): readonly [bigint, number] {
  let value = start
  let end = at
  for (; end < runes.length && DIGIT.test(runes[end]!); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(runes[end]!) - 48))
  }
  return [value, end]
}
