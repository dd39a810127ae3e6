import type {
  LabelSelector,
  ServiceEntryVisibility,
  ServiceEntryVisibility_Visibility as Visibility,
} from '../config/istio-types.generated.js'
import type { Labels } from '../config/object.js'
import type { Graph, Lookup, Table } from '../engine/index.js'
import type { Json } from '../lang/json.js'
import { matchesSelector, parseLabelSelector } from '../lang/selector.js'
import type { MeshInputs } from './inputs.js'
import type { MeshSettings } from './settings.js'

/** What labels of namespaces decide, by mesh config. */
export interface Discovery {
  /**
   * Whether objects of a namespace count at all (`discoverySelectors`). Without selectors that is one look at mesh config; with them, one
   * at whether the namespace is selected, so that other labels of it change nothing.
   * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
   */
  readonly isDiscovered: (read: Lookup, cluster: string, namespace: string) => boolean
  /** How far ServiceEntries of a namespace may be seen (`serviceEntryVisibility`). */
  readonly visibilityOf: (read: Lookup, namespace: string) => Visibility
}

/** Which every namespace of Kubernetes has, whether or not its document says so. */
const NAME_LABEL = 'kubernetes.io/metadata.name'

export function declareDiscovery(
  graph: Graph,
  inputs: MeshInputs,
  configCluster: string,
  settingsOf: (read: Lookup) => MeshSettings,
): Discovery {
  const namespaces = inputs.cluster.Namespace
  const selected: Table<string, true> = graph.derive(
    'namespace/selected',
    namespaces,
    ({ cluster, object }, _, read) => {
      const { discoverySelectors = [] } = settingsOf(read)
      const isSelected = discoverySelectors.some(selector => matches(selector, labelsOf(object.name, object.labels)))
      return isSelected ? [[`${cluster}/${object.name}`, true as const]] : []
    },
  )
  const visibility: Table<string, Visibility> = graph.derive(
    'namespace/visibility',
    namespaces,
    ({ cluster, object }, _, read) => {
      const { serviceEntryVisibility } = settingsOf(read)
      if (cluster !== configCluster || serviceEntryVisibility?.applyToSidecars !== true) return []
      return [[object.name, visibilityFor(serviceEntryVisibility, labelsOf(object.name, object.labels))]]
    },
  )
  return {
    isDiscovered: (read, cluster, namespace) =>
      (settingsOf(read).discoverySelectors ?? []).length === 0 ||
      read.one(selected, `${cluster}/${namespace}`) !== undefined,
    visibilityOf: (read, namespace) => {
      const { serviceEntryVisibility } = settingsOf(read)
      if (serviceEntryVisibility?.applyToSidecars !== true) return 'PUBLIC'
      return read.one(visibility, namespace) ?? visibilityFor(serviceEntryVisibility, labelsOf(namespace, {}))
    },
  }
}

/** The first policy whose rules all match decides. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ServiceEntryVisibility */
export function visibilityFor(
  { policies = [], defaultVisibility }: ServiceEntryVisibility,
  labels: Labels,
): Visibility {
  const policy = policies.find(({ matchingRules = [] }) =>
    matchingRules.every(
      ({ namespaceSelector }) => namespaceSelector !== undefined && matches(namespaceSelector, labels),
    ),
  )
  const found = policy === undefined ? defaultVisibility : policy.visibility
  return found === undefined || found === 'VISIBILITY_UNSPECIFIED' ? 'PUBLIC' : found
}

function labelsOf(name: string, labels: Labels): Labels {
  return { [NAME_LABEL]: name, ...labels }
}

/** Selectors were validated with the mesh config they stand in. */
function matches(selector: LabelSelector, labels: Labels): boolean {
  const parsed = parseLabelSelector(selector as unknown as Json)
  return parsed.ok && matchesSelector(parsed.value, labels)
}
