/** How a value is written. `map` takes any keys: its content goes into the pod as it stands. */
export type ValueType =
  | 'text'
  | 'boolean'
  | 'boolean or text'
  | 'text or number'
  | 'count'
  | 'port'
  | 'map'
  | 'list of text'

export interface ValueRow {
  /** Keys joined by dots. */
  readonly path: string
  readonly type: ValueType
  /** For docs/inject.md, where the table stands with the defaults of values.yaml; Markdown. */
  readonly about: string
  /** The only values allowed. */
  readonly oneOf?: readonly string[]
}

const row = (path: string, type: ValueType, about: string, oneOf?: readonly string[]): ValueRow => ({
  path,
  type,
  about,
  ...(oneOf === undefined ? {} : { oneOf }),
})

/** Every value that a built-in template or the injector reads; the order is that of the manual. */
export const BUILTIN_VALUES: readonly ValueRow[] = [
  row('global.hub', 'text', 'Registry and path of the Istio images.'),
  row('global.tag', 'text or number', 'Their tag: set it to the release you run.'),
  row('global.variant', 'text', 'Image variant, such as `distroless` or `debug`; put behind the tag.'),
  row('global.imagePullPolicy', 'text', 'Pull policy of what is injected.', ['', 'Always', 'IfNotPresent', 'Never']),
  row('global.imagePullSecrets', 'list of text', 'Names of pull secrets, added to the pod.'),
  row('global.proxy.image', 'text', 'Name of the proxy image below the hub; with a `/` a whole reference.'),
  row('global.proxy_init.image', 'text', 'The same for the container that sets up capture.'),
  row('global.proxy.envoyImage', 'text', '`envoy` only: image of the plain Envoy.'),
  row(
    'global.proxy.envoyXdsAddress',
    'text',
    '`envoy` only: `host:port` of plaintext xDS; default `istiod[-REVISION].ISTIO_NAMESPACE.svc:15010`.',
  ),
  row(
    'global.proxy.envoyBootstrap',
    'text',
    '`envoy` only: a ConfigMap whose key `envoy.yaml` is the whole bootstrap, in place of the one made here.',
  ),
  row('revision', 'text', 'Part of the control plane address: `istiod-REVISION`.'),
  row('global.istioNamespace', 'text', 'Namespace of the control plane.'),
  row('global.caAddress', 'text', '`host:port` of the certificate authority; default port 15012 of the control plane.'),
  row(
    'global.caName',
    'text',
    'Kind of authority; `GkeWorkloadCertificate` takes workload certificates from its CSI driver.',
  ),
  row(
    'global.pilotCertProvider',
    'text',
    "Who signs the control plane's certificate; with `istiod` its root is mounted.",
  ),
  row(
    'global.trustBundleName',
    'text',
    'ConfigMap (or cluster trust bundle) with that root; default `istio-ca-root-cert` (`root-cert`).',
  ),
  row('pilot.crlConfigMapName', 'text', 'ConfigMap with revoked certificates; default `istio-ca-crl`.'),
  row(
    'pilot.env',
    'map',
    'Settings of the control plane; `ENABLE_CLUSTER_TRUST_BUNDLE_API: true` mounts a cluster trust bundle.',
  ),
  row('global.mountMtlsCerts', 'boolean', 'Mounts the secret `istio.SERVICE_ACCOUNT` at `/etc/certs`.'),
  row('global.sds.token.aud', 'text', 'Audience of the service account token.'),
  row('global.sts.servicePort', 'port', 'Port of the token exchange service; 0 is none.'),
  row('global.trustDomain', 'text', 'Used where the mesh configuration has none.'),
  row('global.meshID', 'text', 'Identity of the mesh; default the trust domain.'),
  row('global.network', 'text', "Network of the pods; a pod's label `topology.istio.io/network` wins."),
  row('global.multiCluster.clusterName', 'text', 'Cluster id; default `Kubernetes`.'),
  row('global.logAsJson', 'boolean', 'Logs of the agent as JSON.'),
  row('global.logging.level', 'text', 'Log levels of the agent, `SCOPE:LEVEL,…`.'),
  row('global.proxy.logLevel', 'text', 'Log level of Envoy.'),
  row('global.proxy.componentLogLevel', 'text', "Log levels of Envoy's components."),
  row('global.proxy.outlierLogPath', 'text', '`sidecar` only: where Envoy logs outlier detection.'),
  row('global.proxy.clusterDomain', 'text', 'DNS domain of the cluster.'),
  row('global.proxy.includeIPRanges', 'text', 'Outbound addresses to capture: `*` or CIDRs.'),
  row('global.proxy.excludeIPRanges', 'text', 'Outbound addresses to leave alone.'),
  row('global.proxy.includeInboundPorts', 'text', 'Inbound ports to capture: `*` or a list.'),
  row('global.proxy.excludeInboundPorts', 'text', 'Inbound ports to leave alone.'),
  row('global.proxy.includeOutboundPorts', 'text', 'Outbound ports to capture whatever the address.'),
  row('global.proxy.excludeOutboundPorts', 'text', 'Outbound ports to leave alone.'),
  row('global.nativeNftables', 'boolean', 'nftables instead of iptables.'),
  row('global.proxy_init.forceApplyIptables', 'boolean', 'Applies rules even where some seem to be there.'),
  row(
    'pilot.cni.enabled',
    'boolean',
    'A CNI plugin sets up capture; the init container only validates, without privileges.',
  ),
  row('pilot.cni.provider', 'text', '`multus` adds the network attachment annotation.'),
  row(
    'global.proxy.statusPort',
    'port',
    'Port of the agent: probes of the application and merged metrics; 0 leaves the proxy without probes.',
  ),
  row('global.proxy.readinessInitialDelaySeconds', 'count', 'Readiness probe of the proxy.'),
  row('global.proxy.readinessPeriodSeconds', 'count', 'The same.'),
  row('global.proxy.readinessFailureThreshold', 'count', 'The same.'),
  row('global.proxy.startupProbe.enabled', 'boolean', 'Startup probe of the proxy, every second.'),
  row('global.proxy.startupProbe.failureThreshold', 'count', 'Seconds that the start may take.'),
  row(
    'global.proxy.holdApplicationUntilProxyStarts',
    'boolean',
    'Proxy first, application when it is ready; native sidecars always do so.',
  ),
  row('global.proxy.lifecycle', 'map', 'Lifecycle hooks of the proxy, in place of the built-in ones.'),
  row('global.proxy.resources', 'map', 'Requests and limits; null takes one away.'),
  row('global.proxy.privileged', 'boolean', '`sidecar` only: privileged containers.'),
  row(
    'global.proxy.capNetBindService',
    'boolean or text',
    '`sidecar` only: `true` lets the proxy listen below port 1024.',
  ),
  row(
    'global.proxy.seccompProfile',
    'map',
    'Seccomp profile of the injected containers; `envoy` has `RuntimeDefault` by itself.',
  ),
  row(
    'gateways.securityContext',
    'map',
    '`gateway` only: security context of the pod; default lets it listen on 80 and 443.',
  ),
  row('global.proxy.tracer', 'text', '`datadog` and `lightstep` have extras in the sidecar.'),
  row('sidecarInjectorWebhook.rewriteAppHTTPProbe', 'boolean', 'Sends probes of the application through the agent.'),
]

/** Values of the reference's chart that are for other parts, accepted in silence: its files work as they are. */
export const UNUSED_VALUES = [
  'gateways.seccompProfile',
  'global.certSigners',
  'global.configCluster',
  'global.configValidation',
  'global.defaultPodDisruptionBudget',
  'global.defaultResources',
  'global.externalIstiod',
  'global.istiod',
  'global.meshNetworks',
  'global.networkPolicy',
  'global.omitSidecarInjectorConfigMap',
  'global.operatorManageWebhooks',
  'global.platform',
  'global.podDNSSearchNamespaces',
  'global.priorityClassName',
  'global.proxy.autoInject',
  'global.remotePilotAddress',
  'global.resourceScope',
  'global.tracer',
  'global.waypoint',
  'sidecarInjectorWebhook.alwaysInjectSelector',
  'sidecarInjectorWebhook.defaultTemplates',
  'sidecarInjectorWebhook.enableNamespacesByDefault',
  'sidecarInjectorWebhook.injectedAnnotations',
  'sidecarInjectorWebhook.neverInjectSelector',
  'sidecarInjectorWebhook.reinvocationPolicy',
  'sidecarInjectorWebhook.templates',
] as const
