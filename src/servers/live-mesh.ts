import { createEngine } from '../engine/index.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { watchFiles } from '../sources/files.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import { createEngineFaults } from './engine-faults.js'
import { errorText, type Log, listed } from './log.js'
import {
  conflictsOf,
  createMeshSource,
  type MeshPaths,
  type MeshSource,
  meshFiles,
  startRefusal,
} from './mesh-source.js'

/** The mesh of some files, as they change. */
export interface LiveMesh {
  readonly mesh: MeshSource
  /** Findings on the files as they are now. */
  readonly problems: () => readonly Problem[]
  /** After each commit that changes something, from now on. */
  readonly onChange: (listener: () => void) => void
  readonly close: () => void
}

/** The first change after a quiet time is read this soon, in ms: long enough for one file to be written. */
const FIRST_CHANGE_MS = 15

/** Reads the files and follows them. */
export async function openLiveMesh(paths: MeshPaths, log: Log): Promise<LiveMesh> {
  const faults = createEngineFaults(text =>
    log.error('internal error: a part of the mesh stays as it was', { error: text }),
  )
  const mesh = createMeshSource(paths, createEngine({ onFault: faults.on }))
  const { engine } = mesh.graph
  let problems: readonly Problem[] = []
  let told: ReadonlySet<string> = new Set()
  const listeners: (() => void)[] = []
  const apply = (snapshot: FileSnapshot, changed?: readonly string[]): void => {
    problems = mesh.apply(snapshot, changed)
    // A start that is refused ends with these words.
    if (changed === undefined && !startRefusal(problems, paths).ok) return
    told = tell([...problems, ...conflictsOf(mesh)], told, log)
  }
  const takeOver = (snapshot: FileSnapshot, files: readonly string[]): void => {
    const before = engine.revision
    faults.forget()
    apply(snapshot, files)
    if (engine.revision === before) return
    log.info('configuration of the mesh changed', { changed: listed(files), revision: engine.revision })
    for (const listener of listeners) listener()
  }
  const follow = (snapshot: FileSnapshot, files: readonly string[]): void => {
    try {
      takeOver(snapshot, files)
    } catch (error) {
      log.error('internal error: the mesh is served as it was before this change', {
        changed: listed(files),
        error: errorText(error),
      })
    }
  }
  const files = meshFiles(paths)
  const onUnsettled = (): void =>
    log.warn('waiting: files of the configuration do not stop changing; name folders that hold configuration alone', {
      paths: listed(files),
    })
  const watch = await watchFiles(files, follow, { firstMs: FIRST_CHANGE_MS, onUnsettled })
  apply(watch.current())
  return { mesh, problems: () => problems, onChange: listener => void listeners.push(listener), close: watch.close }
}

/** Logs what was not there the last time; an edit somewhere else is no reason to tell the rest again. */
function tell(problems: readonly Problem[], told: ReadonlySet<string>, log: Log): ReadonlySet<string> {
  const texts = new Map(problems.map(problem => [formatProblem(problem), problem]))
  for (const [text, { severity, code }] of texts) {
    const write = severity === 'error' ? log.error : log.warn
    if (!told.has(text)) write(text, { code })
  }
  return new Set(texts.keys())
}
