import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import { type JsonPatchOperation, operationsText } from '../../patch/index.js'
import { parsePointer } from '../../patch/json-pointer.js'
import { workloadOf } from '../deploy-meta.js'
import { inject, patchFor, readPod } from '../inject.js'
import type { Injected } from '../pipeline.js'
import { metadataOf, type Pod } from '../pod.js'
import type { Run } from '../run.js'
import type { InjectionRequest, InjectionSetup } from '../types.js'
import type { Carrier, MarkedPod, TextAt } from './carrier.js'
import { type PodKey, withOpen } from './key.js'
import type { PodRules } from './leaves.js'
import { cutJson, hasMark } from './marks.js'

/** The open texts of a request: those of the pod, and last the namespace, where it is one. */
export function openTexts(rules: PodRules, request: InjectionRequest, { open }: PodKey): readonly string[] {
  return hasOpenNamespace(rules, request) ? [...open, request.namespace] : open
}

function hasOpenNamespace({ isNamespaceOpen }: PodRules, { namespace }: InjectionRequest): boolean {
  return isNamespaceOpen && namespace !== ''
}

/** A pod of an admission request, which is answered by the text of a patch. */
export function admissionCarrier(
  setup: InjectionSetup,
  rules: PodRules,
  request: InjectionRequest,
  key: PodKey,
): Carrier {
  return {
    exact: key.text,
    open: openTexts(rules, request, key),
    read: textAt => readMarked(setup, markedRequest(rules, request, key, textAt)),
    cut: cutJson,
    direct({ reason, warnings }) {
      const direct = inject(setup, request)
      const isExpected =
        direct.verdict === 'injected' && direct.decision.reason === reason && direct.warnings.length === warnings.length
      return isExpected ? operationsText(direct.patch) : undefined
    },
  }
}

function markedRequest(rules: PodRules, request: InjectionRequest, key: PodKey, textAt: TextAt): InjectionRequest {
  const pod = withOpen(request.pod, rules.pod, textAt) as JsonObject
  return hasOpenNamespace(rules, request)
    ? { ...request, pod, namespace: textAt(key.open.length, false) }
    : { ...request, pod }
}

function readMarked(setup: InjectionSetup, request: InjectionRequest): MarkedPod | undefined {
  const read = readPod(setup, request)
  if (!read.ok) return undefined
  const { pod, original } = read.value
  return {
    request,
    original,
    workload: meant => workloadOf({ metadata: meant(metadataOf(original)) }),
    answer: (run, injected) => patchText(run, pod, injected),
  }
}

function patchText(run: Run, pod: Pod, injected: Injected): string | undefined {
  const patch = patchFor(run, pod, injected)
  if (!patch.ok || patch.value.length === 0) return undefined
  return patch.value.every(operation => isSafe(operation, run.request.pod)) ? operationsText(patch.value) : undefined
}

/**
 * Whether an operation comes about whatever the open texts are. What is replaced or removed was compared with what comes instead, and
 * so were items of lists without names: for other texts they might be equal.
 */
function isSafe(operation: JsonPatchOperation, pod: Pod): boolean {
  const { op, path } = operation
  if (op === 'add') return !isItemPath(path, pod) || isNamedItem(operation.value)
  if (op !== 'replace' && op !== 'remove') return false
  return !hasMarks(valueAt(pod, path)) && (op === 'remove' || !hasMarks(operation.value))
}

function isNamedItem(item: Json): boolean {
  if (!hasMarks(item)) return true
  const name = isJsonObject(item) && Object.hasOwn(item, 'name') ? item['name'] : undefined
  return typeof name === 'string' && !hasMark(name)
}

function isItemPath(path: string, pod: Pod): boolean {
  return Array.isArray(valueAt(pod, path.slice(0, path.lastIndexOf('/'))))
}

/** Undefined where there is nothing. */
function valueAt(pod: Json, path: string): Json | undefined {
  const keys = parsePointer(path)
  let value: Json | undefined = keys.ok ? pod : undefined
  for (const key of keys.ok ? keys.value : []) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined
  }
  return value
}

function hasMarks(value: Json | undefined): boolean {
  if (typeof value === 'string') return hasMark(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(item => hasMarks(item as Json))
}
