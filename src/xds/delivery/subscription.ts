import { noteRefused } from './refused.js'
import type { EncodedResource, ResourceSource, SourceRevision, TypeRule } from './resource.js'

/** A response that the client has neither acknowledged nor refused. */
export interface Outstanding {
  readonly nonce: string
  /** Nonces in order: the nonce is made of it. */
  readonly serial: number
  readonly version: string
  /** To find out which of them a refusal names. */
  readonly names: readonly string[]
  readonly removed: readonly string[]
}

/** The client refused what it was sent. It stands until the type's next acknowledgement. */
export interface Refusal {
  /** Envoy's own words. */
  readonly message: string
  /** The resources that the message names, of those that were sent, or the only one that was; empty: it names none. */
  readonly resources: readonly string[]
  /** Of the response that was refused. */
  readonly version: string
}

/** What one stream wants of one type, and how far it was told. */
export interface Subscription {
  readonly rule: TypeRule
  isWildcard: boolean
  /** Asked for by name, with the version last sent (empty: none). */
  readonly names: Map<string, string>
  /** Characters of all of them. */
  nameChars: number
  /** What a wildcard was last sent: shared with every stream that was sent the same. */
  held: ReadonlyMap<string, EncodedResource>
  /** Everything that changed up to here was sent, or needed not be. */
  told: SourceRevision
  /** To be answered, changed or not. `all`: the whole subscription, as on a fresh stream. */
  due: 'nothing' | 'all' | 'names'
  readonly dueNames: Set<string>
  /** Gone, and not yet told: the resource's last state, which a SotW client still needs until then. */
  readonly gone: Map<string, EncodedResource | undefined>
  /** Of a type within another: names of that type which the client has, and takes what is within. */
  readonly owners: Set<string>
  /** Owners that were sent: what is within follows, changed or not. */
  readonly dueOwners: Set<string>
  /** Gone together with their owners, which the client may use still: told once the owner is there again. */
  readonly left: Set<string>
  /** Names of refused responses, in the parts that a client takes or refuses by themselves: to be sent again. */
  readonly again: Map<string, ReadonlySet<string>>
  /** Refused by themselves, by part: they go along with the next change of the part. */
  readonly refused: Map<string, ReadonlySet<string>>
  readonly outstanding: Outstanding[]
  nonceSent: string
  /** Of the last that was sent on the stream, whatever became of the subscription in between. */
  serialSent: number
  nonceAcked: string
  versionSent: string
  versionAcked: string
  refusal: Refusal | undefined
}

/** Before every revision: everything has to be compared, without asking for changes. */
export const UNTOLD = -1

const NOTHING: ReadonlyMap<string, EncodedResource> = new Map()

/** Most types have no owners and are not sent again: one that is empty for all of them, as a proxy has a handful of types. */
const NO_OWNERS: Set<string> = Object.assign(new Set<string>(), { add: neverWritten })
const NO_PARTS: Subscription['again'] & Subscription['refused'] = Object.assign(
  new Map<string, ReadonlySet<string>>(),
  { set: neverWritten },
)

function neverWritten(): never {
  throw new Error('the rule of this type says that there is none')
}

export function createSubscription(rule: TypeRule): Subscription {
  return {
    rule,
    isWildcard: false,
    names: new Map(),
    nameChars: 0,
    held: NOTHING,
    told: 0,
    due: 'nothing',
    dueNames: new Set(),
    gone: new Map(),
    owners: rule.within === undefined ? NO_OWNERS : new Set(),
    dueOwners: rule.within === undefined ? NO_OWNERS : new Set(),
    left: rule.within === undefined ? NO_OWNERS : new Set(),
    again: rule.isRefusedWhole === true ? new Map() : NO_PARTS,
    refused: rule.isRefusedWhole === true ? new Map() : NO_PARTS,
    outstanding: [],
    nonceSent: '',
    serialSent: 0,
    nonceAcked: '',
    versionSent: '',
    versionAcked: '',
    refusal: undefined,
  }
}

/** Asks for names, and to be answered about them. */
export function addNames(subscription: Subscription, names: Iterable<string>, source: ResourceSource): void {
  for (const name of names) {
    // The source's own string, where there is one: a thousand streams then share it, not a copy each out of its request.
    const own = source.get(subscription.rule.url, name)?.name ?? name
    if (!subscription.names.has(own)) {
      subscription.names.set(own, '')
      subscription.nameChars += own.length
    }
    oweName(subscription, own)
  }
}

export function oweName(subscription: Subscription, name: string): void {
  subscription.dueNames.add(name)
  if (subscription.due === 'nothing') subscription.due = 'names'
}

export function oweAll(subscription: Subscription): void {
  subscription.due = 'all'
}

/** The version that the client was last sent under that name; empty: none. */
export function versionOf(subscription: Subscription, name: string): string {
  return subscription.names.get(name) || (subscription.isWildcard ? (subscription.held.get(name)?.version ?? '') : '')
}

/** Drops a name that was asked for. */
export function forget(subscription: Subscription, name: string): void {
  if (subscription.names.delete(name)) subscription.nameChars -= name.length
  subscription.dueNames.delete(name)
  subscription.gone.delete(name)
}

/** Responses that a client may leave unanswered: who answers none is still told everything, and takes no more memory for it. */
export const MAX_OUTSTANDING = 1000

export function noteSent(subscription: Subscription, sent: Outstanding): void {
  if (subscription.outstanding.push(sent) > MAX_OUTSTANDING) subscription.outstanding.shift()
  subscription.nonceSent = sent.nonce
  subscription.serialSent = sent.serial
  subscription.versionSent = sent.version
}

/** Whether something is to be sent that does not hang on a change. */
export function isOwed({ due, again }: Subscription): boolean {
  return due !== 'nothing' || again.size > 0
}

/** Whether everything that was sent has been answered. */
export function isSettled(subscription: Subscription): boolean {
  return subscription.outstanding.length === 0
}

/** Gives whether it is one that was not answered. */
export function acknowledge(subscription: Subscription, nonce: string): boolean {
  const { outstanding } = subscription
  const index = outstanding[0]?.nonce === nonce ? 0 : outstanding.findIndex(sent => sent.nonce === nonce)
  const sent = outstanding[index]
  if (sent === undefined) return false
  if (outstanding.length === 1) outstanding.pop()
  else outstanding.splice(0, index + 1)
  subscription.nonceAcked = nonce
  subscription.versionAcked = sent.version
  subscription.refusal = undefined
  return true
}

export function refuse(subscription: Subscription, nonce: string, message: string): Refusal {
  const index = subscription.outstanding.findIndex(sent => sent.nonce === nonce)
  const sent = subscription.outstanding[index]
  if (index !== -1) subscription.outstanding.splice(0, index + 1)
  if (sent !== undefined) noteRefused(subscription, sent)
  const refusal: Refusal = {
    message,
    resources: sent?.names.length === 1 ? sent.names : namedIn(message, sent?.names ?? []),
    version: sent?.version ?? subscription.versionSent,
  }
  subscription.refusal = refusal
  return refusal
}

/** A name counts only where it stands free: `outbound|80||a` is not named by `outbound|80||a.b`. */
function namedIn(message: string, names: readonly string[]): string[] {
  return names.filter(name => {
    for (let at = message.indexOf(name); name !== '' && at !== -1; at = message.indexOf(name, at + 1)) {
      const isFree = !isNamePart(message[at - 1]) && !isNamePartAfter(message, at + name.length)
      if (isFree) return true
    }
    return false
  })
}

function isNamePart(char: string | undefined): boolean {
  return char !== undefined && /[\w.|*/-]/.test(char)
}

/** A full stop or a slash ends a sentence as well as it joins a name: it is looked past. */
function isNamePartAfter(message: string, at: number): boolean {
  const char = message[at]
  return char === '.' ? isNamePart(message[at + 1]) : isNamePart(char)
}
