import type { Json, JsonObject } from '../lang/json.js'
import type { Position } from '../lang/problem.js'

export interface InjectionTemplate {
  readonly name: string
  readonly text: string
  /** Where the template's first line stands in the file; lines of template errors count from here. */
  readonly position?: Position
  /** The text stands in a block scalar: each line of it is one line of the file, `indent` columns to the right. */
  readonly isBlock: boolean
  readonly indent: number
}

/** The `config` key of the injector's ConfigMap, read; templates are compiled in src/inject/compile.ts. */
export interface InjectionConfig {
  /** As written; only `enabled` and `disabled` mean something. */
  readonly policy: string
  /** Never empty: `[sidecar]` if the file says nothing. */
  readonly defaultTemplates: readonly string[]
  readonly templates: ReadonlyMap<string, InjectionTemplate>
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** Label selectors as written. */
  readonly neverInjectSelector: readonly JsonObject[]
  readonly alwaysInjectSelector: readonly JsonObject[]
  readonly injectedAnnotations: ReadonlyMap<string, string>
  /** The document, for `locate`. */
  readonly file?: string
  readonly locate: (path: readonly (string | number)[]) => Position | undefined
}

export type InjectionConfigValue = Json
