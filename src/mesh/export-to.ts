/**
 * Who may see a config. Written: `.` (own namespace), `*` (all), `~` (nowhere), names of namespaces. Kept: `*`, `~`, or names of
 * namespaces, sorted, `.` resolved; one `*` makes the rest idle.
 */
export function normaliseExportTo(
  written: readonly string[] | undefined,
  meshDefault: readonly string[] | undefined,
  namespace: string,
): readonly string[] {
  const chosen = written !== undefined && written.length > 0 ? written : meshDefault
  if (chosen === undefined || chosen.length === 0) return ALL
  const names = new Set(chosen.map(name => (name === '.' ? namespace : name)))
  if (names.has('*')) return ALL
  if (names.has('~')) return NOWHERE
  return [...names].sort()
}

/** What is left of an export when it may be seen no further: a ceiling takes away, and never adds. */
export function limitedExport(
  exportTo: readonly string[],
  visibility: 'NONE' | 'NAMESPACE' | 'PUBLIC' | 'VISIBILITY_UNSPECIFIED',
  namespace: string,
): readonly string[] {
  if (visibility === 'NONE') return NOWHERE
  if (visibility !== 'NAMESPACE') return exportTo
  return isExportedTo(exportTo, namespace) ? [namespace] : NOWHERE
}

const ALL: readonly string[] = ['*']
const NOWHERE: readonly string[] = ['~']

export function isPublic(exportTo: readonly string[]): boolean {
  return exportTo[0] === '*'
}

/** Visible in its own namespace and no other. */
export function isPrivate(exportTo: readonly string[], namespace: string): boolean {
  return exportTo.length === 1 && exportTo[0] === namespace
}

export function isExportedTo(exportTo: readonly string[], client: string): boolean {
  return isPublic(exportTo) || exportTo.includes(client)
}
