import type { TemplateHost } from '../template/index.js'
import type { CommandContext } from './command.js'

type Crypto = typeof import('node:crypto')

/** Loaded when a template asks: few do, and it costs each command 5 ms. */
const crypto = (): Crypto => process.getBuiltinModule('node:crypto')

/**
 * What templates may know of the process: clock, randomness, keys, environment. No name look-ups: a template must not wait
 * for a network.
 */
export function templateHost({ env, now }: Pick<CommandContext, 'env' | 'now'>): TemplateHost {
  return {
    now: () => now().getTime(),
    randomBytes: count => crypto().randomBytes(count),
    env: name => env[name],
    get crypto() {
      return crypto()
    },
  }
}
