import { CORE_DUMP, INIT, PROXY, VALIDATION } from './names.js'
import { type Container, type ContainerList, containersOf, nameOf, type Pod, withContainers } from './pod.js'

/**
 * Puts the containers that injection knows where they have to run: the proxy before the app where it holds it, else last;
 * traffic redirection after the app's init containers, unless a native proxy serves them.
 */
export function reorderContainers(pod: Pod, isHolding: boolean): Pod {
  const containers = containersOf(pod, 'containers')
  const inits = containersOf(pod, 'initContainers')
  const ordered = isHolding ? moved(containers, [PROXY], []) : moved(containers, [], [PROXY])
  const isNative = inits.some(container => nameOf(container) === PROXY)
  const orderedInits = isNative
    ? moved(inits, [INIT, VALIDATION, PROXY, CORE_DUMP], [])
    : moved(inits, [VALIDATION], [INIT, CORE_DUMP])
  return replaced(replaced(pod, 'containers', containers, ordered), 'initContainers', inits, orderedInits)
}

function replaced(pod: Pod, list: ContainerList, before: readonly Container[], after: readonly Container[]): Pod {
  const isSame = before.length === after.length && before.every((container, i) => container === after[i])
  return isSame ? pod : withContainers(pod, list, after)
}

/** Named ones to the front and the back, in the order given; of several with such a name the last one stays. */
function moved(containers: readonly Container[], front: readonly string[], back: readonly string[]): Container[] {
  const known = [...front, ...back]
  const rest = containers.filter(container => !known.includes(nameOf(container)))
  return [...pick(containers, front), ...rest, ...pick(containers, back)]
}

function pick(containers: readonly Container[], names: readonly string[]): Container[] {
  return names.flatMap(name => {
    const last = containers.findLast(container => nameOf(container) === name)
    return last === undefined ? [] : [last]
  })
}
