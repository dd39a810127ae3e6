// The library's face: what `import … from 'pillion'` gives. Cores only; shells are reached through the command.
export type { Json, JsonArray, JsonObject } from './lang/json.js'
export type { Position, Problem } from './lang/problem.js'
export type { Result } from './lang/result.js'
