import { setFlagsFromString } from 'node:v8'
import { limitYoungGeneration, releaseYoungGeneration } from './young-generation.js'

interface Flag {
  readonly name: string
  readonly held: number
  /** V8's own: it cannot be asked for, and other versions have others. */
  readonly usual: number
}

/** As of V8 11.3, which is Node 20: bytes of code to run before a function is compiled again, and bytes to inline in one. */
const NODE = '20.'
const FLAGS: readonly Flag[] = [
  { name: 'interrupt-budget', held: 528_000, usual: 67_584 },
  { name: 'max-inlined-bytecode-size-cumulative', held: 300, usual: 920 },
]

let isHeldBack = false

/**
 * Lets V8's optimising compiler take only what is hot for long. While a mesh is read and its proxies connect, much code runs a
 * little: compiling it as usual took two fifths of the CPU of that time, on other threads, and saved less than that on the main one.
 */
export function holdBackCompiler(): void {
  if (isHeldBack || !process.versions.node.startsWith(NODE)) return
  isHeldBack = true
  for (const { name, held } of FLAGS) setFlagsFromString(`--${name}=${held}`)
  limitYoungGeneration()
}

/** As usual again: little code runs a great deal, and is worth all of the compiler's work. */
export function releaseCompiler(): void {
  if (!isHeldBack) return
  isHeldBack = false
  for (const { name, usual } of FLAGS) setFlagsFromString(`--${name}=${usual}`)
  releaseYoungGeneration()
}
