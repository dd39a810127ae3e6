/** Names in camel case, and the way back. */

type WordKind = 'connector' | 'punctuation' | 'upper' | 'lower' | 'number' | 'other'

interface Word {
  readonly kind: WordKind
  readonly text: string
}

const CONNECTOR = /[-_\s]/u
/** Chinese characters are no letters here. */
const LOWER = '(?![\\u3400-\\u4d85\\u4e00-\\u9fcc\\u{20000}-\\u{2b81d}])[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Lt}]'
const WORD = new RegExp(
  [
    '(?<connector>[-_\\s]+)',
    '(?<punctuation>\\p{P}+)',
    `(?<upper>\\p{Lu}{2,}(?!\\p{Lu}|${LOWER})|\\p{Lu}+(?=\\p{Lu}${LOWER})|\\p{Lu}(?:${LOWER})*)`,
    `(?<lower>(?:${LOWER})+)`,
    '(?<number>\\p{N}+)',
    `(?<other>(?:(?!${LOWER})[^\\p{N}\\p{P}\\p{Lu}\\s_-])+)`,
  ].join('|'),
  'gu',
)

/** `foo_bar` -> `FooBar`; leading connectors stay. */
export function camelCase(text: string): string {
  const [lead = ''] = /^[-_\s]*/u.exec(text) ?? []
  const points = Array.from(text.slice(lead.length))
  const [first] = points
  // All connectors: the last one comes twice, as it does in the reference.
  if (first === undefined) return lead + lead.slice(-1)
  let out = lead
  let current = upper(first)
  // A run of capitals loses all but its first.
  let isInCapitals = /\p{Lu}/u.test(first)
  for (const next of points.slice(1)) {
    const [isGap, wasGap] = [CONNECTOR.test(next), CONNECTOR.test(current)]
    if (isGap && wasGap) {
      out += current
      current = next
      continue
    }
    if (wasGap) {
      isInCapitals = /\p{Lu}/u.test(next)
      current = upper(next)
      continue
    }
    out += current
    if (!isInCapitals) current = next
    else if (/\p{Lu}/u.test(next)) current = next.toLowerCase()
    else {
      isInCapitals = false
      current = next
    }
  }
  return out + current
}

/** `FooBar` -> `foo_bar`. Digits stay with the letters around them: `Bld4Floor` -> `bld4_floor`, `HTTP2xx` -> `http_2xx`. */
export function separatedCase(text: string, connector: string): string {
  const words = wordsOf(text)
  let i = 0
  let out = ''
  const kindAt = (at: number): WordKind | undefined => words[at]?.kind
  const takeWhileJoined = (): void => {
    while (kindAt(i) === 'lower' || kindAt(i) === 'number') out += lower(words[i++], connector)
  }
  const connect = (): void => {
    const kind = kindAt(i)
    if (kind !== undefined && kind !== 'connector' && kind !== 'punctuation') out += connector
  }
  while (i < words.length - 1) {
    const word = words[i++]
    out += lower(word, connector)
    if (word?.kind === 'number') {
      takeWhileJoined()
      connect()
    } else if (word?.kind !== 'connector' && word?.kind !== 'punctuation') {
      if (kindAt(i) !== 'number') connect()
      else if (i < words.length - 1) afterWord()
    }
  }
  if (i < words.length) out += lower(words[i], connector)
  return out

  /** A number behind a word: part of the word, unless small letters follow. */
  function afterWord(): void {
    if (kindAt(i + 1) === 'lower') {
      out += connector + lower(words[i++], connector)
      takeWhileJoined()
    } else out += lower(words[i++], connector)
    connect()
  }
}

/** One character for one: `ß` stays. */
function upper(c: string): string {
  const mapped = c.toUpperCase()
  return Array.from(mapped).length === 1 ? mapped : c
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), match => {
    const [kind = 'other'] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? []
    return { kind: kind as WordKind, text: match[0] }
  })
}

function lower(word: Word | undefined, connector: string): string {
  if (word === undefined) return ''
  return word.kind === 'connector' ? connector.repeat(Array.from(word.text).length) : word.text.toLowerCase()
}
