/**
 * What the outside world gives to templates. The engine and its functions are pure; everything that is not comes in here.
 * A function whose part is absent fails with a clear error, so a host may give as little as it wants.
 */
export interface TemplateHost {
  /** Milliseconds since 1970, for `now`, `ago`, certificates. */
  readonly now?: () => number
  /** Time zone for `date` and friends, such as `Europe/Berlin`; default UTC. */
  readonly timeZone?: string
  /** Cryptographically strong bytes, for `rand*`, `uuidv4`, `shuffle`, keys, salts. */
  readonly randomBytes?: (count: number) => Uint8Array
  /** Environment variables for `env` and `expandenv`; an absent one is "". */
  readonly env?: (name: string) => string | undefined
  /** Addresses of a host name, for `getHostByName`; default: none, which makes it "". */
  readonly lookupHost?: (name: string) => readonly string[]
  /** Node's crypto module; only key generation needs it to be given, since that is random. Hashing finds it by itself in Node. */
  readonly crypto?: CryptoModule
  /** The RE2 engine, where it cannot be loaded (browsers). */
  readonly re2?: typeof import('re2js').RE2JS
}

/** What `import crypto from 'node:crypto'` gives, by so much of its shape that programs without Node's types can use this package. */
export interface CryptoModule {
  readonly createHash: (...args: never[]) => unknown
  readonly generateKeyPairSync: (...args: never[]) => unknown
}
