import { type FunctionMap, withPure } from '../function.js'
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

/** Those of sprig's functions that templates of sidecars use and that are pure; to be left out costs speed alone. */
const PURE =
  'default empty coalesce ternary list first last has join quote squote trim trimAll trimSuffix trimPrefix trunc ' +
  'lower upper title repeat replace hasPrefix hasSuffix nindent splitList toString int int64 float64 add sub mul ' +
  'kindIs kindOf hasKey dict append concat compact toJson fromJson'

/** sprig's text functions, all of them. Make the map once; templates share it. */
export function sprigFunctions(host: TemplateHost = {}): FunctionMap {
  const functions: FunctionMap = {
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
  return withPure(functions, PURE)
}
