/**
 * Keeps what was made lately, by the text of what it was made of, so that it need not be made again: `kept(text, make)`. In two
 * generations of `max` each: what is asked for again stays, what is not is forgotten.
 */
export function keepRecent<T extends object>(max: number): (text: string, make: () => T) => T {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  return (text, make) => {
    const known = young.get(text)
    if (known !== undefined) return known
    const value = old.get(text) ?? make()
    if (young.size >= max) {
      old = young
      young = new Map()
    }
    young.set(text, value)
    return value
  }
}
