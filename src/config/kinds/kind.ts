import { isJsonObject, type JsonObject } from '../../lang/json.js'
import type { Report } from '../finding.js'
import { normalise } from '../normalise.js'
import type { ConfigObject, ObjectStatus } from '../object.js'

/** Who is served by a kind: `istio` kinds have messages, schemas and validators; `kubernetes` kinds are read tolerantly. */
export type KindFamily = 'istio' | 'kubernetes' | 'carried'

/** All that is known of one kind. Kinds are listed in `registry.ts`. */
export interface ConfigKind<Spec = unknown> {
  /** The name of its objects' `type` and table. */
  readonly type: string
  readonly family: KindFamily
  readonly group: string
  readonly kind: string
  /** Every served version, newest first. */
  readonly versions: readonly string[]
  readonly isNamespaced: boolean
  /** Reads the spec out of a whole document; what cannot be read is reported. */
  parse(document: JsonObject, report: Report): Spec
  /** What of `status` is asked about, if anything of it is there. Read tolerantly: an API server wrote it. */
  status?(document: JsonObject): ObjectStatus | undefined
  /** The rules beyond types, as the reference's validators have them. Called with specs that `parse` accepted. */
  validate(object: ConfigObject<Spec>, report: Report): void
}

interface IstioKind<Spec> {
  readonly kind: string
  readonly group: string
  readonly versions: readonly string[]
  /** Full name of the protobuf message of its spec. */
  readonly message: string
  readonly status?: (status: JsonObject) => ObjectStatus | undefined
  readonly validate: (object: ConfigObject<Spec>, report: Report) => void
}

/** A kind whose spec is a protobuf message. An absent spec is an empty one: the CRD's schema says whether that may be. */
export function istioKind<Spec>(definition: IstioKind<Spec>): ConfigKind<Spec> {
  const { kind, group, versions, message, status, validate } = definition
  return {
    type: kind,
    family: 'istio',
    group,
    kind,
    versions,
    isNamespaced: true,
    parse: (document, report) => normalise<Spec>(message, document['spec'] ?? {}, ['spec'], report),
    ...(status && {
      status: document => (isJsonObject(document['status']) ? status(document['status']) : undefined),
    }),
    validate,
  }
}

interface KubernetesKind<Spec> {
  readonly kind: string
  readonly group: string
  readonly versions: readonly string[]
  readonly isNamespaced: boolean
  readonly view: (document: JsonObject, report: Report) => Spec
}

/** A kind of Kubernetes: an API server has judged it already, so only what the mesh reads is looked at. */
export function kubernetesKind<Spec>(definition: KubernetesKind<Spec>): ConfigKind<Spec> {
  const { kind, group, versions, isNamespaced, view } = definition
  return { type: kind, family: 'kubernetes', group, kind, versions, isNamespaced, parse: view, validate: () => {} }
}

/** A kind that is kept for a later translator, as it was written. */
export function carriedKind(
  group: string,
  kind: string,
  versions: readonly string[],
  isNamespaced = true,
): ConfigKind<JsonObject> {
  return {
    type: `${group}/${kind}`,
    family: 'carried',
    group,
    kind,
    versions,
    isNamespaced,
    parse: document => (isJsonObject(document['spec']) ? document['spec'] : {}),
    validate: () => {},
  }
}
