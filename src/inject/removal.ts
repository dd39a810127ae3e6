import { parseJson } from '../lang/gojson.js'
import { emptyObject, equalJson, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import {
  MERGE_METRICS_ANNOTATION,
  NETWORK_LABEL,
  OVERRIDES_ANNOTATION,
  PROBERS_ENV,
  PROMETHEUS_ENV,
  PROXY,
  REWRITE_PROBERS_ANNOTATION,
  SECURE_METRICS_ENV,
  SECURE_PORT_ANNOTATION,
  STATUS_ANNOTATION,
  TEMPLATES_ANNOTATION,
  VALIDATION,
} from './names.js'
import { type Overrides, readOverrides } from './overrides.js'
import {
  annotationOf,
  type Container,
  containersOf,
  findSidecar,
  labelOf,
  metadataOf,
  nameOf,
  objectIn,
  objectsIn,
  type Pod,
  specOf,
  textIn,
  withAnnotations,
  withContainers,
  withFields,
  withLabels,
  withoutField,
} from './pod.js'
import { restoreHandlers } from './probes.js'
import { type InjectionStatus, parseStatus } from './status.js'

/** Something that the injected object does not record, so that it may not be what it was. */
export interface Loss {
  readonly code:
    | 'unrecorded-annotation'
    | 'unrecorded-label'
    | 'unrecorded-probe'
    | 'port-name'
    | 'container-order'
    | 'shared-name'
    | 'unrecorded-template'
    | 'unreadable-record'
  /** Path in the object. */
  readonly path: string
  /** One sentence for people: what was done, and what may be missing. */
  readonly message: string
}

export interface Removal {
  readonly pod: Pod
  readonly losses: readonly Loss[]
}

/** Takes out of a pod what injection put in; undefined for a pod without its mark. */
export function removeSidecar(pod: Pod): Removal | undefined {
  const status = parseStatus(annotationOf(pod, STATUS_ANNOTATION))
  if (status === undefined) return undefined
  const losses: Loss[] = []
  const lose = (code: Loss['code'], path: string, message: string): void => {
    losses.push({ code, path, message })
  }
  const sidecar = findSidecar(pod, PROXY)
  const env = sidecar === undefined ? [] : objectsIn(sidecar.container, 'env')
  let result = restoreProbes(pod, envOf(env, PROBERS_ENV), lose)
  result = restoreMetrics(result, env, sidecar !== undefined, lose)
  result = restoreContainers(result, status, lose)
  result = removeNamed(result, 'volumes', status.volumes, lose)
  result = removeNamed(result, 'imagePullSecrets', status.imagePullSecrets, lose)
  result = removeLabels(result, lose)
  result = removeAnnotations(result, pod, status, lose)
  result = undoTemplates(result, pod, lose)
  return { pod: withoutEmpties(result), losses }
}

const STOCK_TEMPLATES = ['sidecar', 'gateway', 'grpc-agent', 'grpc-simple']

const UNPRIVILEGED_PORTS = 'net.ipv4.ip_unprivileged_port_start'

/** What single templates do to the pod itself, which no annotation records. */
function undoTemplates(pod: Pod, injected: Pod, lose: Lose): Pod {
  const names = (annotationOf(injected, TEMPLATES_ANNOTATION) ?? 'sidecar').split(',').map(name => name.trim())
  for (const name of names.filter(candidate => !STOCK_TEMPLATES.includes(candidate))) {
    const message = `labels, annotations and other fields that the template ${JSON.stringify(name)} sets on the pod itself stay`
    lose('unrecorded-template', 'metadata', message)
  }
  const isGrpc = names.some(name => name.startsWith('grpc-'))
  let result = pod
  if (isGrpc && annotationOf(pod, REWRITE_PROBERS_ANNOTATION) === 'false') {
    result = withAnnotations(result, [[REWRITE_PROBERS_ANNOTATION, null]])
  }
  return names.includes('gateway') ? withoutPortSysctl(result) : result
}

function withoutPortSysctl(pod: Pod): Pod {
  const context = objectIn(specOf(pod), 'securityContext')
  const sysctls = objectsIn(context, 'sysctls')
  const kept = sysctls.filter(({ name, value }) => name !== UNPRIVILEGED_PORTS || value !== '0')
  if (kept.length === sysctls.length) return pod
  const rest = kept.length === 0 ? withoutField(context, 'sysctls') : withFields(context, { sysctls: kept as Json[] })
  const isEmpty = Object.keys(rest).length === 0
  const spec = isEmpty
    ? withoutField(specOf(pod), 'securityContext')
    : withFields(specOf(pod), { securityContext: rest })
  return withFields(pod, { spec })
}

type Lose = (code: Loss['code'], path: string, message: string) => void

function envOf(env: readonly JsonObject[], name: string): string | undefined {
  const entry = env.find(candidate => candidate['name'] === name)
  return entry === undefined ? undefined : (textIn(entry, 'value') ?? '')
}

function restoreProbes(pod: Pod, record: string | undefined, lose: Lose): Pod {
  const read = parseJson(record ?? '{}')
  const probers = read.ok && isJsonObject(read.value) ? read.value : undefined
  if (probers === undefined) {
    lose(
      'unreadable-record',
      'spec',
      `the record of the app's probes (${PROBERS_ENV}) cannot be read: they stay rewritten`,
    )
    return pod
  }
  return restoreHandlers(pod, probers, lose)
}

const SCRAPE_KEYS = ['prometheus.io/scrape', 'prometheus.io/path', 'prometheus.io/port']

function restoreMetrics(pod: Pod, env: readonly JsonObject[], hasSidecar: boolean, lose: Lose): Pod {
  const secure = envOf(env, SECURE_METRICS_ENV)
  const own = annotationOf(pod, SECURE_PORT_ANNOTATION)
  const plain = own !== undefined && own === secure ? withAnnotations(pod, [[SECURE_PORT_ANNOTATION, null]]) : pod
  const record = envOf(env, PROMETHEUS_ENV)
  if (record !== undefined) return restoreScrape(plain, record, lose)
  const isOurs =
    annotationOf(pod, 'prometheus.io/path') === '/stats/prometheus' &&
    annotationOf(pod, 'prometheus.io/scrape') === 'true'
  if (!isOurs || annotationOf(pod, MERGE_METRICS_ANNOTATION) === 'false') return plain
  if (!hasSidecar) {
    const message =
      'scrape annotations of the app, if it had any, were not recorded, for there is no istio-proxy container'
    lose('unrecorded-annotation', 'metadata.annotations', message)
  }
  return withAnnotations(
    plain,
    SCRAPE_KEYS.map(key => [key, null]),
  )
}

function restoreScrape(pod: Pod, record: string, lose: Lose): Pod {
  const read = parseJson(record)
  const scrape = read.ok && isJsonObject(read.value) ? read.value : emptyObject()
  const changes: [string, string | null][] = ['scrape', 'path', 'port'].map(key => {
    const value = textIn(scrape, key) ?? ''
    return [`prometheus.io/${key}`, value === '' ? null : value]
  })
  const targets = objectsIn(scrape, 'targets')
  if (targets.length > 0) {
    const text = targets.map(target => `${target['port']}:${target['path']}`).join(',')
    changes.push(
      ['prometheus.istio.io/scrape-targets', text],
      ['prometheus.io/path', null],
      ['prometheus.io/port', null],
    )
    const message = `scrape-targets is written as ${JSON.stringify(text)}; a port or path beside it, and how it was spelled, were not recorded`
    lose('unrecorded-annotation', 'metadata.annotations["prometheus.istio.io/scrape-targets"]', message)
  }
  return withAnnotations(pod, changes)
}

/** Containers of the status go; those that the user had overridden come back as they were. */
function restoreContainers(pod: Pod, status: InjectionStatus, lose: Lose): Pod {
  const read = readOverrides(pod)
  if (!read.ok) lose('unreadable-record', `metadata.annotations["${OVERRIDES_ANNOTATION}"]`, read.error)
  const overrides: Overrides = read.ok ? read.value : { containers: [], initContainers: [] }
  let result = pod
  const moved: Container[] = []
  for (const list of ['containers', 'initContainers'] as const) {
    const kept: Container[] = []
    for (const container of containersOf(pod, list)) {
      if (!status[list].includes(nameOf(container))) kept.push(container)
      else {
        const original = overrides[list].find(candidate => nameOf(candidate) === nameOf(container))
        if (original === undefined) continue
        const restored = original['image'] === undefined ? withFields(original, { image: 'auto' }) : original
        const wasRegular =
          list === 'initContainers' && nameOf(original) === PROXY && original['restartPolicy'] === undefined
        if (wasRegular) moved.push(restored)
        else kept.push(restored)
      }
    }
    result = withContainers(result, list, kept)
  }
  if (moved.length > 0) result = withContainers(result, 'containers', [...containersOf(result, 'containers'), ...moved])
  const isPlaced = overrides.containers.some(({ name }) => name === PROXY) || moved.length > 0
  if (isPlaced && containersOf(result, 'containers').length > 1) {
    lose('container-order', 'spec.containers', `the place of ${PROXY} among the containers was not recorded`)
  }
  return result
}

function removeNamed(pod: Pod, key: 'volumes' | 'imagePullSecrets', names: readonly string[], lose: Lose): Pod {
  const items = objectsIn(specOf(pod), key)
  const removed = items.filter(item => names.includes(nameOf(item)))
  if (removed.length === 0) return pod
  for (const item of removed) {
    const isShared = key === 'imagePullSecrets' || Object.keys(item).length > 2
    if (isShared)
      lose(
        'shared-name',
        `spec.${key}`,
        `${JSON.stringify(nameOf(item))} is removed; if the pod had one of that name, it is lost`,
      )
  }
  const kept = items.filter(item => !removed.includes(item))
  return withFields(pod, { spec: withFields(specOf(pod), { [key]: kept as Json[] }) })
}

/** Labels are taken for injection's own when they say what injection would have written. */
function removeLabels(pod: Pod, lose: Lose): Pod {
  const derived: [string, readonly (string | undefined)[]][] = [
    ['security.istio.io/tlsMode', ['istio']],
    ['networking.istio.io/tunnel', ['http']],
    [
      'service.istio.io/canonical-revision',
      [labelOf(pod, 'app.kubernetes.io/version') ?? labelOf(pod, 'version') ?? 'latest'],
    ],
  ]
  const own = derived.filter(([key, values]) => values.includes(labelOf(pod, key))).map(([key]) => key)
  const named = labelOf(pod, 'app.kubernetes.io/name') ?? labelOf(pod, 'app')
  const canonical = labelOf(pod, 'service.istio.io/canonical-name')
  if (canonical !== undefined && (named === undefined || canonical === trimmedName(named))) {
    own.push('service.istio.io/canonical-name')
  }
  const network = labelOf(pod, NETWORK_LABEL)
  if (network !== undefined) {
    own.push(NETWORK_LABEL)
    const message = `the label ${NETWORK_LABEL}: ${network} is removed; whether it was the pod's own was not recorded`
    lose('unrecorded-label', `metadata.labels["${NETWORK_LABEL}"]`, message)
  }
  return withLabels(
    pod,
    own.map(key => [key, null]),
  )
}

/** As the templates shorten names. */
function trimmedName(name: string): string {
  return name.slice(0, 63).replace(/^[-_.]+|[-_.]+$/g, '')
}

const KUBECTL_KEYS = ['kubectl.kubernetes.io/default-container', 'kubectl.kubernetes.io/default-logs-container']

/** With the network plugin, traffic settings are also written as annotations, the user's own among them. */
const CNI_KEYS = [
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
  'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundPorts',
  'traffic.sidecar.istio.io/excludeOutboundPorts',
  'traffic.sidecar.istio.io/kubevirtInterfaces',
  'istio.io/reroute-virtual-interfaces',
  'traffic.sidecar.istio.io/excludeInterfaces',
]

function removeAnnotations(pod: Pod, injected: Pod, status: InjectionStatus, lose: Lose): Pod {
  const changes: [string, string | null][] = [
    [STATUS_ANNOTATION, null],
    [OVERRIDES_ANNOTATION, null],
    ['istio.io/rev', null],
  ]
  const first = containersOf(pod, 'containers').find(container => nameOf(container) !== PROXY)
  for (const key of KUBECTL_KEYS) {
    if (first !== undefined && annotationOf(pod, key) === nameOf(first)) changes.push([key, null])
  }
  const isCni =
    status.initContainers.includes(VALIDATION) ||
    (isUnredirected(injected, status) && annotationOf(pod, CNI_KEYS[3]!) !== undefined)
  for (const key of isCni ? CNI_KEYS : []) {
    const value = annotationOf(pod, key)
    if (value === undefined) continue
    changes.push([key, null])
    const message = `the annotation ${key}: ${JSON.stringify(value)} is removed; whether it was the pod's own was not recorded`
    lose('unrecorded-annotation', `metadata.annotations["${key}"]`, message)
  }
  const networks = annotationOf(pod, 'k8s.v1.cni.cncf.io/networks')
  if (networks !== undefined) changes.push(['k8s.v1.cni.cncf.io/networks', withoutNetwork(networks)])
  return withAnnotations(pod, changes)
}

/** A proxy without any init container that redirects to it: interception NONE, or a network plugin that does it. */
function isUnredirected(pod: Pod, status: InjectionStatus): boolean {
  return findSidecar(pod, PROXY) !== undefined && !status.initContainers.includes('istio-init')
}

/** Takes `default/istio-cni` out of Multus' list, in both of its forms; null where nothing is left. */
function withoutNetwork(networks: string): string | null {
  const flat = networks.split(',').map(item => item.trim())
  if (flat.includes('default/istio-cni')) {
    return flat.length === 1 ? null : networks.replace(/,?\s*default\/istio-cni/, '')
  }
  return networks.replace(/,?\s*\{"name":\s*"istio-cni",\s*"namespace":\s*"default"\}/, '')
}

/** What injection may have made and nothing is left in. */
function withoutEmpties(pod: Pod): Pod {
  let metadata = metadataOf(pod)
  for (const key of ['labels', 'annotations']) {
    if (isJsonObject(metadata[key]) && Object.keys(objectIn(metadata, key)).length === 0)
      metadata = withoutField(metadata, key)
  }
  let spec = specOf(pod)
  for (const key of ['initContainers', 'volumes', 'imagePullSecrets'] as const) {
    if (equalJson(spec[key], [])) spec = withoutField(spec, key)
  }
  return withFields(pod, { metadata, spec })
}
