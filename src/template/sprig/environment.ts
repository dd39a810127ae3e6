import { type FunctionMap, fn } from '../function.js'
import type { TemplateHost } from '../host.js'

/** What reads the surroundings; a host that gives nothing has an empty environment and no network. */
export function hostFunctions(host: TemplateHost): FunctionMap {
  const env = (name: string): string => host.env?.(name) ?? ''
  return {
    env: fn('string', env),
    expandenv: fn('string', (text: string) => expand(text, env)),
    getHostByName: fn('string', (name: string) => host.lookupHost?.(name)[0] ?? ''),
  }
}

/** os.ExpandEnv: `$name`, `${name}`, and the shell's special names, which are never set. */
function expand(text: string, env: (name: string) => string): string {
  return text.replace(/\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[*#$@!?0-9-])|\{|)/g, (whole, braced, bare) => {
    const name: string | undefined = braced ?? bare
    if (name === undefined) return whole === '$' ? '$' : ''
    return env(name)
  })
}
