/** Malformed bytes, or JSON that does not fit the type. */
export class ProtoError extends Error {
  /** Where in the message, such as `filterChains[0].filters[1].typedConfig`; empty: the message itself. */
  readonly path: string
  /** The finding without the path. */
  readonly reason: string

  constructor(reason: string, path = '') {
    super(path === '' ? reason : `${path}: ${reason}`)
    this.name = 'ProtoError'
    this.path = path
    this.reason = reason
  }
}

/** The same finding, seen from one level further out. */
export function within(error: unknown, step: string): unknown {
  if (!(error instanceof ProtoError)) return error
  const joint = error.path === '' || error.path.startsWith('[') ? '' : '.'
  return new ProtoError(error.reason, `${step}${joint}${error.path}`)
}
