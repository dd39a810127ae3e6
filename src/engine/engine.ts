import type { Engine, EngineOptions } from './types.js'

export function createEngine(_options: EngineOptions = {}): Engine {
  throw new Error('not yet')
}
