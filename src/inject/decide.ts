import type { InjectionConfig, InjectionSelector } from '../config/injection-config.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { formatSelector, matchesSelector } from '../lang/selector.js'
import { INJECT_KEY } from './names.js'
import { stringMap } from './pod.js'
import type {
  Decision,
  DecisionReason,
  FactSource,
  Gate,
  GateCode,
  InjectionRequest,
  InjectionSetup,
  InjectionWarning,
} from './types.js'

/** Namespaces that never get a sidecar, whatever their labels and pods say. */
export const IGNORED_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]

/** What one gate finds, before it is known whether it is the one that counts. */
interface Finding {
  readonly code: GateCode
  readonly says: Gate['says']
  readonly reason?: DecisionReason
  readonly value: Json
  readonly source: FactSource
  readonly message: string
}

/** Verdict and ordered trace for one pod; looks at every fact, even where an earlier one settled it. */
export function decide(setup: Pick<InjectionSetup, 'config'>, request: InjectionRequest): Decision {
  const facts = gather(setup.config, request)
  const decisive = decisiveIndex(facts)
  const verdict = facts[decisive]!
  const gates = facts.map((fact, i) => toGate(fact, i, decisive, verdict))
  return {
    inject: verdict.says === 'inject',
    reason: verdict.reason ?? 'policy-invalid',
    gates,
    warnings: warningsOf(facts, verdict, request),
  }
}

function gather(config: InjectionConfig, request: InjectionRequest): Finding[] {
  const metadata = objectAt(request.pod, 'metadata')
  const labels = stringMap(metadata['labels'])
  const isManifest = request.mode === 'manifest'
  const never = isManifest ? [] : config.neverInjectSelector
  const always = isManifest ? [] : config.alwaysInjectSelector
  return [
    hostNetworkGate(objectAt(request.pod, 'spec')),
    namespaceGate(metadata, request),
    settingGate(labels, stringMap(metadata['annotations'])),
    selectorGate('never-inject-selector', 'neverInjectSelector', never, labels),
    selectorGate('always-inject-selector', 'alwaysInjectSelector', always, labels),
    isManifest ? MANIFEST_POLICY : policyGate(config.policy),
  ]
}

/** The policy has a veto; otherwise the first gate with an opinion decides, and the policy is the last of them. */
function decisiveIndex(facts: readonly Finding[]): number {
  const first = facts.findIndex(fact => fact.says !== 'nothing')
  const policy = facts.length - 1
  const isBeforeExplicit = first < 2
  return facts[policy]?.reason === 'policy-invalid' && !isBeforeExplicit ? policy : first
}

function toGate(fact: Finding, index: number, decisive: number, verdict: Finding): Gate {
  const { code, says, value, source, message } = fact
  return { code, says, role: roleOf(fact, index, decisive, verdict), value, source, message }
}

function roleOf(fact: Finding, index: number, decisive: number, verdict: Finding): Gate['role'] {
  if (index === decisive) return 'decides'
  // The policy is asked even when a label has spoken: it may forbid, or stand aside.
  const isReached =
    index < decisive ||
    (fact.code === 'policy' && verdict.code !== 'host-network' && verdict.code !== 'ignored-namespace')
  if (!isReached) return 'not-reached'
  return fact.says === 'nothing' || fact.says === verdict.says ? 'passes' : 'overruled'
}

function hostNetworkGate(spec: JsonObject): Finding {
  const isHost = spec['hostNetwork'] === true
  return {
    code: 'host-network',
    says: isHost ? 'refuse' : 'nothing',
    reason: 'host-network',
    value: spec['hostNetwork'] ?? null,
    source: { document: 'pod', path: ['spec', 'hostNetwork'] },
    message: isHost
      ? "the pod uses its node's network (spec.hostNetwork: true), whose traffic must not be redirected"
      : 'the pod has a network of its own',
  }
}

function namespaceGate(metadata: JsonObject, request: InjectionRequest): Finding {
  const own = metadata['namespace']
  const isOwn = typeof own === 'string' && own !== ''
  const namespace = isOwn ? own : request.mode === 'manifest' ? '' : request.namespace
  const isIgnored = IGNORED_NAMESPACES.includes(namespace)
  return {
    code: 'ignored-namespace',
    says: isIgnored ? 'refuse' : 'nothing',
    reason: 'ignored-namespace',
    value: namespace,
    source: isOwn ? { document: 'pod', path: ['metadata', 'namespace'] } : { document: 'request', path: ['namespace'] },
    message: isIgnored
      ? `namespace ${namespace} is one of those that never get a sidecar (${IGNORED_NAMESPACES.join(', ')})`
      : `namespace ${namespace === '' ? '(none)' : namespace} is not one of those that never get a sidecar`,
  }
}

function settingGate(labels: ReadonlyMap<string, string>, annotations: ReadonlyMap<string, string>): Finding {
  const isLabel = labels.has(INJECT_KEY)
  const value = isLabel ? labels.get(INJECT_KEY) : annotations.get(INJECT_KEY)
  const kind = isLabel ? 'label' : 'annotation'
  const source: FactSource = { document: 'pod', path: ['metadata', `${kind}s`, INJECT_KEY] }
  const finding = (says: Gate['says'], message: string, reason?: DecisionReason): Finding => {
    const found = { code: 'inject-setting', says, value: value ?? null, source, message } as const
    return reason === undefined ? found : { ...found, reason }
  }
  if (value === 'true') return finding('inject', `the ${kind} ${INJECT_KEY} is "true"`, 'inject-true')
  if (value === 'false') return finding('refuse', `the ${kind} ${INJECT_KEY} is "false"`, 'inject-false')
  if (value === undefined) return finding('nothing', `neither label nor annotation ${INJECT_KEY} is set`)
  const meaning =
    value === ''
      ? 'is empty, which leaves it to the defaults'
      : `is ${JSON.stringify(value)}, which is neither "true" nor "false"`
  return finding('nothing', `the ${kind} ${INJECT_KEY} ${meaning}`)
}

function selectorGate(
  code: 'never-inject-selector' | 'always-inject-selector',
  key: 'neverInjectSelector' | 'alwaysInjectSelector',
  selectors: readonly InjectionSelector[],
  labels: ReadonlyMap<string, string>,
): Finding {
  const object = selectors.length === 0 ? {} : Object.fromEntries(labels)
  const index = selectors.findIndex(
    ({ selector, isEmpty }) => selector !== undefined && !isEmpty && matchesSelector(selector, object),
  )
  const isMatched = index !== -1
  const matched = isMatched ? formatSelector(selectors[index]!.selector!) : ''
  return {
    code,
    says: !isMatched ? 'nothing' : code === 'never-inject-selector' ? 'refuse' : 'inject',
    reason: code,
    value: isMatched ? selectors[index]!.raw : null,
    source: { document: 'injection-config', path: isMatched ? [key, index] : [key] },
    message: isMatched
      ? `${key}[${index}] (${matched}) matches the pod's labels`
      : `no ${key} matches the pod's labels`,
  }
}

function policyGate(policy: string): Finding {
  const finding = (says: Gate['says'], reason: DecisionReason, message: string): Finding => {
    return { code: 'policy', says, reason, value: policy, source: POLICY_SOURCE, message }
  }
  if (policy === 'enabled')
    return finding('inject', 'policy-enabled', 'policy is "enabled": pods are injected unless something forbids it')
  if (policy === 'disabled')
    return finding(
      'refuse',
      'policy-disabled',
      'policy is "disabled": pods are injected only where something asks for it',
    )
  const found = policy === '' ? 'missing' : JSON.stringify(policy)
  const message = `the policy is ${found}, not "enabled" or "disabled": nothing at all is injected`
  return finding('refuse', 'policy-invalid', message)
}

const POLICY_SOURCE: FactSource = { document: 'injection-config', path: ['policy'] }

const MANIFEST_POLICY: Finding = {
  code: 'policy',
  says: 'inject',
  reason: 'policy-enabled',
  value: 'enabled',
  source: { document: 'built-in', path: [] },
  message: 'injecting into manifests, the policy is always enabled',
}

/** What the pod asked for and does not get, or is not understood. */
function warningsOf(facts: readonly Finding[], verdict: Finding, request: InjectionRequest): InjectionWarning[] {
  const warnings: InjectionWarning[] = []
  const setting = facts.find(({ code }) => code === 'inject-setting')!
  if (setting.says === 'nothing' && typeof setting.value === 'string' && setting.value !== '') {
    const message = `${setting.message}: it is ignored, and the defaults decide`
    warnings.push({ code: 'inject-value-ignored', message, source: setting.source })
  }
  if (setting.says === 'inject' && verdict.says === 'refuse') {
    const message = `${INJECT_KEY}: "true" is overruled: ${verdict.message}`
    warnings.push({ code: 'inject-overruled', message, source: verdict.source })
  }
  return [...warnings, ...shadowedAnnotation(request, setting)]
}

function shadowedAnnotation(request: InjectionRequest, setting: Finding): InjectionWarning[] {
  const annotation = stringMap(objectAt(request.pod, 'metadata')['annotations']).get(INJECT_KEY)
  if (setting.source.path[1] !== 'labels' || annotation === undefined || annotation === setting.value) return []
  const message = `the annotation ${INJECT_KEY}: ${JSON.stringify(annotation)} is overruled by the label of that name`
  return [
    {
      code: 'annotation-shadowed',
      message,
      source: { document: 'pod', path: ['metadata', 'annotations', INJECT_KEY] },
    },
  ]
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : {}
}
