/** Every `routeConfigName` inside listeners, however deep their filters are. */
export function routeNamesIn(value: unknown): readonly string[] {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item)
    else if (typeof node === 'object' && node !== null && !(node instanceof Uint8Array))
      for (const [key, item] of Object.entries(node))
        if (key === 'routeConfigName' && typeof item === 'string') found.add(item)
        else visit(item)
  }
  visit(value)
  return [...found]
}
