import { err, ok, type Result } from '../lang/result.js'
import { watchFiles } from '../sources/files.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import { renewalTime, type StateOptions, servingPair } from './development-ca.js'
import { type CheckedPair, checkKeyPair } from './key-pair.js'
import { errorText } from './log.js'

/** Where the webhook's certificate comes from, kept current while it runs. */
export interface TlsSource {
  readonly pair: CheckedPair
  /** For people: `made by Pillion, kept in ./.pillion`. */
  readonly description: string
  readonly close: () => void
}

export interface TlsListener {
  /** A new pair is to be used from now on. */
  readonly onPair: (pair: CheckedPair) => void
  /** A change that cannot be used; the pair before it stays. */
  readonly onProblem: (message: string) => void
}

/** Renewal is due weeks before expiry, so looking once an hour is plenty; timers of weeks do not survive a sleeping machine. */
const CHECK_MS = 3_600_000

/** Certificates of Pillion's own, renewed while running. */
export async function ownCertificate(
  options: Omit<StateOptions, 'now'> & { readonly now: () => Date; readonly checkMs?: number },
  listener: TlsListener,
): Promise<Result<TlsSource, string>> {
  const first = await servingPair({ ...options, now: options.now() })
  if (!first.ok) return first
  let { notAfter } = first.value
  let isRenewing = false
  const renew = async (): Promise<void> => {
    if (isRenewing || options.now() < renewalTime(notAfter)) return
    isRenewing = true
    const next = await servingPair({ ...options, now: options.now() })
    isRenewing = false
    if (!next.ok) return listener.onProblem(next.error)
    notAfter = next.value.notAfter
    listener.onPair(next.value)
  }
  const timer = setInterval(() => void renew(), options.checkMs ?? CHECK_MS)
  const description = `made by Pillion, kept in ${options.stateDir}`
  return ok({ pair: first.value, description, close: () => clearInterval(timer) })
}

export interface CertificateFiles {
  /** Absolute paths. */
  readonly cert: string
  readonly key: string
  readonly now: () => Date
}

/** A pair of the user's, read again whenever either file changes. A pair halfway through a change just has to wait for its other half. */
export async function certificateFromFiles(
  files: CertificateFiles,
  listener: TlsListener,
): Promise<Result<TlsSource, string>> {
  const watch = await watchFiles([files.cert, files.key], snapshot => {
    const next = pairOf(snapshot, files)
    if (next.ok) listener.onPair(next.value)
    else listener.onProblem(next.error)
  })
  const first = pairOf(watch.current(), files)
  if (first.ok) return ok({ pair: first.value, description: `from ${files.cert}`, close: watch.close })
  watch.close()
  return first
}

function pairOf(snapshot: FileSnapshot, files: CertificateFiles): Result<CheckedPair, string> {
  try {
    return readPair(snapshot, files)
  } catch (error) {
    return err(`cannot use ${files.cert} and ${files.key}: ${errorText(error)}`)
  }
}

function readPair(snapshot: FileSnapshot, { cert, key, now }: CertificateFiles): Result<CheckedPair, string> {
  const certText = textOf(snapshot, cert)
  if (!certText.ok) return certText
  const keyText = textOf(snapshot, key)
  if (!keyText.ok) return keyText
  return checkKeyPair({ cert: certText.value, key: keyText.value }, { cert, key }, now())
}

function textOf(snapshot: FileSnapshot, path: string): Result<string, string> {
  const content = snapshot.get(path) ?? err('no such file')
  return content.ok ? content : err(`cannot read ${path}: ${content.error}`)
}
