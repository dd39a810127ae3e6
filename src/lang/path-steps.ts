/** The steps of a path that a Problem names: `spec.containers[1].image`, `metadata.annotations["a.b/c"]`. */
export function pathSteps(path: string): (string | number)[] {
  const step = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g
  return [...path.matchAll(step)].map(
    ([, quoted, index, name]) => quoted ?? (index === undefined ? name! : Number(index)),
  )
}
