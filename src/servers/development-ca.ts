import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, type X509Certificate } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { dirname, join } from 'node:path'
import { issueCertificate } from '../identity/certificate.js'
import { err, ok, type Result } from '../lang/result.js'
import { type CheckedPair, checkKeyPair } from './key-pair.js'
import type { KeyPair } from './listener.js'

/** What Pillion makes for itself in its state folder. Each file holds a key and its certificate, so that they change together. */
export const STATE_FILES = {
  authority: 'ca-key.pem',
  /** The authority's certificate alone: what clients (curl, the caBundle of a webhook configuration) are given. */
  authorityCertificate: 'ca.pem',
  serving: 'serving.pem',
} as const

export interface StateOptions {
  readonly stateDir: string
  /** DNS names and IP addresses that the serving certificate must answer for, validated. */
  readonly names: readonly string[]
  readonly now: Date
}

const DAY_MS = 86_400_000
/** The authority outlives every certificate; browsers and the API server have no limit for one of a user's own. */
const AUTHORITY_DAYS = 3650
const SERVING_DAYS = 90
/** Renewed with a third of the time left, so that a machine that sleeps for weeks still wakes up with a valid one. */
const RENEW_BEFORE_MS = 30 * DAY_MS
/** Clocks of clients that run behind must not see a certificate from the future. */
const BACKDATE_MS = 3_600_000
const AUTHORITY_NAME = 'Pillion development CA'

/** When a certificate of ours is due for renewal. */
export function renewalTime(notAfter: Date): Date {
  return new Date(notAfter.getTime() - RENEW_BEFORE_MS)
}

/**
 * The serving pair of the state folder, made or renewed where it is missing, due, for other names, or from another authority.
 * Folder and keys are for the user alone (0700, 0600). Several processes may share the folder.
 */
export async function servingPair(options: StateOptions): Promise<Result<CheckedPair, string>> {
  return inStateFolder(options, async authority => {
    const kept = await readServing(options, authority)
    return kept === undefined ? await renewServing(options, authority) : ok(kept)
  })
}

/** Who signs: its key, and the certificate that those who trust it are given. */
export interface Authority {
  readonly key: KeyObject
  readonly certificate: X509Certificate
}

type Place = Pick<StateOptions, 'stateDir' | 'now'>

/** The development CA of the state folder, made where there is none. */
export function developmentAuthority(place: Place): Promise<Result<Authority, string>> {
  return inStateFolder(place, async authority => ok(authority))
}

async function inStateFolder<T>(
  place: Place,
  work: (authority: Authority) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  try {
    await makeFolder(place.stateDir)
    await chmod(place.stateDir, 0o700)
    const authority = await openAuthority(place)
    return authority.ok ? await work(authority.value) : authority
  } catch (error) {
    return err(
      `cannot keep certificates in ${place.stateDir}: ${(error as Error).message}; --stateDir names another folder`,
    )
  }
}

/** With its parents. Node's own `recursive` never comes back where a file system refuses with ENOENT, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 })
  try {
    await make()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make()
  }
}

async function openAuthority({ stateDir, now }: Place): Promise<Result<Authority, string>> {
  const path = join(stateDir, STATE_FILES.authority)
  const text = (await readOptional(path)) ?? (await createAuthority(path, now))
  const pair = checkKeyPair(splitPair(text), { cert: path, key: path }, now)
  if (!pair.ok) return err(`${pair.error}; remove ${stateDir} to have a new one made`)
  await replaceFile(join(stateDir, STATE_FILES.authorityCertificate), pair.value.cert, 0o644)
  return ok({ key: createPrivateKey(pair.value.key), certificate: pair.value.certificate })
}

/** Of two processes that get here together one makes the authority, and both use it: a link is made for the first only. */
async function createAuthority(path: string, now: Date): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = issueCertificate(
    { ...validity(now, AUTHORITY_DAYS), commonName: AUTHORITY_NAME, publicKey, names: [], use: 'authority' },
    { commonName: AUTHORITY_NAME, key: privateKey },
  )
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, joinPair(privateKey, certificate), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

async function readServing(options: StateOptions, authority: Authority): Promise<CheckedPair | undefined> {
  const path = join(options.stateDir, STATE_FILES.serving)
  const text = await readOptional(path)
  if (text === undefined) return undefined
  const pair = checkKeyPair(splitPair(text), { cert: path, key: path }, options.now)
  if (!pair.ok) return undefined
  const { certificate, notAfter } = pair.value
  const isOurs = certificate.verify(authority.certificate.publicKey)
  const isFor = options.names.every(name => answersFor(certificate, name))
  return isOurs && isFor && options.now < renewalTime(notAfter) ? pair.value : undefined
}

/** The two checks of node:crypto throw on the other kind of name. */
function answersFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
}

async function renewServing(options: StateOptions, authority: Authority): Promise<Result<CheckedPair, string>> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = issueCertificate(
    {
      ...validity(options.now, SERVING_DAYS),
      commonName: 'pillion',
      publicKey,
      names: options.names,
      use: 'server',
    },
    { commonName: AUTHORITY_NAME, key: authority.key },
  )
  const path = join(options.stateDir, STATE_FILES.serving)
  const text = joinPair(privateKey, certificate)
  await replaceFile(path, text, 0o600)
  return checkKeyPair(splitPair(text), { cert: path, key: path }, options.now)
}

function validity(now: Date, days: number) {
  return {
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
    serial: newSerial(),
  }
}

/** 127 random bits: positive, and unique without a counter. */
function newSerial(): Uint8Array {
  return Buffer.concat([Buffer.from([0x40]), randomBytes(15)])
}

/** PEM of a key that was just made, and of the certificate for it. */
export interface WorkloadCertificate extends KeyPair {
  readonly notAfter: Date
}

/** A certificate for a workload, by its SPIFFE ID (X509-SVID: https://spiffe.io/docs/latest/spiffe-specs/x509-svid/). */
export function workloadCertificate(authority: Authority, id: string, now: Date, lifeMs: number): WorkloadCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const notAfter = new Date(now.getTime() + lifeMs)
  const cert = issueCertificate(
    {
      ...{ commonName: 'workload', publicKey, names: [id], use: 'workload' },
      ...{ notBefore: new Date(now.getTime() - BACKDATE_MS), notAfter, serial: newSerial() },
    },
    { commonName: AUTHORITY_NAME, key: authority.key },
  )
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), notAfter }
}

function joinPair(key: KeyObject, certificate: string): string {
  return `${key.export({ type: 'pkcs8', format: 'pem' })}${certificate}`
}

function splitPair(text: string): KeyPair {
  const start = text.indexOf('-----BEGIN CERTIFICATE')
  return start === -1 ? { key: text, cert: '' } : { key: text.slice(0, start), cert: text.slice(start) }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all: a reader never sees half a file. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, text, { mode, flag: 'wx' })
  await rename(draft, path)
}
