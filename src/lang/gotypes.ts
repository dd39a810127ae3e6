/**
 * Shapes of Go types, as data. The reference implementation decodes manifests into Go structs and prints them again, and
 * its templates see those structs by their Go field names; both are visible to users, so Pillion knows the shapes.
 */
export type GoType =
  | { readonly kind: 'string' | 'bool' | 'any' }
  | { readonly kind: 'int' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'float64' }
  /** resource.Quantity: a string or number in JSON, printed canonically. */
  | { readonly kind: 'quantity' }
  /** metav1.Time: RFC 3339 or null. */
  | { readonly kind: 'time' | 'microtime' | 'duration' }
  /** intstr.IntOrString. */
  | { readonly kind: 'intOrString' }
  /** []byte: base64 in JSON. */
  | { readonly kind: 'bytes' }
  /** runtime.RawExtension, metav1.FieldsV1: JSON kept as it is. */
  | { readonly kind: 'raw' }
  | { readonly kind: 'ptr'; readonly elem: GoType }
  | { readonly kind: 'slice'; readonly elem: GoType }
  | { readonly kind: 'map'; readonly key: 'string'; readonly elem: GoType }
  | { readonly kind: 'struct'; readonly name: string }

export interface GoField {
  /** Go name, as templates write it: `ServiceAccountName`. */
  readonly go: string
  /** JSON name: `serviceAccountName`. Empty for an embedded (inlined) struct. */
  readonly json: string
  readonly type: GoType
  readonly omitempty: boolean
  readonly omitzero: boolean
  /** An embedded struct whose fields stand in the parent object. */
  readonly inline: boolean
  /** `patchStrategy` tag: `merge`, `replace`, `merge,retainKeys`, or absent. */
  readonly patchStrategy?: string
  /** `patchMergeKey` tag. */
  readonly mergeKey?: string
}

export interface GoStruct {
  /** `v1.PodSpec`: last element of the package path and type name. */
  readonly name: string
  /** In declaration order, which is the order of Go's JSON encoding. */
  readonly fields: readonly GoField[]
}
