/** Largest document read, in UTF-16 units. An admission body may have 6 MiB; configuration is far smaller. */
export const MAX_DOCUMENT_LENGTH = 16 * 1024 * 1024

/** Deepest nesting of maps and lists. Manifests reach about 20; the readers and everything behind them recurse. */
export const MAX_DEPTH = 1_000

/** Most nodes that aliases may add to one document: a few lines of nested aliases could make billions. */
export const MAX_ALIAS_NODES = 100_000
