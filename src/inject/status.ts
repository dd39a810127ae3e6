import { encodeGoJson, parseJson } from '../lang/gojson.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { containersOf, nameOf, objectsIn, type Pod, specOf, textIn } from './pod.js'

/** What an injection wrote down about itself. */
export interface InjectionStatus {
  readonly initContainers: readonly string[]
  readonly containers: readonly string[]
  readonly volumes: readonly string[]
  readonly imagePullSecrets: readonly string[]
}

/** Reads the annotation `sidecar.istio.io/status`; undefined where there is none that can be read. */
export function parseStatus(text: string | undefined): InjectionStatus | undefined {
  if (text === undefined || text === '') return undefined
  const read = parseJson(text)
  if (!read.ok || !isJsonObject(read.value)) return undefined
  const status = read.value
  const lists = ['initContainers', 'containers', 'volumes', 'imagePullSecrets'].map(key => names(status, key))
  if (lists.some(list => list === undefined)) return undefined
  const [initContainers = [], containers = [], volumes = [], imagePullSecrets = []] = lists as string[][]
  return { initContainers, containers, volumes, imagePullSecrets }
}

/** The annotation's text: names in the pod that the templates made, in the order of its merged lists. */
export function statusText(templatePod: Pod, revision: string): string {
  const volumes = objectsIn(specOf(templatePod), 'volumes')
  const secrets = objectsIn(specOf(templatePod), 'imagePullSecrets')
  return encodeGoJson({
    initContainers: orNull(containersOf(templatePod, 'initContainers').map(nameOf)),
    containers: orNull(containersOf(templatePod, 'containers').map(nameOf)),
    volumes: orNull(volumes.map(nameOf)),
    imagePullSecrets: orNull(secrets.map(secret => textIn(secret, 'name') ?? '')),
    revision: revision === '' ? 'default' : revision,
  })
}

function orNull(list: string[]): Json {
  return list.length === 0 ? null : list
}

/** Undefined for a list that Go could not read. */
function names(status: JsonObject, key: string): string[] | undefined {
  const list = Object.hasOwn(status, key) ? status[key] : null
  if (list === null) return []
  if (!Array.isArray(list)) return undefined
  return list.every(item => typeof item === 'string') ? list : undefined
}
