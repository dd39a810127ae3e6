import { NETWORK_LABEL, PROBERS_ENV, SECURE_METRICS_ENV } from '../names.js'
import type { InjectionSetup } from '../types.js'
import type { WorkloadKind } from '../workload.js'

/**
 * Which texts may differ between pods of one plan, and which values of a template between its uses: those that no step after the
 * templates looks at. All else is exact in a plan's key: structure, keys and their order, numbers, and every text that is not named here.
 *
 * What the steps after the templates look at, and why the texts below are none of it:
 * - merging looks at field names, directives, and merge keys (names of containers, volumes, variables, secrets; mount paths; uids). Only
 *   fields that a template sets are merged, so a plan is refused (build.ts) where a template has directives or owner references, names
 *   a container of the pod, or where the patch would replace or remove anything that has an open text in it;
 * - overrides, run-as, native moves: the pod's own `istio-proxy`, the status and overrides annotations. Pods that have them get no plan;
 * - metrics, probes, ports, network, intercepted traffic: annotations of Istio and Prometheus, the network label, probes and lifecycle
 *   handlers, ports, names of containers. All exact;
 * - typed reading and printing: kinds of values, quantities, times, numbers, and whether a text is empty. Open texts are of fields that are
 *   text to Go, where all texts are alike, but for the empty one, which may be left out: it is exact (key.ts);
 * - carrying and comparing: whether two texts at one place are equal, which settles that nothing changes there; a text that a template lays over
 *   an open one, or over an exact one with an open one of its own, is refused (build.ts). List items go by exact names;
 * - warnings name the pod and its containers: a pod that is warned about gets no plan;
 * - the decision: the inject label and annotation, labels that selectors ask for (`exactLabels`), the namespace (plans.ts asks anew).
 * The templates themselves may look at everything: what they look at is watched (template/specialise.ts), and that part of them is run.
 */
export interface Rule {
  /** A text here may be any but the empty one. */
  readonly isOpen: boolean
  /** A text here may have a random end (`isRandomName`). */
  readonly isName: boolean
  readonly fields: ReadonlyMap<string, Rule> | undefined
  /** Whether the text at a key of a map is open. */
  readonly isOpenAt: ((key: string) => boolean) | undefined
  readonly items: Rule | undefined
}

function rule(parts: Partial<Rule>): Rule {
  return { isOpen: false, isName: false, fields: undefined, isOpenAt: undefined, items: undefined, ...parts }
}

function fields(of: Record<string, Rule>): Rule {
  return rule({ fields: new Map(Object.entries(of)) })
}

/** Nothing here is open. */
export const EXACT: Rule = rule({})
export const OPEN: Rule = rule({ isOpen: true })
const NAME: Rule = rule({ isName: true })
const TEXTS: Rule = rule({ items: OPEN })

/**
 * The volume of the service account's token, which has another name in every pod. Names of volumes are only compared with each other and with
 * those of templates: which of a pod's are the same is in the key, and templates with a text that begins like this get no plan.
 */
export const RANDOM_NAME_PREFIX = 'kube-api-access-'
const RANDOM_NAME = /^kube-api-access-[a-z0-9]{5}$/

export function isRandomName(text: string): boolean {
  return text.startsWith(RANDOM_NAME_PREFIX) && RANDOM_NAME.test(text)
}

/** Annotations that steps after the templates may read: those of Istio, and all that Prometheus may take for its own. */
export function isInspectedAnnotation(key: string): boolean {
  return key.includes('istio.io') || key.startsWith('prometheus')
}

/** Which ConfigMap, Secret or claim is meant, and what of it, is between the pod and the kubelet. */
const NAMED = fields({ name: OPEN })
const KEY_OF = fields({ name: OPEN, key: OPEN })
const SOURCES = {
  configMap: NAMED,
  secret: fields({ secretName: OPEN }),
  persistentVolumeClaim: fields({ claimName: OPEN }),
}

/** Images, commands and variables of containers; no step reads them unless they are of the pod's own `istio-proxy`. */
const CONTAINER = fields({
  image: OPEN,
  command: TEXTS,
  args: TEXTS,
  workingDir: OPEN,
  env: rule({
    items: fields({ value: OPEN, valueFrom: fields({ configMapKeyRef: KEY_OF, secretKeyRef: KEY_OF }) }),
  }),
  envFrom: rule({ items: fields({ configMapRef: NAMED, secretRef: NAMED }) }),
  volumeMounts: rule({ items: fields({ name: NAME }) }),
})

const SPEC = fields({
  volumes: rule({ items: fields({ name: NAME, ...SOURCES }) }),
  containers: rule({ items: CONTAINER }),
  initContainers: rule({ items: CONTAINER }),
  // Each is only there for the API server and the kubelet.
  serviceAccountName: OPEN,
  serviceAccount: OPEN,
  hostname: OPEN,
  subdomain: OPEN,
  // A DaemonSet's pods are bound to their nodes by name.
  affinity: fields({
    nodeAffinity: fields({
      requiredDuringSchedulingIgnoredDuringExecution: fields({
        nodeSelectorTerms: rule({ items: fields({ matchFields: rule({ items: fields({ values: TEXTS }) }) }) }),
      }),
    }),
  }),
})

/** The pod as received, for a setup. */
export interface PodRules {
  readonly pod: Rule
  /** Namespaces differ in the ProxyConfig objects that apply. */
  readonly isNamespaceOpen: boolean
}

export function podRules(setup: InjectionSetup): PodRules {
  const isNamespaceOpen = setup.proxyConfigs.length === 0
  return { pod: fields({ metadata: podMetadata(exactLabels(setup), isNamespaceOpen), spec: SPEC }), isNamespaceOpen }
}

function podMetadata(exact: ReadonlySet<string>, isNamespaceOpen: boolean): Rule {
  return fields({
    name: OPEN,
    generateName: OPEN,
    ...(isNamespaceOpen ? { namespace: OPEN } : {}),
    labels: rule({ isOpenAt: key => !key.includes('istio.io') && !exact.has(key) }),
    annotations: rule({ isOpenAt: key => !isInspectedAnnotation(key) }),
    ownerReferences: rule({ items: fields({ name: OPEN, uid: OPEN }) }),
  })
}

const ALL_OPEN = rule({ isOpenAt: () => true })
/** What holds a pod is copied; templates are told its name and namespace. */
const HOLDER = fields({ name: OPEN, namespace: OPEN, labels: ALL_OPEN, annotations: ALL_OPEN })
const HOLDER_SPEC = { selector: fields({ matchLabels: ALL_OPEN }), serviceName: OPEN }

/**
 * A document that holds a pod, for the command: there are no selectors and no ProxyConfig objects, and the namespace is exact, so the
 * decision is settled.
 */
export function documentRule({ metadata, spec }: WorkloadKind): Rule {
  const pod = podMetadata(new Set(), false)
  if (metadata.length === 1) return fields({ metadata: pod, spec: SPEC })
  const holder = fields({ metadata: HOLDER, spec: fields(HOLDER_SPEC) })
  return withRule(withRule(holder, metadata, pod), spec, SPEC)
}

function withRule(at: Rule, [key, ...rest]: readonly string[], own: Rule): Rule {
  if (key === undefined) return own
  const inner = withRule(at.fields?.get(key) ?? EXACT, rest, own)
  return { ...at, fields: new Map([...(at.fields ?? []), [key, inner]]) }
}

/** Labels that settle whether a pod is injected, and which ProxyConfig objects apply. */
function exactLabels({ config, proxyConfigs }: InjectionSetup): ReadonlySet<string> {
  const selectors = [...config.neverInjectSelector, ...config.alwaysInjectSelector]
  const asked = selectors.flatMap(({ selector }) => selector?.requirements.map(({ key }) => key) ?? [])
  return new Set([...asked, ...proxyConfigs.flatMap(({ selector }) => Object.keys(selector))])
}

/** Variables whose values steps read. */
const INSPECTED_ENV: readonly string[] = [SECURE_METRICS_ENV, PROBERS_ENV]

/** Whether the value of a variable that a template sets is read by nobody. */
export function isFreeVariable(name: unknown): boolean {
  return typeof name === 'string' && !INSPECTED_ENV.includes(name)
}

/** Marks variables, whose values are free by their names (`isFreeVariable`). */
export const VARIABLE: Rule = rule({})

const RENDERED_CONTAINER = fields({
  image: OPEN,
  command: TEXTS,
  args: TEXTS,
  workingDir: OPEN,
  env: rule({ items: VARIABLE }),
})

/** What a template rendered. Names, mount paths, quantities and everything else that is not here is exact. */
export const RENDERED: Rule = fields({
  metadata: fields({
    labels: rule({ isOpenAt: key => key !== NETWORK_LABEL }),
    annotations: rule({ isOpenAt: key => !isInspectedAnnotation(key) }),
  }),
  spec: fields({
    containers: rule({ items: RENDERED_CONTAINER }),
    initContainers: rule({ items: RENDERED_CONTAINER }),
  }),
})
