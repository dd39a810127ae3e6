import { isIP } from 'node:net'
import { err, ok, type Result } from '../lang/result.js'

/** Where to listen. An empty host means every interface. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Reads `host:port`, `[::1]:port` or `:port`. As in the reference, `:port` means every interface and the empty text means off;
 * port 0 lets the system choose. The defaults of Pillion's flags name 127.0.0.1, so nothing is reachable from outside unasked.
 */
export function parseAddress(text: string): Result<Address | undefined, string> {
  if (text === '') return ok(undefined)
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text)
  const host = match?.[1]?.replace(/^\[|\]$/g, '') ?? ''
  const port = Number(match?.[2])
  const isHostValid = match?.[1]?.startsWith('[') === true ? isIP(host) === 6 : /^[\w.-]*$/.test(host)
  if (match === null || port > 65_535 || !isHostValid) {
    return err(
      `"${text}" is not an address: want host:port, such as 127.0.0.1:15017, :15017 for every interface, or "" for off`,
    )
  }
  return ok({ host, port })
}

export function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Only processes of this machine reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
