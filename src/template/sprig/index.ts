import type { FunctionMap } from '../function.js'
import type { TemplateHost } from '../host.js'
import { certificateFunctions } from './certificates.js'
import { cryptoFunctions } from './crypto.js'
import { dateFunctions } from './dates.js'
import { DICTS } from './dicts.js'
import { ENCODINGS } from './encodings.js'
import { hostFunctions } from './environment.js'
import { LISTS } from './lists.js'
import { NUMBERS } from './numbers.js'
import { PATHS } from './paths.js'
import { regexFunctions } from './regexes.js'
import { SEMVER } from './semver.js'
import { STRINGS } from './strings.js'
import { URLS } from './urls.js'
import { VALUES } from './values.js'

/** sprig's text functions, all of them. Make the map once; templates share it. */
export function sprigFunctions(host: TemplateHost = {}): FunctionMap {
  return {
    ...STRINGS,
    ...LISTS,
    ...DICTS,
    ...NUMBERS,
    ...VALUES,
    ...PATHS,
    ...ENCODINGS,
    ...URLS,
    ...SEMVER,
    ...regexFunctions(host),
    ...dateFunctions(host),
    ...cryptoFunctions(host),
    ...certificateFunctions(host),
    ...hostFunctions(host),
  }
}
