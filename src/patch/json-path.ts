/** A key of a map, a position in a list, or the item of a list that a field tells apart. */
export type PathPart = string | number | { readonly field: string; readonly value: string }

/** A path for people: `spec.containers[0].name`, `containers[name=app]`; keys that are no plain words: `labels["a/b"]`. */
export function formatPath(path: readonly PathPart[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (typeof part === 'object') text += `[${part.field}=${part.value}]`
    else if (/^[\w$-]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}
