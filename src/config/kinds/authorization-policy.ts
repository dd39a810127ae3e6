import { type Path, quote, type Report } from '../finding.js'
import type { AuthorizationPolicy, Condition, Operation, Rule, Source } from '../istio-types.generated.js'
import { isCidr, isIp } from '../rules/addresses.js'
import { checkTargets } from '../rules/sharing.js'
import { istioKind } from './kind.js'

const DRY_RUN = 'istio.io/dry-run'

export const authorizationPolicyKind = istioKind<AuthorizationPolicy>({
  kind: 'AuthorizationPolicy',
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  message: 'istio.security.v1beta1.AuthorizationPolicy',
  validate: ({ spec, annotations }, report) => {
    const action = spec.action ?? 'ALLOW'
    checkTargets(spec, report)
    checkAction(spec, action, report)
    checkDryRun(annotations[DRY_RUN], action, report)
    for (const [index, rule] of (spec.rules ?? []).entries()) checkRule(rule, action, ['spec', 'rules', index], report)
    if (action === 'DENY') warnOfHttpOnly(spec, report)
  },
})

function checkAction(spec: AuthorizationPolicy, action: string, report: Report): void {
  if (action === 'DENY' && spec.rules === undefined) {
    report.error(
      ['spec', 'rules'],
      'without rules DENY never applies; expected rules, an empty one ({}) for every request',
    )
  }
  if (action === 'CUSTOM') {
    if (spec.rules === undefined) report.error(['spec', 'rules'], 'without rules CUSTOM never applies; expected rules')
    if ((spec.provider?.name ?? '') === '')
      report.error(['spec', 'provider'], 'action CUSTOM needs a provider with a name')
  } else if (spec.provider !== undefined) {
    report.error(['spec', 'provider'], `a provider is for action CUSTOM, not ${action}`)
  }
}

function checkDryRun(dryRun: string | undefined, action: string, report: Report): void {
  if (dryRun === undefined) return
  const path = ['metadata', 'annotations', DRY_RUN]
  if (!/^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(dryRun))
    report.error(path, `${quote(dryRun)} is neither "true" nor "false"`)
  if (action !== 'ALLOW' && action !== 'DENY')
    report.error(path, `a dry run is for actions ALLOW and DENY, not ${action}`)
}

function checkRule(rule: Rule, action: string, path: Path, report: Report): void {
  for (const [index, { source }] of (rule.from ?? []).entries())
    checkSource(source, action, [...path, 'from', index, 'source'], report)
  for (const [index, { operation }] of (rule.to ?? []).entries())
    checkOperation(operation, [...path, 'to', index, 'operation'], report)
  for (const [index, condition] of (rule.when ?? []).entries())
    checkCondition(condition, action, [...path, 'when', index], report)
}

/** What an external authorizer cannot ask for: the proxy does not know it yet when it asks. */
const NOT_CUSTOM = [
  'namespaces',
  'notNamespaces',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
  'serviceAccounts',
  'notServiceAccounts',
] as const
const BLOCKS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'] as const

function checkSource(source: Source | undefined, action: string, path: Path, report: Report): void {
  if (!checkLists(source, path, report)) return
  const accounts = (source?.serviceAccounts ?? source?.notServiceAccounts) !== undefined
  const others = source?.principals ?? source?.notPrincipals ?? source?.namespaces ?? source?.notNamespaces
  if (accounts && others !== undefined)
    report.error(path, 'serviceAccounts may not stand beside principals or namespaces')
  for (const field of ['serviceAccounts', 'notServiceAccounts'] as const)
    checkAccounts(source?.[field] ?? [], [...path, field], report)
  for (const field of BLOCKS) checkBlocks(source?.[field] ?? [], [...path, field], report)
  if (action !== 'CUSTOM') return
  for (const field of NOT_CUSTOM) {
    if (source?.[field] !== undefined) report.error([...path, field], `${field} is not supported with action CUSTOM`)
  }
}

function checkAccounts(accounts: readonly string[], path: Path, report: Report): void {
  for (const [index, account] of accounts.entries()) {
    if (account.includes('*'))
      report.error([...path, index], `${quote(account)} has a wildcard; expected <namespace>/<name> or <name>`)
    else if (account.split('/').length > 2)
      report.error(
        [...path, index],
        `${quote(account)} is not a service account; expected <namespace>/<name> or <name>`,
      )
  }
}

function checkOperation(operation: Operation | undefined, path: Path, report: Report): void {
  if (!checkLists(operation, path, report)) return
  for (const field of ['ports', 'notPorts'] as const) checkPorts(operation?.[field] ?? [], [...path, field], report)
  for (const field of ['paths', 'notPaths'] as const) {
    for (const [index, template] of (operation?.[field] ?? []).entries())
      checkPathTemplate(template, [...path, field, index], report)
  }
}

/** `{*}` is one segment, `{**}` any number of them, at the end. */
function checkPathTemplate(template: string, path: Path, report: Report): void {
  if (!template.includes('{*}') && !template.includes('{**}')) return
  const segments = template.replace(/^\//, '').split('/')
  const isRight = segments.every(part => part === '{*}' || part === '{**}' || !/[{}*]/.test(part))
  if (!isRight)
    report.error(
      path,
      `${quote(template)} is not a path template; expected {*} or {**} as whole segments, and no other * or braces`,
    )
  const rest = segments.indexOf('{**}')
  if (rest !== -1 && segments.slice(rest + 1).includes('{**}'))
    report.error(path, `${quote(template)} has {**} more than once`)
}

/** False when there is nothing to look into: absent, or empty. */
function checkLists(object: Source | Operation | undefined, path: Path, report: Report): boolean {
  const lists = Object.entries((object ?? {}) as Readonly<Record<string, readonly string[]>>)
  if (lists.length === 0)
    report.error(path, `${String(path.at(-1))} is empty; to match everything leave ${String(path.at(-3))} out`)
  for (const [field, list] of lists) forbidEmpty(list, [...path, field], report)
  return lists.length > 0
}

function forbidEmpty(list: readonly string[], path: Path, report: Report): void {
  const index = list.indexOf('')
  if (index !== -1)
    report.error([...path, index], 'an empty value matches nothing; expected text, or "*" for all that is not empty')
}

function checkBlocks(blocks: readonly string[], path: Path, report: Report): void {
  for (const [index, block] of blocks.entries()) {
    if (!isIp(block) && !isCidr(block))
      report.error([...path, index], `${quote(block)} is neither an IP address nor a CIDR block`)
  }
}

function checkPorts(ports: readonly string[], path: Path, report: Report): void {
  for (const [index, port] of ports.entries()) {
    const isPort = /^\d{1,5}$/.test(port) && Number(port) <= 65_535
    if (!isPort) report.error([...path, index], `${quote(port)} is not a port; expected 0 to 65535`)
  }
}

const ATTRIBUTES = new Set([
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.principal',
  'source.serviceAccount',
  'source.trustDomain',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'destination.user',
  'connection.sni',
])
const KEYED = /^(?:request\.headers\[.+\]|request\.auth\.claims(?:\[.+\])+|experimental\.envoy\.filters\..+)$/
const CUSTOM_UNKNOWN = /^(?:source\.(?:namespace|principal|serviceAccount)|request\.auth\.)/

function checkCondition(condition: Condition, action: string, path: Path, report: Report): void {
  const { key = '', values, notValues } = condition
  if (key === '') {
    report.error(
      [...path, 'key'],
      'the key of the condition is missing, such as "source.ip" or "request.headers[x-user]"',
    )
    return
  }
  if (values === undefined && notValues === undefined)
    report.error(path, `the condition on ${key} has no values; expected values or notValues`)
  if (!ATTRIBUTES.has(key) && !KEYED.test(key)) {
    report.error(
      [...path, 'key'],
      `unknown attribute ${quote(key)}; expected one of ${[...ATTRIBUTES].join(', ')}, request.headers[…] or request.auth.claims[…]`,
    )
    return
  }
  for (const field of ['values', 'notValues'] as const) {
    const list = condition[field] ?? []
    forbidEmpty(list, [...path, field], report)
    if (key.endsWith('.ip')) checkBlocks(list, [...path, field], report)
    if (key === 'destination.port') checkPorts(list, [...path, field], report)
    if (key === 'source.serviceAccount') checkAccounts(list, [...path, field], report)
  }
  if (action === 'CUSTOM' && CUSTOM_UNKNOWN.test(key))
    report.error([...path, 'key'], `${key} is not supported with action CUSTOM`)
}

const HTTP_SOURCE = ['requestPrincipals', 'notRequestPrincipals'] as const
const HTTP_OPERATION = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'] as const

/** On a TCP port nothing is known of HTTP, so that what a DENY rule asks about HTTP counts as met. */
function warnOfHttpOnly({ rules = [] }: AuthorizationPolicy, report: Report): void {
  for (const [index, rule] of rules.entries()) {
    const hasPorts = (rule.to ?? []).some(({ operation }) => (operation?.ports ?? operation?.notPorts) !== undefined)
    const asksHttp =
      (rule.from ?? []).some(({ source }) => HTTP_SOURCE.some(field => source?.[field] !== undefined)) ||
      (rule.to ?? []).some(({ operation }) => HTTP_OPERATION.some(field => operation?.[field] !== undefined)) ||
      (rule.when ?? []).some(({ key = '' }) => key.startsWith('request.'))
    if (asksHttp && !hasPorts) {
      report.warn(
        ['spec', 'rules', index],
        'TCP ports know nothing of HTTP, so that this rule denies all their traffic; expected ports in to.operation',
      )
    }
  }
}
