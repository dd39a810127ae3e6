import type { InjectionConfig } from '../config/injection-config.js'
import type { InjectionValues } from '../config/injection-values.js'
import type { MeshConfig } from '../config/mesh-config.js'
import type { ProxyConfigResource } from '../config/proxy-config.js'
import type { Problem } from '../lang/problem.js'
import { ok, type Result } from '../lang/result.js'
import type { TemplateHost } from '../template/index.js'
import { compileTemplates } from './compile.js'
import { injectionFunctions } from './functions/index.js'
import type { InjectionEnvironment, InjectionSetup } from './types.js'

export interface SetupInput {
  readonly config: InjectionConfig
  readonly values: InjectionValues
  readonly mesh: MeshConfig
  readonly proxyConfigs?: readonly ProxyConfigResource[]
  readonly revision?: string
  readonly environment?: Partial<InjectionEnvironment>
  /** Clock and randomness for templates that ask; the variables of `environment` are added. */
  readonly host?: TemplateHost
}

/** Puts the parts together and compiles the templates; call it when a part changed, not per pod. */
export function injectionSetup(input: SetupInput): Result<InjectionSetup, readonly Problem[]> {
  const variables = input.environment?.variables ?? new Map<string, string>()
  const { host } = input
  // What a host has an answer to, it may answer late: it is not copied.
  const knowsVariables = host?.env !== undefined
  const functions = injectionFunctions(knowsVariables ? host : { env: name => variables.get(name), ...host })
  const templates = compileTemplates(input.config, functions)
  if (!templates.ok) return templates
  return ok({
    config: input.config,
    templates: templates.value,
    values: input.values,
    mesh: input.mesh,
    proxyConfigs: input.proxyConfigs ?? [],
    revision: input.revision ?? '',
    environment: {
      nativeSidecars: 'auto',
      nodes: new Map(),
      platform: '',
      compliancePolicy: '',
      variables,
      ...input.environment,
    },
  })
}
