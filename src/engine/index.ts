export { createEngine } from './engine.js'
export { isSameData } from './equality.js'
export { inputsOf } from './explain.js'
export { keyOfObject } from './object-key.js'
export { refreshInSlices, type SliceOptions } from './slices.js'
export type {
  Changes,
  Claim,
  DeriveOptions,
  Engine,
  EngineOptions,
  EngineStats,
  Explanation,
  Family,
  Graph,
  Hold,
  Index,
  Input,
  Lookup,
  Memo,
  MemoHold,
  Pin,
  Reader,
  Reported,
  Revision,
  Step,
  Table,
  TableOptions,
  Transaction,
} from './types.js'
export { BEGINNING } from './types.js'
