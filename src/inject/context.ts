import type { MeshConfig } from '../config/mesh-config.js'
import { type ProxyConfig, toJson } from '../config/proxy-config.js'
import type { Json } from '../lang/json.js'
import { decodedJson, type GoMap, GoObject, type GoValue, type MemoInputs } from '../template/index.js'
import { GoPointer, int64 } from '../template/value.js'
import { mapField } from './functions/object.js'
import { PROXY_IMAGE_TYPE_ANNOTATION } from './names.js'
import { DEFAULT_PROXY_ID, proxyIds } from './openshift.js'
import { annotationOf, metadataOf, type Pod, specOf } from './pod.js'
import { proxyImage, proxyInitImage } from './proxy-image.js'
import type { InjectionSetup, WorkloadIdentity } from './types.js'
import { MessageView } from './views/message.js'
import { type FieldMakers, RecordView } from './views/record.js'
import { type Reader, StructView } from './views/struct.js'

/** What templates get as `.`, besides what is the same for all pods. */
export interface ContextInput {
  /** Without what an earlier injection added. */
  readonly pod: Pod
  /** Asked for when a template wants to know. */
  readonly workload: () => WorkloadIdentity
  readonly proxyConfig: ProxyConfig
  readonly isNative: boolean
  readonly namespaceAnnotations: ReadonlyMap<string, string> | undefined
  /** Asked for every text of the pod that the template gets to see. */
  readonly reader?: Reader
}

/**
 * What templates read that is mostly the same for one pod and the next (template/memo.ts). Annotations differ, but not those
 * that templates ask for.
 */
export const MEMO_INPUTS: MemoInputs = {
  constant: [
    ...['ProxyConfig', 'MeshConfig', 'Values', 'Revision', 'ProxyUID', 'ProxyGID'],
    ...['InboundTrafficPolicyMode', 'CompliancePolicy'],
  ],
  steady: ['ObjectMeta', 'ObjectMeta.Annotations', 'NativeSidecars', 'ProxyImage', 'ProxyInitImage'],
  lookups: {
    functions: ['annotation', 'index', 'isset'],
    entries: data => mapField(data instanceof GoObject ? (data.field('ObjectMeta') as GoValue) : null, 'Annotations'),
  },
}

/** Fields and their Go names are public: users' templates read them. */
export function templateContext(setup: InjectionSetup, input: ContextInput): GoValue {
  return new RecordView('inject.SidecarTemplateData', DATA, { ...input, setup }, keepsFields(input))
}

interface About extends ContextInput {
  readonly setup: InjectionSetup
}

function keepsFields({ reader }: ContextInput): boolean {
  return reader?.isStandIn !== true
}

function told({ reader }: About, text: string): string {
  reader?.tell(text)
  return text
}

const TYPE_META: FieldMakers<About> = new Map<string, (about: About) => GoValue>([
  ['Kind', about => told(about, about.workload().type.kind)],
  ['APIVersion', about => told(about, about.workload().type.apiVersion)],
])

const DEPLOYMENT_META: FieldMakers<About> = new Map<string, (about: About) => GoValue>([
  ['Namespace', about => told(about, about.workload().namespace)],
  ['Name', about => told(about, about.workload().name)],
])

const DATA: FieldMakers<About> = new Map<string, (about: About) => GoValue>([
  ['TypeMeta', about => new RecordView('v1.TypeMeta', TYPE_META, about, keepsFields(about))],
  ['DeploymentMeta', about => new RecordView('types.NamespacedName', DEPLOYMENT_META, about, keepsFields(about))],
  ['ObjectMeta', ({ pod, reader }) => new StructView('v1.ObjectMeta', metadataOf(pod), false, reader)],
  ['Spec', ({ pod, reader }) => new StructView('v1.PodSpec', specOf(pod), false, reader)],
  ['ProxyConfig', ({ proxyConfig }) => proxyConfigView(proxyConfig)],
  ['MeshConfig', ({ setup }) => meshView(setup.mesh)],
  ['Values', ({ setup }) => valuesView(setup.values.raw)],
  ['Revision', ({ setup }) => setup.revision],
  ['NativeSidecars', ({ isNative }) => isNative],
  [
    'ProxyImage',
    about => told(about, proxyImage(about.setup.values, about.proxyConfig.image?.imageType, imageTypeOf(about))),
  ],
  ['ProxyInitImage', about => told(about, proxyInitImage(about.setup.values, imageTypeOf(about)))],
  ['ProxyUID', ({ namespaceAnnotations }) => idPointer(proxyIds(namespaceAnnotations).uid)],
  ['ProxyGID', ({ namespaceAnnotations }) => idPointer(proxyIds(namespaceAnnotations).gid)],
  ['InboundTrafficPolicyMode', ({ setup }) => trafficMode(setup.mesh)],
  ['CompliancePolicy', ({ setup }) => setup.environment.compliancePolicy],
])

function imageTypeOf({ pod }: About): string | undefined {
  return annotationOf(pod, PROXY_IMAGE_TYPE_ANNOTATION)
}

function trafficMode(mesh: MeshConfig): string {
  return mesh.inboundTrafficPolicy?.mode === 'LOCALHOST' ? 'localhost' : 'passthrough'
}

// Views of configuration are immutable and the same for every pod: made once per configuration object.
const meshViews = new WeakMap<object, MessageView>()
const proxyConfigViews = new WeakMap<object, MessageView>()
const valuesViews = new WeakMap<object, GoMap>()

function meshView(mesh: MeshConfig): MessageView {
  const known = meshViews.get(mesh)
  if (known !== undefined) return known
  const view = new MessageView('istio.mesh.v1alpha1.MeshConfig', mesh as unknown as Record<string, Json>)
  meshViews.set(mesh, view)
  return view
}

function proxyConfigView(config: ProxyConfig): MessageView {
  const known = proxyConfigViews.get(config)
  if (known !== undefined) return known
  const view = new MessageView('istio.mesh.v1alpha1.ProxyConfig', toJson(config))
  proxyConfigViews.set(config, view)
  return view
}

function idPointer(id: number): GoPointer {
  return id === DEFAULT_PROXY_ID ? DEFAULT_ID_POINTER : new GoPointer(int64(BigInt(id)), 'int64')
}

const DEFAULT_ID_POINTER = new GoPointer(int64(BigInt(DEFAULT_PROXY_ID)), 'int64')

function valuesView(raw: object): GoMap {
  const known = valuesViews.get(raw)
  if (known !== undefined) return known
  const view = decodedJson(raw) as GoMap
  valuesViews.set(raw, view)
  return view
}
