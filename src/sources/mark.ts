/** Identity, size and times of a file or folder: while they are the same, so is the content. */
export interface Mark {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  /** Why there is none; or that it is good for one reading alone; mostly empty. */
  readonly note: string
}

/** Within one tick of the file system's clock two writes leave the same times: a mark as young as this (ms) is that of one reading. */
const TICK_MS = 50

/** `now`: when the reading began, in ms since 1970. */
export function markOf({ dev, ino, size, mtimeMs, ctimeMs }: Omit<Mark, 'note'>, now: number): Mark {
  return { dev, ino, size, mtimeMs, ctimeMs, note: ctimeMs > now - TICK_MS ? `at ${now}` : '' }
}

/** Of what is not there, or cannot be looked at. */
export function noMark(reason: string): Mark {
  return { dev: 0, ino: 0, size: 0, mtimeMs: 0, ctimeMs: 0, note: reason }
}

export function isSameMark(a: Mark | undefined, b: Mark | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return isSameEntry(a, b) && a.note === b.note
}

/** For one that was looked at without making a mark of it. */
export function isSameEntry(a: Omit<Mark, 'note'>, b: Omit<Mark, 'note'>): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino && a.dev === b.dev
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'no such file (a part of the path is not a folder)',
  ELOOP: 'too many links on the way',
}

/** In a few words. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}
