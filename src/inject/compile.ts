import type { InjectionConfig, InjectionTemplate } from '../config/injection-config.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'
import type { Template } from '../template/index.js'

/** A template of the injection configuration, parsed once for all pods. */
export interface CompiledTemplate {
  readonly source: InjectionTemplate
  readonly template: Template
}

/** Parses every template; one that does not parse rejects the configuration, with its position in the file. */
export function compileTemplates(
  _config: InjectionConfig,
): Result<ReadonlyMap<string, CompiledTemplate>, readonly Problem[]> {
  throw new Error('not yet')
}
