import { parseJson } from '../../lang/gojson.js'
import { isJsonObject } from '../../lang/json.js'
import { type Path, quote, type Report } from '../finding.js'
import type { JWTRule, RequestAuthentication } from '../istio-types.generated.js'
import { checkTargets } from '../rules/sharing.js'
import { parseUrl } from '../rules/url.js'
import { durationFlaw, plainHeaderNameFlaw, require } from '../rules/values.js'
import { istioKind } from './kind.js'

const DRY_RUN = 'istio.io/dry-run'

export const requestAuthenticationKind = istioKind<RequestAuthentication>({
  kind: 'RequestAuthentication',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.RequestAuthentication',
  validate: ({ spec, annotations }, report) => {
    if (Object.hasOwn(annotations, DRY_RUN)) {
      report.error(
        ['metadata', 'annotations', DRY_RUN],
        'a dry run is for authorization policies only; expected no such annotation',
      )
    }
    checkTargets(spec, report)
    for (const [index, rule] of (spec.jwtRules ?? []).entries()) checkRule(rule, ['spec', 'jwtRules', index], report)
  },
})

function checkRule(rule: JWTRule, path: Path, report: Report): void {
  if ((rule.issuer ?? '') === '' && (rule.jwksUri ?? '') === '') {
    report.error(path, 'the rule trusts nobody; expected an issuer or a jwksUri')
  }
  forbidEmpty(rule.audiences, [...path, 'audiences'], 'an audience', report)
  if ((rule.jwksUri ?? '') !== '') checkUri(rule.jwksUri ?? '', [...path, 'jwksUri'], report)
  if ((rule.jwks ?? '') !== '') checkKeys(rule.jwks ?? '', [...path, 'jwks'], report)
  if ((rule.jwks ?? '') !== '' && (rule.jwksUri ?? '') !== '') report.warn(path, 'jwks is used, and jwksUri is not')
  for (const [index, { name = '' }] of (rule.fromHeaders ?? []).entries()) {
    if (name === '') report.error([...path, 'fromHeaders', index, 'name'], 'the name of the header is missing')
  }
  forbidEmpty(rule.fromParams, [...path, 'fromParams'], 'the name of a query parameter', report)
  forbidEmpty(rule.fromCookies, [...path, 'fromCookies'], 'the name of a cookie', report)
  for (const [index, { header = '', claim = '' }] of (rule.outputClaimToHeaders ?? []).entries()) {
    const here = [...path, 'outputClaimToHeaders', index]
    if (header === '' || claim === '') report.error(here, 'both header and claim are needed')
    else require(report, [...here, 'header'], plainHeaderNameFlaw(header))
  }
  require(report, [...path, 'timeout'], durationFlaw(rule.timeout))
}

function forbidEmpty(list: readonly string[] | undefined, path: Path, what: string, report: Report): void {
  const index = (list ?? []).indexOf('')
  if (index !== -1) report.error([...path, index], `${what} may not be empty`)
}

function checkUri(uri: string, path: Path, report: Report): void {
  const url = parseUrl(uri)
  if (url === undefined) report.error(path, `${quote(uri)} is not a URL`)
  else if (url.scheme !== 'http' && url.scheme !== 'https')
    report.error(path, `${quote(uri)} has scheme ${quote(url.scheme)}; expected http:// or https://`)
}

function checkKeys(text: string, path: Path, report: Report): void {
  const read = parseJson(text)
  const keys = read.ok && isJsonObject(read.value) ? read.value['keys'] : undefined
  if (!read.ok) report.error(path, `not a JSON Web Key Set: ${read.error.message}`)
  else if (!Array.isArray(keys)) report.error(path, 'not a JSON Web Key Set: expected an object with a list of keys')
  else {
    for (const [index, key] of keys.entries()) {
      if (!isJsonObject(key) || typeof key['kty'] !== 'string')
        report.error(path, `key ${index} of the set is no JSON Web Key: it has no kty`)
      else if ((key['kty'] === 'RSA' || key['kty'] === 'EC' || key['kty'] === 'OKP') && Object.hasOwn(key, 'd')) {
        report.warn(
          path,
          `key ${index} of the set is a private key, which nobody should have; only public keys are needed`,
        )
      }
    }
  }
}
