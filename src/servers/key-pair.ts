import { createPrivateKey, X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '../lang/result.js'
import type { KeyPair } from './listener.js'

/** A pair that was looked at: both parts can be read, belong together, and are valid at the time. */
export interface CheckedPair extends KeyPair {
  readonly notAfter: Date
  /** The leaf. */
  readonly certificate: X509Certificate
}

export interface PairNames {
  readonly cert: string
  readonly key: string
}

/** Checks what a TLS library would accept and only fail on later, at the first handshake or at the client. The error names the file. */
export function checkKeyPair(pair: KeyPair, names: PairNames, now: Date): Result<CheckedPair, string> {
  const certificate = attempt(() => new X509Certificate(pair.cert))
  if (certificate === undefined) return err(`${names.cert} holds no certificate in PEM form`)
  const key = attempt(() => createPrivateKey(pair.key))
  if (key === undefined) return err(`${names.key} holds no unencrypted private key in PEM form`)
  if (!certificate.checkPrivateKey(key)) {
    return err(`the certificate in ${names.cert} does not match the private key in ${names.key}`)
  }
  const [notBefore, notAfter] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
  if (now > notAfter) return err(`the certificate in ${names.cert} expired on ${notAfter.toISOString()}`)
  if (now < notBefore) return err(`the certificate in ${names.cert} is not valid before ${notBefore.toISOString()}`)
  return ok({ ...pair, notAfter, certificate })
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
