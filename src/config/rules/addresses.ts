import { parseCidr, parseIp } from '../../lang/cidr.js'

export function isIp(text: string): boolean {
  return parseIp(text).ok
}

export function isCidr(text: string): boolean {
  return text.includes('/') && parseCidr(text).ok
}
