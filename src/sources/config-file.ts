import { type ConfigObject, objectId } from '../config/object.js'
import {
  type IgnoredDocument,
  type ParseConfigOptions,
  type ParsedConfig,
  parseConfigDocuments,
} from '../config/parse.js'
import type { Problem } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { capitalisedHosts } from './host-spelling.js'
import type { FileContent } from './snapshot.js'

/** What one file said when it was last read, and what it still holds of before. */
export interface FileState {
  readonly content: FileContent
  /** Valid objects, and last good versions of those that are invalid now, by id; of equal ids within the file the first. */
  readonly objects: ReadonlyMap<string, ConfigObject>
  readonly problems: readonly Problem[]
  readonly ignored: readonly IgnoredDocument[]
  /** Hosts that its objects write with capitals. */
  readonly capitalised: readonly string[]
}

export interface ReadOptions extends ParseConfigOptions {
  /** Which files of a snapshot are meant; absent: all. */
  readonly holds?: (path: string) => boolean
  /** Why an object is not to be in force; undefined: it may be. */
  readonly refuse?: (object: ConfigObject) => Problem | undefined
}

/** `known`: the file as it was read last; `below`: of a folder that cannot be read, objects of its files. */
export function readFile(
  path: string,
  content: FileContent,
  known: FileState | undefined,
  options: ReadOptions,
  below: number,
): FileState {
  if (!content.ok) return unreadable(path, content, known, below)
  const text = content.value.replace(/^\ufeff/, '')
  const parsed = parseConfigDocuments(parseYamlStream(text, { file: path }), { ...options, file: path })
  const problems = [...parsed.problems]
  const objects = ofFile(parsed, problems, options)
  for (const kept of keptOf(parsed, objects, known)) {
    objects.set(objectId(kept), kept)
    problems.push(keptProblem(kept, path))
  }
  return { content, objects, problems, ignored: parsed.ignored, capitalised: capitalisedHosts(objects.values()) }
}

/**
 * What cannot be read keeps what it held: a file that is gone from its folder is not in the snapshot, so that one which is, and is not
 * there, was named.
 */
function unreadable(
  path: string,
  content: FileContent & { ok: false },
  known: FileState | undefined,
  below: number,
): FileState {
  const objects = known?.objects ?? new Map<string, ConfigObject>()
  const count = objects.size + below
  const kept = count === 0 ? '' : `; its ${count} objects stay as they were`
  const problem: Problem = {
    severity: 'error',
    code: 'unreadable',
    message: `cannot read ${path}: ${content.error}${kept}`,
  }
  return { content, objects, problems: [problem], ignored: [], capitalised: capitalisedHosts(objects.values()) }
}

function ofFile(parsed: ParsedConfig, problems: Problem[], { refuse }: ReadOptions): Map<string, ConfigObject> {
  const objects = new Map<string, ConfigObject>()
  for (const object of parsed.objects) {
    const id = objectId(object)
    const first = objects.get(id)
    const problem = first === undefined ? refuse?.(object) : duplicateProblem(object, first)
    if (problem === undefined) objects.set(id, object)
    else problems.push(problem)
  }
  return objects
}

/** Last good versions that stay: of invalid objects, and, while a document cannot be read, of all that are not named. */
function keptOf(
  parsed: ParsedConfig,
  objects: ReadonlyMap<string, ConfigObject>,
  known: FileState | undefined,
): ConfigObject[] {
  if (known === undefined) return []
  const invalid = new Set(parsed.invalid)
  return [...known.objects].flatMap(([id, object]) =>
    !objects.has(id) && (parsed.isBroken || invalid.has(id)) ? [object] : [],
  )
}

function keptProblem(kept: ConfigObject, file: string): Problem {
  const position = kept.source === undefined ? undefined : { ...kept.source, file }
  return {
    severity: 'warning',
    code: 'last-good',
    message: `${nameOf(kept)} stays in force as it was before`,
    ...(position === undefined ? {} : { position }),
  }
}

export function duplicateProblem(object: ConfigObject, first: ConfigObject): Problem {
  const { source } = first
  const place = source === undefined ? 'elsewhere' : `${source.file ?? '-'}:${source.line}`
  return {
    severity: 'error',
    code: 'duplicate-object',
    message: `${nameOf(object)} is defined at ${place} already, and that one is in force`,
    ...(object.source === undefined ? {} : { position: object.source }),
  }
}

function nameOf({ kind, namespace, name }: ConfigObject): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`
}
