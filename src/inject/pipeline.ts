import { applyProxyConfig, effectiveProxyConfig, type ProxyConfig } from '../config/proxy-config.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok } from '../lang/result.js'
import { parseYaml } from '../lang/yaml/index.js'
import { normalise, strategicMerge } from '../patch/index.js'
import { validateAnnotations } from './annotations.js'
import { setClusterEnv } from './cluster-env.js'
import { type CompiledTemplate, templateProblem } from './compile.js'
import { type ContextInput, templateContext } from './context.js'
import { workloadOf } from './deploy-meta.js'
import { isSuspicious } from './inert.js'
import {
  CLUSTER_ENV,
  NATIVE_ANNOTATION,
  NETWORK_ENV,
  NETWORK_LABEL,
  PROXY,
  PROXY_CONFIG_ANNOTATION,
  STATUS_ANNOTATION,
  TEMPLATES_ANNOTATION,
} from './names.js'
import { isNativeCluster, nativeSettingWarning } from './native.js'
import { applyOverrides, type Overrides, readOverrides, reinsertOverrides } from './overrides.js'
import {
  annotationOf,
  annotationsOf,
  type Container,
  containersOf,
  findContainer,
  findSidecar,
  labelOf,
  labelsOf,
  metadataOf,
  nameOf,
  type Pod,
  specOf,
  textIn,
  withAnnotations,
  withContainers,
  withLabels,
} from './pod.js'
import { isRewritingProbes, rewriteProbes } from './probes.js'
import { mergePrometheus, setSecurePort, stripPrometheus } from './prometheus.js'
import { proveStructure } from './proof.js'
import { reorderContainers } from './reorder.js'
import { failure, type Rendered, type Run, type StepResult } from './run.js'
import { fixRunAs } from './run-as.js'
import { parseStatus, statusText } from './status.js'
import type { InjectionFailure, InjectionSetup, InjectionStep } from './types.js'
import type { Reader } from './views/struct.js'

export interface Injected {
  /** Complete, but not yet as Go prints it: that is left to those who need it (`printedPod`). */
  readonly pod: Pod
  /** What the templates made, on nothing. */
  readonly templatePod: Pod
  readonly templates: readonly string[]
  /** What each template rendered, in order. */
  readonly rendered: readonly Rendered[]
}

/** What is settled about a pod before templates run. */
export interface Prepared {
  readonly parameters: ReadonlyMap<string, string>
  readonly proxyConfig: ProxyConfig
  /** What an earlier injection recorded of the user's own containers. */
  readonly recorded: Overrides
  readonly templates: readonly CompiledTemplate[]
}

/** All steps, in the reference's order, on a decoded pod that is to be injected. */
export function runPipeline(run: Run): StepResult<Injected> {
  const ready = prepare(run)
  if (!ready.ok) return ready
  const suspects = new Set<string>()
  const input = contextInput(run, ready.value)
  const data = templateContext(run.setup, { ...input, reader: suspecting(suspects) })
  const rendered = renderAll(run, ready.value.templates, data)
  if (!rendered.ok) return rendered
  const departed = proveStructure(run, ready.value.templates, rendered.value, input, suspects)
  if (departed !== undefined) return err(departed)
  return finish(run, ready.value, rendered.value)
}

/** Collects the texts that a template could be broken out of with. */
function suspecting(suspects: Set<string>): Reader {
  const tell = (text: string): void => {
    if (isSuspicious(text)) suspects.add(text)
  }
  const read = (text: string): string => {
    tell(text)
    return text
  }
  return { read, tell, isStandIn: false }
}

/** Everything before the templates. */
export function prepare(run: Run): StepResult<Prepared> {
  const { original } = run
  warnAboutSettings(run)
  const invalid = validateAnnotations(annotationsOf(original))
  if (invalid.length > 0) return err(annotationFailure(invalid))
  const parameters = parametersOf(run)
  const proxyConfig = proxyConfigOf(run)
  if (!proxyConfig.ok) return proxyConfig
  const recorded = readOverrides(original)
  if (!recorded.ok)
    return err(failure('invalid-overrides', `failed to read the overrides annotation: ${recorded.error}`))
  const templates = selectTemplates(run)
  if (!templates.ok) return templates
  return ok({ parameters, proxyConfig: proxyConfig.value, recorded: recorded.value, templates: templates.value })
}

/** Everything after the templates, with what they rendered. */
export function finish(run: Run, ready: Prepared, rendered: readonly Rendered[]): StepResult<Injected> {
  const { original } = run
  const { parameters, proxyConfig, recorded, templates } = ready
  const laid = overlayAll(run, rendered, isNativePod(run, parameters))
  if (!laid.ok) return laid
  const { merged, templatePod } = laid.value
  const overridden = applyOverrides(merged, original, templatePod, recorded)
  if (!overridden.ok) return err(failure('invalid-overrides', overridden.error))
  run.observer?.step('user-override', overridden.value.pod)
  const fixed = fixRunAs(overridden.value.pod, original, proxyConfig)
  run.observer?.step('run-as', fixed)
  const done = postProcess(run, fixed, templatePod, parameters)
  if (!done.ok) return done
  // Reordering always makes a list of containers, if only an empty one.
  const listed =
    specOf(done.value)['containers'] === undefined ? withContainers(done.value, 'containers', []) : done.value
  return ok({ pod: listed, templatePod, templates: templates.map(template => template.source.name), rendered })
}

/** As Go prints the pod. The error is one of what templates wrote. */
export function printedPod({ pod }: Injected): StepResult<Pod> {
  const typed = normalise('v1.Pod', pod)
  return typed.ok ? ok(typed.value as Pod) : err(misfit(typed.error))
}

/** Something in the pod does not fit its type. */
export function misfit(problem: Problem): InjectionFailure {
  return failure('template-output', problem.message, [problem])
}

/** Whether the proxy starts before the app: mesh config with the pod's annotation, or the values. */
export function isHoldingApplication(meshDefault: ProxyConfig, byValues: boolean, pod: Pod): boolean {
  if (byValues) return true
  const annotation = annotationOf(pod, PROXY_CONFIG_ANNOTATION)
  if (annotation === undefined) return meshDefault.holdApplicationUntilProxyStarts === true
  const read = parseYaml(annotation)
  const applied = read.ok ? applyProxyConfig(meshDefault, read.value ?? {}) : undefined
  const config = applied?.ok === true ? applied.value : meshDefault
  return config.holdApplicationUntilProxyStarts === true
}

function annotationFailure(problems: readonly Problem[]): InjectionFailure {
  const count = problems.length === 1 ? '1 error' : `${problems.length} errors`
  const list = problems.map(({ message }) => `\t* ${message}\n`).join('')
  return failure('invalid-annotations', `${count} occurred:\n${list}\n`, problems)
}

function warnAboutSettings({ original, setup, warn }: Run): void {
  const policy = textIn(specOf(original), 'dnsPolicy') ?? ''
  if (policy !== '' && policy !== 'ClusterFirst') {
    const name = textIn(metadataOf(original), 'name') ?? textIn(metadataOf(original), 'generateName') ?? ''
    const message = `${JSON.stringify(name)}'s dnsPolicy is ${JSON.stringify(policy)}, not "ClusterFirst": the sidecar may not find the control plane`
    warn({ code: 'dns-policy', message, source: { document: 'pod', path: ['spec', 'dnsPolicy'] } })
  }
  const setting = nativeSettingWarning(setup.environment.nativeSidecars)
  if (setting !== undefined) warn(setting)
}

/** Request path, else values; the pod's own network label beats both. */
function parametersOf({ setup, request, original }: Run): ReadonlyMap<string, string> {
  const parameters = new Map(request.parameters ?? [])
  const cluster = parameters.get(CLUSTER_ENV) || setup.values.clusterName
  const network = labelOf(original, NETWORK_LABEL) ?? (parameters.get(NETWORK_ENV) || setup.values.network)
  if (cluster !== '') parameters.set(CLUSTER_ENV, cluster)
  if (network !== '') parameters.set(NETWORK_ENV, network)
  return parameters
}

/** One object, for what is made of a ProxyConfig is kept beside it. */
const NO_PROXY_CONFIG: ProxyConfig = {}

function proxyConfigOf({ setup, request, original }: Run): StepResult<ProxyConfig> {
  const text = annotationOf(original, PROXY_CONFIG_ANNOTATION)
  const annotation = text === undefined ? undefined : parseYaml(text)
  if (annotation?.ok === false) return err(failure('proxy-config', annotation.error.message))
  const isManifest = request.mode === 'manifest'
  const effective = effectiveProxyConfig(
    setup.mesh.defaultConfig ?? NO_PROXY_CONFIG,
    isManifest ? [] : setup.proxyConfigs,
    {
      namespace: textIn(metadataOf(original), 'namespace') ?? '',
      rootNamespace: setup.mesh.rootNamespace ?? '',
      labels: Object.fromEntries(labelsOf(original)),
      annotation: annotation?.value ?? undefined,
    },
  )
  return effective.ok ? effective : err(failure('proxy-config', effective.error.message))
}

function isNativePod(run: Run, parameters: ReadonlyMap<string, string>): boolean {
  const own = annotationOf(run.original, NATIVE_ANNOTATION)
  return own === 'true' || (own !== 'false' && isNative(run, parameters))
}

function isNative({ setup, original }: Run, parameters: ReadonlyMap<string, string>): boolean {
  return isNativeCluster(setup.environment, parameters.get(CLUSTER_ENV) ?? '', textIn(specOf(original), 'nodeName'))
}

function selectTemplates({ setup, request, original }: Run): StepResult<CompiledTemplate[]> {
  const annotation = annotationOf(original, TEMPLATES_ANNOTATION)
  const isManifest = request.mode === 'manifest'
  const defaults = isManifest ? ['sidecar'] : setup.config.defaultTemplates
  const wanted = annotation === undefined ? defaults : annotation.split(',').map(name => name.trim())
  const names = isManifest ? wanted : wanted.flatMap(name => setup.config.aliases.get(name) ?? [name])
  const templates: CompiledTemplate[] = []
  for (const name of names) {
    const template = setup.templates.get(name)
    if (template === undefined) return err(failure('unknown-template', unknownTemplate(name, setup)))
    templates.push(template)
  }
  return ok(templates)
}

function unknownTemplate(name: string, setup: InjectionSetup): string {
  return `requested template ${JSON.stringify(name)} not found; have ${[...setup.templates.keys()].join(', ')}`
}

/** What templates get to see of the pod. */
export function contextInput(run: Run, { recorded, parameters, proxyConfig }: Prepared): ContextInput {
  const pod = reinsertOverrides(stripInjected(run.original, run.setup), recorded)
  let workload = run.request.workload
  return {
    pod,
    workload: () => (workload ??= workloadOf(run.original)),
    proxyConfig,
    isNative: isNative(run, parameters),
    namespaceAnnotations: run.setup.environment.platform === 'openshift' ? run.request.namespaceAnnotations : undefined,
  }
}

/** Without what an earlier injection says it added, so that templates see the app alone. */
function stripInjected(pod: Pod, setup: InjectionSetup): Pod {
  const status = parseStatus(annotationOf(pod, STATUS_ANNOTATION))
  if (status === undefined) return pod
  let stripped = pod
  for (const list of ['containers', 'initContainers'] as const) {
    const kept = containersOf(pod, list).filter(container => !status[list].includes(nameOf(container)))
    if (kept.length < containersOf(pod, list).length) stripped = withContainers(stripped, list, kept)
  }
  stripped = stripPrometheus(stripped, setup.mesh.defaultConfig?.statusPort ?? 0)
  return withAnnotations(stripped, [[STATUS_ANNOTATION, null]])
}

function renderAll(
  run: Run,
  templates: readonly CompiledTemplate[],
  data: ReturnType<typeof templateContext>,
): StepResult<Rendered[]> {
  const all: Rendered[] = []
  for (const { source, template, memo, shapes } of templates) {
    const onText = run.observer?.template(source.name)
    const parts = template.executeParts(data, onText === undefined ? {} : { onText })
    if (!parts.ok) {
      const problem = templateProblem(source, parts.error, 'template-execution')
      return err(failure('template-execution', parts.error.message, [problem]))
    }
    const known = shapes.read(parts.value)
    const value = known === undefined ? parseYaml(parts.value.texts.join(''), { memo }) : ok(known)
    if (!value.ok) return err(outputFailure(source.name, value.error))
    if (value.value !== null && !isJsonObject(value.value)) {
      return err(failure('template-output', `template ${source.name} rendered something that is not a map`))
    }
    all.push({ template: source.name, value: value.value })
  }
  return ok(all)
}

function outputFailure(template: string, problem: Problem): InjectionFailure {
  const { line, column } = problem.position ?? { line: 1, column: 1 }
  const message = `template ${template} rendered text that cannot be read, at its line ${line}, column ${column}: ${problem.message}`
  return failure('template-output', message)
}

/** Every template onto the pod as it came, and onto nothing, which tells what templates add. */
function overlayAll(
  run: Run,
  rendered: readonly Rendered[],
  isNativeWanted: boolean,
): StepResult<{ merged: Pod; templatePod: Pod }> {
  let merged = run.original
  let templatePod: Pod = {}
  for (const { template, value } of rendered) {
    const alone = strategicMerge(templatePod, value, 'v1.Pod')
    if (!alone.ok) return err(failure('template-output', `template ${template}: ${alone.error.message}`, [alone.error]))
    templatePod = alone.value as Pod
    if (isNativeWanted) merged = moveProxyToInit(merged, templatePod)
    const laid = strategicMerge(merged, value, 'v1.Pod')
    if (!laid.ok) return err(failure('template-output', `template ${template}: ${laid.error.message}`, [laid.error]))
    merged = laid.value as Pod
    run.observer?.overlay(template, merged)
  }
  return ok({ merged, templatePod })
}

/** The user's own `istio-proxy` container becomes the native sidecar that the template makes of it. */
function moveProxyToInit(pod: Pod, templatePod: Pod): Pod {
  const proxy = findContainer(pod, 'containers', PROXY)
  if (proxy === undefined || findContainer(templatePod, 'initContainers', PROXY) === undefined) return pod
  const rest = containersOf(pod, 'containers').filter(container => container !== proxy)
  const inits = [...containersOf(pod, 'initContainers'), proxy]
  return withContainers(withContainers(pod, 'containers', rest), 'initContainers', inits)
}

function postProcess(run: Run, pod: Pod, templatePod: Pod, parameters: ReadonlyMap<string, string>): StepResult<Pod> {
  const { setup, request, observer } = run
  const see = (step: InjectionStep, after: Pod): Pod => {
    observer?.step(step, after)
    return after
  }
  const clustered = see('cluster-env', setClusterEnv(pod, parameters))
  const merged = mergePrometheus(clustered, setup.mesh, run.warn)
  if (!merged.ok) return err(failure('prometheus-ports', merged.error))
  const secured = see('prometheus-secure-port', setSecurePort(see('prometheus-merge', merged.value)))
  const isRewriting = isRewritingProbes(annotationsOf(secured), setup.values.isRewritingProbes)
  const statusPort = setup.mesh.defaultConfig?.statusPort ?? 0
  const probed = isRewriting ? see('probe-rewrite', rewriteProbes(secured, statusPort)) : secured
  const network = parameters.get(NETWORK_ENV) ?? ''
  const labelled = network === '' ? probed : see('network-label', withLabels(probed, [[NETWORK_LABEL, network]]))
  const marked = see(
    'status',
    withAnnotations(labelled, [[STATUS_ANNOTATION, statusText(templatePod, setup.revision)]]),
  )
  const extra = request.mode === 'manifest' ? [] : [...setup.config.injectedAnnotations]
  const annotated = extra.length === 0 ? marked : see('injected-annotations', withAnnotations(marked, extra))
  const holding = isHoldingApplication(setup.mesh.defaultConfig ?? {}, setup.values.isHoldingApplication, run.original)
  return ok(reorderContainers(annotated, holding))
}

/** An app's port that an injected container takes: the pod, printed, would start, and one of the two would not. */
export function warnAboutPorts(pod: Pod, { original, setup, warn }: Run): void {
  const sidecar = findSidecar(pod, PROXY)
  if (sidecar === undefined) return
  const taken = new Map<unknown, string>()
  for (const port of portsOf(sidecar.container)) taken.set(port, PROXY)
  for (const key of ['proxyListenPort', 'proxyInboundListenPort'] as const) taken.set(setup.mesh[key], PROXY)
  taken.set(setup.mesh.defaultConfig?.statusPort, PROXY)
  taken.set(setup.mesh.defaultConfig?.proxyAdminPort, PROXY)
  for (const [index, container] of containersOf(original, 'containers').entries()) {
    if (nameOf(container) === PROXY) continue
    for (const port of portsOf(container)) {
      if (!taken.has(port)) continue
      const message = `container ${JSON.stringify(nameOf(container))} uses port ${String(port)}, which the injected ${PROXY} takes`
      warn({
        code: 'port-conflict',
        message,
        source: { document: 'pod', path: ['spec', 'containers', index, 'ports'] },
      })
    }
  }
}

function portsOf(container: Container): Json[] {
  const ports = container['ports']
  return Array.isArray(ports)
    ? ports.filter(isJsonObject).flatMap((port: JsonObject) => port['containerPort'] ?? [])
    : []
}
